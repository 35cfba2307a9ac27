#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/bias/cluster_bias.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/debias/double_hard.hpp"
#include "equivec/debias/methods.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "bias/biased_words_support.hpp"
#include "catch.hpp"
#include "labelled_words_support.hpp"
#include "linear_algebra.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>

using namespace equivec;

namespace {

/// Words in six dimensions. The first axis is what the definitional pairs differ in; the biased words, w0 to w199, lie
/// to its two sides, and to those of the third axis, which like the second is a principal component of all words, with
/// less variance than that.
struct Frequencies {
  Embeddings embeddings;
  BiasWordSets sets;
  BiasedWords words = sides(100);
};

Frequencies frequencies(std::uint64_t seed = 30) {
  Matrix rows = random_matrix(1000, 6, seed);
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    const float side = i % 200 < 100 ? 1.F : -1.F;
    rows(i, 1) *= 12;
    rows(i, 2) += 1.5F * side;
    if (i < 200) rows(i, 0) += side;
  }
  std::vector<Vocabulary::Entry> entries;
  for (Eigen::Index i = 0; i < rows.rows(); ++i) entries.push_back({"w" + std::to_string(i), 0});
  const std::vector<std::string> defining = {"she", "he", "woman", "man"};
  for (std::size_t i = 0; i < defining.size(); ++i) {
    entries[900 + i].word = defining[i];
    const auto row = static_cast<Eigen::Index>(900 + i);
    if (i % 2 == 1) rows.row(row) = rows.row(row - 1);
    rows(row, 0) = i % 2 == 0 ? 2.F : -2.F;
  }
  entries[950].word = "beard";
  rows.row(960).setZero();
  BiasWordSets sets;
  sets.name = "test";
  sets.definitional = {{"she", "he"}, {"woman", "man"}, {"girl", "boy"}};
  sets.specific = {"beard"};
  return {Embeddings(Vocabulary(entries), rows, {{"how", "by chance"}}), sets};
}

}  // namespace

TEST_CASE("double-hard: the component whose removal mixes the clusters goes, then the direction of the pairs") {
  const Frequencies data = frequencies();
  const DoubleHard result = double_hard_debias(data.embeddings, data.sets, data.words);
  CHECK(result.chosen == 1);
  CHECK(std::abs(result.component[2]) > 0.98);
  CHECK(std::abs(result.direction[0]) > 0.98);
  REQUIRE(result.clustered.size() == 6);
  CHECK(result.clustered[0] > 0.95);
  CHECK(result.clustered[1] < 0.65);
  CHECK(result.clustered_without >= 0.5);
  CHECK(result.clustered[1] == *std::ranges::min_element(result.clustered));
  CHECK(result.missing == WordSet{"girl", "boy"});
  CHECK(hold(verify_double_hard(result)));
  CHECK(result.embeddings.metadata() == data.embeddings.metadata());
}

TEST_CASE("double-hard: what was found of a candidate is found in the vectors that come of it") {
  const Frequencies data = frequencies();
  const DoubleHard result = double_hard_debias(data.embeddings, data.sets, data.words, {.repeats = 4, .seed = 7});
  BootstrapOptions once;
  once.resamples = 1;
  once.seed = 7;
  CHECK(cluster_bias(result.embeddings, data.words, {.repeats = 4, .bootstrap = once}).accuracy ==
        result.clustered[static_cast<std::size_t>(result.chosen)]);
}

TEST_CASE("double-hard: vectors are those of the formula, of length 1, zeros stay") {
  const Frequencies data = frequencies();
  const Embeddings& e = data.embeddings;
  const DoubleHard result = double_hard_debias(e, data.sets, data.words);
  CHECK(result.component.norm() == Approx(1).epsilon(1e-12));
  CHECK(result.direction.norm() == Approx(1).epsilon(1e-12));
  CHECK(std::abs(result.component.dot(result.direction)) < 1e-12);
  CHECK(result.kept == words_kept(e.vocabulary(), data.sets));
  CHECK(result.kept.size() == 5);
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(6);
  for (std::size_t i = 0; i < e.size(); ++i) mean += exact_row(e, word_id(i)) / 999;  // one is zeros
  CHECK((result.mean - mean).norm() < 1e-12);
  Rows purified;
  for (const char* word : {"she", "he", "woman", "man"}) {
    Eigen::VectorXd v = exact_row(e, id_of(e, word)) - mean;
    v -= result.component.dot(v) * result.component;
    const Eigen::VectorXf row = v.normalized().cast<float>();
    purified.push_back({word, {row.begin(), row.end()}});
  }
  const BiasSubspace direction = BiasSubspace::from_sets(embeddings(purified), Classes{numbers(0, 2), numbers(2, 4)});
  CHECK((result.direction - direction.basis().row(0).transpose()).norm() < 1e-6);
  Eigen::MatrixXd expected = Eigen::MatrixXd::Zero(1000, 6);
  for (std::size_t i = 0; i < e.size(); ++i) {
    if (i == 960) continue;
    Eigen::VectorXd v = exact_row(e, word_id(i)) - mean;
    v -= result.component.dot(v) * result.component;
    if (!std::ranges::count(result.kept, word_id(i))) v -= result.direction.dot(v) * result.direction;
    expected.row(static_cast<Eigen::Index>(i)) = v.normalized().transpose();
  }
  CHECK(largest_difference(result.embeddings, expected) < rounding);
  CHECK(result.embeddings.matrix().row(960).isZero(0));
  CHECK(result.vanished.empty());
  for (const char* word : {"she", "he", "beard"})
    CHECK(std::abs(exact_row(result.embeddings, id_of(e, word)).dot(result.direction)) > 1e-3);
}

TEST_CASE("double-hard: candidates are principal components of all words that have a length, by descending variance") {
  const Frequencies data = frequencies(31);
  const int candidates = GENERATE(1, 3, 20);
  const DoubleHard result = double_hard_debias(data.embeddings, data.sets, data.words, {.components = candidates});
  CHECK(result.clustered.size() == static_cast<std::size_t>(std::min(candidates, 6)));
  Eigen::MatrixXd x(999, 6);
  x << exact(data.embeddings).topRows(960), exact(data.embeddings).bottomRows(39);
  x.rowwise() -= x.colwise().mean().eval();
  const Eigen::MatrixXd components = eigen_decomposition(x.transpose() * x).vectors;
  CHECK(std::abs(components.col(5 - result.chosen).dot(result.component)) == Approx(1).epsilon(1e-9));
}

TEST_CASE("double-hard: the first of equally good components is taken") {
  // Clusters far apart along the second axis, which is no component among the first two: all candidates leave them.
  Frequencies data = frequencies();
  Matrix rows = data.embeddings.matrix();
  for (Eigen::Index i = 0; i < 200; ++i) rows.row(i).tail(3).array() += i < 100 ? 50.F : -50.F;
  for (Eigen::Index i = 200; i < 1000; ++i) rows(i, 1) *= 100;
  for (Eigen::Index i = 200; i < 1000; ++i) rows(i, 2) *= 30;
  const DoubleHard result =
      double_hard_debias(Embeddings(data.embeddings.vocabulary(), rows), data.sets, data.words, {.components = 2});
  CHECK(result.clustered == std::vector<double>{1, 1});
  CHECK(result.chosen == 0);
}

TEST_CASE("double-hard: hand-worked example, with a word that has nothing but the component") {
  // The mean is zero, and (0, 1.1, 2.3) the first component: no number holds it at length 1.
  const Embeddings e = embeddings({{"she", {2, 2.3F, -1.1F}},
                                   {"he", {-2, 2.3F, -1.1F}},
                                   {"other", {-2, -2.3F, 1.1F}},
                                   {"another", {2, -2.3F, 1.1F}},
                                   {"often", {0, 8 * 1.1F, 8 * 2.3F}},
                                   {"seldom", {0, -8 * 1.1F, -8 * 2.3F}}});
  BiasWordSets sets;
  sets.definitional = {{"she", "he"}};
  const DoubleHard result =
      double_hard_debias(e, sets, {ids_of(e, {"another"}), ids_of(e, {"other"})}, {.components = 1});
  CHECK(result.mean.norm() < 1e-12);
  CHECK(std::abs(result.component.dot(Eigen::Vector3d(0, 1.1, 2.3))) == Approx(std::sqrt(6.5)).epsilon(1e-7));
  CHECK(result.direction[0] == Approx(1).epsilon(1e-12));
  CHECK(result.vanished == ids_of(e, {"often", "seldom"}));
  Eigen::MatrixXd expected(6, 3);
  expected << 2, 2.3, -1.1, -2, 2.3, -1.1, 0, -2.3, 1.1, 0, -2.3, 1.1, 0, 0, 0, 0, 0, 0;
  expected.topRows(4).rowwise().normalize();
  CHECK((exact(result.embeddings) - expected).norm() < rounding);
}

TEST_CASE("double-hard: the same bits for any number of threads, with progress") {
  const Frequencies data = frequencies();
  Progress progress;
  const DoubleHard one = double_hard_debias(data.embeddings, data.sets, data.words, {.threads = 1}, &progress);
  CHECK(progress.total == 7);
  CHECK(progress.done == 7);
  for (const int threads : {2, 5, 0}) {
    const DoubleHard again = double_hard_debias(data.embeddings, data.sets, data.words, {.threads = threads});
    CHECK(same_bits(again.embeddings, one.embeddings));
    CHECK(again.clustered == one.clustered);
    CHECK(again.clustered_without == one.clustered_without);
  }
  progress.cancelled = true;
  CHECK_THROWS_AS(double_hard_debias(data.embeddings, data.sets, data.words, {}, &progress), Cancelled);
}

TEST_CASE("double-hard: what it promises is not true of other vectors") {
  const Frequencies data = frequencies();
  const DoubleHard good = double_hard_debias(data.embeddings, data.sets, data.words);
  REQUIRE(hold(verify_double_hard(good)));
  DoubleHard other = good;
  other.embeddings = normalized(data.embeddings);
  CHECK_FALSE(verify_double_hard(other)[0].holds());
  CHECK_FALSE(verify_double_hard(other)[1].holds());
  CHECK(verify_double_hard(other)[2].holds());
  other.embeddings = data.embeddings;
  CHECK_FALSE(verify_double_hard(other)[2].holds());
  other.embeddings = with_row(good.embeddings, 5, Eigen::VectorXf::Constant(6, not_a_number));
  CHECK_THAT(error_of([&] { verify_double_hard(other); }), ContainsSubstring("'w5' is not finite"));
  // A word that was not kept has a part along the direction; what hard debiasing alone does leaves the component.
  other = good;
  other.kept.clear();
  CHECK_FALSE(verify_double_hard(other)[1].holds());
  other.embeddings = debias(debias_method("hard"), data.embeddings, data.sets).embeddings;
  CHECK_FALSE(verify_double_hard(other)[0].holds());
}

TEST_CASE("double-hard: what cannot be done is an error that says why") {
  const Frequencies data = frequencies();
  const auto error = [&](const BiasedWords& words, const BiasWordSets& sets) {
    return error_of([&] { double_hard_debias(data.embeddings, sets, words); });
  };
  CHECK_THAT(error({numbers(0, 3), {}}, data.sets), ContainsSubstring("both sides need biased words"));
  CHECK_THAT(error({numbers(0, 3), numbers(2, 5)}, data.sets), ContainsSubstring("'w2' is in"));
  CHECK_THAT(error({numbers(0, 3), {word_id(960)}}, data.sets), ContainsSubstring("'w960' is zero"));
  BiasWordSets without = data.sets;
  without.definitional = {{"girl", "boy"}};
  CHECK_THAT(error(sides(100), without), ContainsSubstring("no definitional set"));
  const Embeddings same = embeddings({{"a", {1, 2}}, {"b", {1, 2}}});
  CHECK(error_of([&] { double_hard_debias(same, data.sets, sides(1)); }) ==
        "all vectors are the same, so they have no principal components");
  const Embeddings nothing = embeddings({{"a", {0, 0}}});
  CHECK_THAT(error_of([&] { double_hard_debias(nothing, data.sets, {}); }),
             ContainsSubstring("no principal components"));
  const Embeddings bad = embeddings({{"a", {3, 4}}, {"b", {not_a_number, 1}}});
  CHECK_THAT(error_of([&] { double_hard_debias(bad, data.sets, {}); }), ContainsSubstring("'b' is not finite"));
  const auto option = [&](const DoubleHardOptions& options) {
    return option_error_of([&] { double_hard_debias(data.embeddings, data.sets, data.words, options); });
  };
  CHECK_THAT(option({.components = 0}), ContainsSubstring("components must be at least 1"));
  CHECK_THAT(option({.repeats = 0}), ContainsSubstring("repeats"));
  CHECK_THAT(option({.restarts = 0}), ContainsSubstring("restarts"));
  CHECK_THAT(option({.threads = -1}), ContainsSubstring("threads"));
}
