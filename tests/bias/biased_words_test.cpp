#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/bias/classification_bias.hpp"
#include "equivec/bias/cluster_bias.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/neighbor_bias.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/math/clustering.hpp"
#include "src/math/logistic_regression.hpp"
#include "src/math/support_vectors.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <thread>

using namespace equivec;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// A direction along (1, 0, ...), or two of them along the first axes.
BiasSubspace first_axes(int dimension, int rank = 1) {
  Matrix ends = Matrix::Zero(2 * rank, dimension);
  std::vector<std::vector<WordId>> sets;
  for (int i = 0; i < rank; ++i) {
    ends(2 * i, i) = 1;
    ends(2 * i + 1, i) = -1;
    sets.push_back({word_id(static_cast<std::size_t>(2 * i)), word_id(static_cast<std::size_t>(2 * i + 1))});
  }
  return BiasSubspace::from_sets(Embeddings(numbered_words(ends.rows() == 2 ? 2 : 4), ends), sets, rank);
}

std::vector<WordId> numbers(std::size_t begin, std::size_t end) {
  std::vector<WordId> result;
  for (std::size_t i = begin; i < end; ++i) result.push_back(word_id(i));
  return result;
}

/// Words w0, w1, ... at these angles in a plane, in degrees.
Embeddings at_angles(const std::vector<double>& degrees) {
  Matrix rows(static_cast<Eigen::Index>(degrees.size()), 2);
  for (std::size_t i = 0; i < degrees.size(); ++i) {
    const double angle = degrees[i] * std::numbers::pi / 180;
    rows.row(static_cast<Eigen::Index>(i)) << static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle));
  }
  return Embeddings(numbered_words(degrees.size()), rows);
}

/// Twice `per_side` words whose sides overlap.
struct Overlapping {
  Embeddings embeddings;
  BiasedWords words;
};

Overlapping overlapping(std::size_t per_side, int dimension, std::uint64_t seed) {
  Matrix rows = random_matrix(2 * per_side, dimension, seed);
  const auto half = static_cast<Eigen::Index>(per_side);
  rows.topRows(half).col(0).array() += 0.2F;
  rows.bottomRows(half).col(0).array() -= 0.2F;
  return {Embeddings(numbered_words(2 * per_side), rows), {numbers(0, per_side), numbers(per_side, 2 * per_side)}};
}

BootstrapOptions few_resamples(int threads = 0, std::uint64_t seed = 1) {
  BootstrapOptions options;
  options.resamples = 200;
  options.threads = threads;
  options.seed = seed;
  return options;
}

void check_same(const RecoveredSides& a, const RecoveredSides& b) {
  CHECK(a.accuracy == b.accuracy);
  CHECK(a.interval == b.interval);
  CHECK(a.least == b.least);
  CHECK(a.most == b.most);
}

void check_interval(const RecoveredSides& sides, double low, double high) {
  REQUIRE(sides.interval);
  CHECK(sides.interval->low == Approx(low).epsilon(1e-12));
  CHECK(sides.interval->high == Approx(high).epsilon(1e-12));
}

}  // namespace

TEST_CASE("ordinary words: those without capitals, digits and punctuation other than the underscore") {
  const Vocabulary words = vocabulary({{"the", 9},
                                       {"The", 8},
                                       {"iPod", 7},
                                       {"3d", 6},
                                       {"mp3", 5},
                                       {"well-known", 5},
                                       {"o'clock", 4},
                                       {"training_camp", 4},
                                       {"_", 3},
                                       {".", 3},
                                       {"u.s._army", 3},
                                       {"caf\xc3\xa9", 2},
                                       {"\xc3\x89t\xc3\xa9", 2},
                                       {"~", 2},
                                       {"z", 1}});
  std::vector<std::string> found;
  for (const WordId word : ordinary_words(words, 0, {})) found.emplace_back(words.word(word));
  CHECK(found == std::vector<std::string>{"the", "training_camp", "_", "caf\xc3\xa9", "\xc3\x89t\xc3\xa9", "z"});
}

TEST_CASE("ordinary words: each ASCII character is allowed or not") {
  for (char c = '!'; c <= '~'; ++c) {
    const Vocabulary words = vocabulary({{std::string(1, c), 1}});
    const bool small_or_underline = (c >= 'a' && c <= 'z') || c == '_';
    CAPTURE(c);
    CHECK(ordinary_words(words, 0, {}).size() == (small_or_underline ? 1 : 0));
  }
}

TEST_CASE("ordinary words: those of fewer than 20 characters, however many bytes these have") {
  std::string accented;
  for (int i = 0; i < 19; ++i) accented += "\xc3\xa9";
  const Vocabulary words = vocabulary({{std::string(19, 'a'), 1},
                                       {std::string(20, 'a'), 1},
                                       {accented, 1},
                                       {accented + "b", 1},
                                       {"\xe2\x82\xac" + std::string(18, 'c'), 1}});
  CHECK(ordinary_words(words, 0, {}) == std::vector<WordId>{word_id(0), word_id(2), word_id(4)});
}

TEST_CASE("ordinary words: the first of the vocabulary without those excepted") {
  const Vocabulary words = vocabulary({{"a", 5}, {"B", 4}, {"mother", 3}, {"c", 2}, {"d", 1}});
  CHECK(ordinary_words(words, 0, {}) == std::vector<WordId>{word_id(0), word_id(2), word_id(3), word_id(4)});
  CHECK(ordinary_words(words, 3, {}) == std::vector<WordId>{word_id(0), word_id(2)});
  CHECK(ordinary_words(words, 99, {}).size() == 4);
  // A-Z in the exceptions counts as a-z, and exceptions not in the vocabulary do no harm.
  const std::vector<std::string> except = {"Mother", "d", "father"};
  CHECK(ordinary_words(words, 0, except) == std::vector<WordId>{word_id(0), word_id(3)});
  CHECK(ordinary_words(Vocabulary(), 0, except).empty());
}

TEST_CASE("most biased words: those at both ends by cosine, the most biased first") {
  // Cosines 0.6, -1, 0.8, 0, -0.6, 1, -0.28.
  const Embeddings e = embeddings({{"a", {3, 4}},
                                   {"b", {-2, 0}},
                                   {"c", {40, -30}},
                                   {"d", {0, 1}},
                                   {"e", {-0.6F, 0.8F}},
                                   {"f", {0.1F, 0}},
                                   {"g", {-7, -24}}});
  const BiasedWords two = most_biased(e, first_axes(2), numbers(0, 7), 2);
  CHECK(two.first == ids_of(e, {"f", "c"}));
  CHECK(two.last == ids_of(e, {"b", "e"}));
  const BiasedWords three = most_biased(e, first_axes(2), numbers(0, 7), 3);
  CHECK(three.first == ids_of(e, {"f", "c", "a"}));
  CHECK(three.last == ids_of(e, {"b", "e", "g"}));
  // Only among the given words, each once.
  const std::vector<WordId> given = ids_of(e, {"g", "a", "g", "a"});
  CHECK(most_biased(e, first_axes(2), given, 1).first == ids_of(e, {"a"}));
  CHECK(most_biased(e, first_axes(2), given, 1).last == ids_of(e, {"g"}));
  CHECK_THROWS_AS(most_biased(e, first_axes(2), given, 2), Error);
}

TEST_CASE("most biased words: ties go to the first words of the vocabulary") {
  const Embeddings e = embeddings(
      {{"a", {3, 4}}, {"b", {-3, 4}}, {"c", {3, -4}}, {"d", {-6, -8}}, {"e", {6, 8}}, {"f", {-3, 4}}, {"g", {1, 0}}});
  const BiasedWords words = most_biased(e, first_axes(2), ids_of(e, {"f", "e", "g", "d", "c", "b", "a"}), 3);
  CHECK(words.first == ids_of(e, {"g", "a", "c"}));
  CHECK(words.last == ids_of(e, {"b", "d", "f"}));
}

TEST_CASE("most biased words: lengths of vectors do not matter") {
  const Embeddings e = random_embeddings(300, 7, 61);
  Matrix scaled = e.matrix();
  for (Eigen::Index i = 0; i < scaled.rows(); ++i) scaled.row(i) *= std::ldexp(1.0F, static_cast<int>(i % 9) - 4);
  const BiasedWords a = most_biased(e, first_axes(7), numbers(0, 300), 50);
  const BiasedWords b = most_biased(Embeddings(e.vocabulary(), scaled), first_axes(7), numbers(0, 300), 50);
  CHECK(a.first == b.first);
  CHECK(a.last == b.last);
}

TEST_CASE("most biased words: invalid input is an error that says why") {
  const Embeddings e = embeddings({{"a", {3, 4}}, {"b", {-2, 1}}, {"c", {1, 1}}, {"d", {0, 1}}});
  const auto words = numbers(0, 4);
  CHECK_THAT(error_of([&] { most_biased(e, first_axes(2), words, 2); }),
             ContainsSubstring("2 words on its positive side and 1 on its negative, not 2"));
  CHECK_THAT(error_of([&] { most_biased(e, first_axes(2), ids_of(e, {"b", "d"}), 1); }), ContainsSubstring("0 words"));
  CHECK_THAT(error_of([&] { most_biased(e, first_axes(2), {}, 1); }), ContainsSubstring("0 words"));
  CHECK_THAT(option_error_of([&] { most_biased(e, first_axes(2), words, 0); }), ContainsSubstring("got 0"));
  CHECK_THAT(error_of([&] { most_biased(e, first_axes(2, 2), words, 1); }), ContainsSubstring("rank 1, got rank 2"));
  CHECK_THAT(error_of([&] { most_biased(e, first_axes(3), words, 1); }), ContainsSubstring("3 numbers"));
  const Embeddings bad = embeddings({{"a", {3, 4}}, {"b", {-2, 1}}, {"nil", {0, 0}}, {"nan", {not_a_number, 1}}});
  CHECK_THAT(error_of([&] { most_biased(bad, first_axes(2), numbers(0, 3), 1); }), ContainsSubstring("'nil'"));
  const std::vector<WordId> with_nan = ids_of(bad, {"a", "b", "nan"});
  CHECK_THAT(error_of([&] { most_biased(bad, first_axes(2), with_nan, 1); }), ContainsSubstring("'nan'"));
  CHECK(most_biased(bad, first_axes(2), numbers(0, 2), 1).last == ids_of(bad, {"b"}));
}

TEST_CASE("cluster bias: hand-worked accuracy and interval") {
  // One word of the first side is among the others: 7 of 8.
  const Embeddings e = at_angles({0, 1, 2, 181, 180, 182, 183, 184});
  const RecoveredSides sides = cluster_bias(e, {numbers(0, 4), numbers(4, 8)});
  CHECK(sides.accuracy == 0.875);
  CHECK(sides.least == 0.875);
  CHECK(sides.most == 0.875);
  // Of 8 drawn, 5 or fewer agree with probability 0.067, of which 4 do with 0.011, and all with 0.344.
  check_interval(sides, 0.625, 1);
}

TEST_CASE("cluster bias: the better matching counts in resamples too") {
  const Embeddings e = at_angles({0, 180, 1, 181, 2, 182, 3, 183});
  const RecoveredSides sides = cluster_bias(e, {numbers(0, 4), numbers(4, 8)});
  CHECK(sides.accuracy == 0.5);
  // Of 8 tosses of a coin all are equal with probability 1 / 128, seven or more with 9 / 64.
  check_interval(sides, 0.5, 0.875);
}

TEST_CASE("cluster bias: sides of any size, whichever comes first") {
  const Embeddings e = at_angles({0, 5, 180, 170, 175});
  CHECK(cluster_bias(e, {numbers(0, 2), numbers(2, 5)}).accuracy == 1);
  CHECK(cluster_bias(e, {numbers(2, 5), numbers(0, 2)}).accuracy == 1);
  CHECK(cluster_bias(e, {numbers(0, 1), numbers(1, 5)}).accuracy == 0.8);
  CHECK(cluster_bias(e, {numbers(0, 1), numbers(4, 5)}).accuracy == 1);
}

TEST_CASE("cluster bias: lengths of vectors do not matter") {
  const Embeddings e = embeddings({{"a", {0.01F, 0}}, {"b", {100, 1}}, {"c", {-0.01F, 0}}, {"d", {-100, 1}}});
  CHECK(cluster_bias(e, {ids_of(e, {"a", "b"}), ids_of(e, {"c", "d"})}).accuracy == 1);
}

TEST_CASE("cluster bias: clusterings start differently, and their mean counts") {
  // The corners of a square can be halved either way, or one be separated from the rest.
  const Embeddings e = at_angles({0, 90, 180, 270});
  const ClusterBiasOptions options{.repeats = 40, .restarts = 1, .bootstrap = few_resamples()};
  const RecoveredSides sides = cluster_bias(e, {numbers(0, 2), numbers(2, 4)}, options);
  CHECK(sides.least == 0.5);
  CHECK(sides.most == 1);
  CHECK(sides.accuracy > 0.6);
  CHECK(sides.accuracy < 0.9);
  // The sum of 40 accuracies, all quarters.
  CHECK(sides.accuracy * 160 == Approx(std::round(sides.accuracy * 160)).epsilon(1e-12));
  const ClusterBiasOptions one{.repeats = 1, .restarts = 1, .bootstrap = few_resamples()};
  const RecoveredSides single = cluster_bias(e, {numbers(0, 2), numbers(2, 4)}, one);
  CHECK(single.least == single.accuracy);
  CHECK(single.most == single.accuracy);
}

TEST_CASE("cluster bias: more restarts find the better of two halvings") {
  // A rectangle of angles: the best of many restarts halves it between its long sides.
  const Embeddings e = at_angles({0, 80, 180, 260});
  const ClusterBiasOptions options{.repeats = 20, .restarts = 50, .bootstrap = few_resamples()};
  CHECK(cluster_bias(e, {numbers(0, 2), numbers(2, 4)}, options).least == 1);
}

TEST_CASE("cluster bias: threads change nothing, another seed may") {
  const Overlapping data = overlapping(60, 10, 62);
  const auto with = [&](int threads, std::uint64_t seed) {
    return cluster_bias(data.embeddings, data.words,
                        {.repeats = 5, .restarts = 1, .bootstrap = few_resamples(threads, seed)});
  };
  const RecoveredSides one = with(1, 1);
  check_same(one, with(2, 1));
  check_same(one, with(5, 1));
  const RecoveredSides other = with(1, 2);
  CHECK((one.interval != other.interval || one.accuracy != other.accuracy));
  REQUIRE(one.interval);
  CHECK(one.interval->low < one.accuracy);
  CHECK(one.accuracy < one.interval->high);
}

TEST_CASE("cluster bias: invalid input is an error that says why") {
  const Embeddings e = embeddings({{"a", {3, 4}}, {"b", {-2, 1}}, {"nil", {0, 0}}, {"inf", {INFINITY, 1}}});
  const auto bias = [&](const std::vector<std::string>& first, const std::vector<std::string>& last) {
    return error_of([&] { cluster_bias(e, {ids_of(e, first), ids_of(e, last)}); });
  };
  CHECK(bias({"a"}, {"b"}).empty());
  CHECK_THAT(bias({}, {"b"}), ContainsSubstring("got 0 and 1"));
  CHECK_THAT(bias({"a"}, {}), ContainsSubstring("got 1 and 0"));
  CHECK_THAT(bias({"a"}, {"nil"}), ContainsSubstring("'nil'"));
  CHECK_THAT(bias({"inf"}, {"b"}), ContainsSubstring("'inf'"));
  CHECK_THAT(bias({"a", "a"}, {"b"}), ContainsSubstring("'a' occurs twice"));
  CHECK_THAT(bias({"a"}, {"b", "a"}), ContainsSubstring("'a' is in"));
  const BiasedWords words{ids_of(e, {"a"}), ids_of(e, {"b"})};
  CHECK_THAT(option_error_of([&] { cluster_bias(e, words, {.repeats = 0}); }), ContainsSubstring("repeats"));
  CHECK_THAT(option_error_of([&] { cluster_bias(e, words, {.restarts = 0}); }), ContainsSubstring("restarts"));
  BootstrapOptions none;
  none.resamples = 0;
  CHECK_THAT(option_error_of([&] { cluster_bias(e, words, {.bootstrap = none}); }), ContainsSubstring("resamples"));
}

TEST_CASE("support vectors: hand-worked model of two examples") {
  // With one example of each kind both have the weight 1 / (1 - k), or C if that is less, and the offset is 0.
  Eigen::MatrixXd examples(2, 2);
  examples << 0, 0, 1, 0;
  const Eigen::Vector2d labels(1, 0);
  const double k = std::exp(-2.0);
  const SupportVectors model = fit_support_vectors(examples, labels, 2, 100);
  REQUIRE(model.weights.size() == 2);
  CHECK(std::abs(model.weights[0]) == Approx(1 / (1 - k)).epsilon(1e-3));
  CHECK(model.weights.sum() == Approx(0).margin(1e-12));
  CHECK(model.offset == Approx(0).margin(1e-3));
  Points rows(4, 2);
  rows << 0, 0, 1, 0, -1, 0, 0.5, 3;
  const Eigen::VectorXd found = scores(model, rows);
  CHECK(found[0] == Approx(1).epsilon(1e-3));
  CHECK(found[1] == Approx(-1).epsilon(1e-3));
  CHECK(found[2] == Approx((k - std::exp(-8.0)) / (1 - k)).epsilon(2e-2));
  CHECK(found[3] == Approx(0).margin(1e-3));

  const SupportVectors bounded = fit_support_vectors(examples, labels, 2, 0.25);
  CHECK(std::abs(bounded.weights[0]) == Approx(0.25).epsilon(1e-12));
  CHECK(scores(bounded, rows)[0] == Approx(0.25 * (1 - k)).margin(1e-3));
}

TEST_CASE("support vectors: positive examples have positive scores in any order") {
  Eigen::MatrixXd examples(4, 1);
  examples << 3, -1, 2, -2;
  const Eigen::Vector4d labels(0, 1, 0, 1);
  Points rows(2, 1);
  rows << 2.5, -1.5;
  const Eigen::VectorXd one = scores(fit_support_vectors(examples, labels, 1, 10), rows);
  CHECK(one[0] < -0.5);
  CHECK(one[1] > 0.5);
  const Eigen::VectorXd other = scores(fit_support_vectors(examples, Eigen::Vector4d(1, 0, 1, 0), 1, 10), rows);
  CHECK(other[0] > 0.5);
  CHECK(other[1] < -0.5);
}

TEST_CASE("support vectors: scores are sums over the support vectors, for any number of rows") {
  const Eigen::MatrixXd examples = random_matrix(80, 6, 63).cast<double>();
  Eigen::VectorXd labels(80);
  for (Eigen::Index i = 0; i < 80; ++i) labels[i] = examples.row(i).squaredNorm() > 0.5 ? 1 : 0;
  const SupportVectors model = fit_support_vectors(examples, labels, 0.7, 1);
  const Points rows = random_matrix(GENERATE(0U, 1U, 127U, 128U, 300U), 6, 64).cast<double>();
  const Eigen::VectorXd found = scores(model, rows);
  REQUIRE(found.size() == rows.rows());
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    double sum = -model.offset;
    for (Eigen::Index k = 0; k < model.weights.size(); ++k)
      sum += model.weights[k] * std::exp(-0.7 * (rows.row(i) - model.vectors.row(k)).squaredNorm());
    CHECK(found[i] == Approx(sum).margin(1e-12));
  }
}

TEST_CASE("support vectors: several threads may train at once") {
  const Eigen::MatrixXd examples = random_matrix(120, 8, 65).cast<double>();
  const Eigen::VectorXd labels = (examples.col(0).array() > 0).cast<double>();
  const SupportVectors alone = fit_support_vectors(examples, labels, 0.125, 1);
  std::vector<SupportVectors> models(6);
  std::vector<std::thread> threads;
  for (SupportVectors& model : models)
    threads.emplace_back([&] { model = fit_support_vectors(examples, labels, 0.125, 1); });
  for (std::thread& thread : threads) thread.join();
  for (const SupportVectors& model : models) {
    CHECK(model.weights == alone.weights);
    CHECK(model.vectors == alone.vectors);
    CHECK(model.offset == alone.offset);
  }
}

TEST_CASE("classification bias: hand-worked accuracy of a word on the wrong side") {
  // One word of the first side has a vector of the last. When it is tested, it is wrong and the other one right; when
  // it is trained on, it is outvoted.
  const Embeddings e =
      embeddings({{"a", {1, 0}}, {"b", {1, 0}}, {"c", {-1, 0}}, {"d", {-1, 0}}, {"e", {-1, 0}}, {"f", {-1, 0}}});
  ClassificationBiasOptions options{.repeats = 60, .training_per_side = 2, .bootstrap = {}};
  const ClassificationBias bias = classification_bias(e, {numbers(0, 3), numbers(3, 6)}, options);
  for (const RecoveredSides& sides : {bias.support_vectors, bias.logistic}) {
    CHECK(sides.least == 0.5);
    CHECK(sides.most == 1);
    // A third of the splits test it, so half of those answers are wrong.
    CHECK(sides.accuracy == Approx(5.0 / 6).margin(0.08));
    CHECK(sides.accuracy * 120 == Approx(std::round(sides.accuracy * 120)).epsilon(1e-12));
    REQUIRE(sides.interval);
    CHECK(sides.interval->low < sides.accuracy);
    CHECK(sides.interval->high == 1);
  }
  CHECK(bias.support_vectors.accuracy == bias.logistic.accuracy);
}

TEST_CASE("classification bias: only the support vectors separate sides that no plane separates") {
  // The sides are at opposite corners of a square: a plane gets at most three of them right.
  std::vector<double> angles;
  for (int i = 0; i < 120; ++i) angles.push_back((i < 60 ? 0 : 90) + (i % 2) * 180 + (i % 7));
  const ClassificationBias bias = classification_bias(at_angles(angles), {numbers(0, 60), numbers(60, 120)},
                                                      {.repeats = 4, .training_per_side = 30, .bootstrap = {}});
  CHECK(bias.support_vectors.accuracy == 1);
  CHECK(bias.support_vectors.interval == Interval{1, 1});
  CHECK(bias.logistic.most < 0.8);
}

TEST_CASE("classification bias: the higher the dimension the more linear the support vector machine") {
  // Corners of a square again, two of them with more words, and with appended zeros that change only the kernel.
  std::vector<double> angles;
  for (int i = 0; i < 120; ++i) angles.push_back((i < 60 ? 0 : 90) + (i % 3 == 0 ? 180 : 0) + (i % 7));
  const Embeddings plane = at_angles(angles);
  const auto accuracy = [&](int dimension) {
    Matrix padded = Matrix::Zero(120, dimension);
    padded.leftCols(2) = plane.matrix();
    return classification_bias(Embeddings(plane.vocabulary(), padded), {numbers(0, 60), numbers(60, 120)},
                               {.repeats = 4, .training_per_side = 30, .bootstrap = few_resamples()})
        .support_vectors.accuracy;
  };
  CHECK(accuracy(2) == 1);
  // Half or twice the gamma would shift these by one step.
  CHECK(accuracy(8) > 0.77);
  CHECK(accuracy(8) < 0.9);
  CHECK(accuracy(16) < 0.77);
}

TEST_CASE("classification bias: the strength of the logistic regression is 1") {
  // The sides differ in sign across an axis, where all vectors are short; along it, where they are long, both ends have
  // words of both sides. How much a model learns of a sample's chance differences there depends on the strength.
  std::vector<double> angles;
  for (int i = 0; i < 200; ++i) angles.push_back((i < 100 ? 1 : -1) * (i % 2 == 0 ? 12 : 168));
  const RecoveredSides sides =
      classification_bias(at_angles(angles), {numbers(0, 100), numbers(100, 200)},
                          {.repeats = 20, .training_per_side = 12, .bootstrap = few_resamples()})
          .logistic;
  // 0.78 with half the strength, 0.88 with it, 0.96 with twice as much.
  CHECK(sides.accuracy > 0.83);
  CHECK(sides.accuracy < 0.92);
}

TEST_CASE("classification bias: sides of the same distribution are predicted at chance level") {
  const Embeddings e = random_embeddings(600, 5, 66);
  const ClassificationBias bias = classification_bias(e, {numbers(0, 300), numbers(300, 600)},
                                                      {.repeats = 10, .training_per_side = 60, .bootstrap = {}});
  for (const RecoveredSides& sides : {bias.support_vectors, bias.logistic}) {
    CHECK(sides.accuracy == Approx(0.5).margin(0.06));
    CHECK(sides.least < sides.accuracy);
    CHECK(sides.most > sides.accuracy);
  }
}

TEST_CASE("classification bias: no model sees the words that it is tested on") {
  // With two words a side there are four splits, and 60 draws include all.
  const Overlapping data = overlapping(2, 3, 67);
  Points rows(4, 3);
  for (std::size_t i = 0; i < 4; ++i)
    rows.row(static_cast<Eigen::Index>(i)) = unit_vector(data.embeddings[word_id(i)]).transpose();
  std::vector<double> machine, logistic;
  for (const Eigen::Index a : {0, 1}) {
    for (const Eigen::Index b : {2, 3}) {
      Eigen::MatrixXd examples(2, 3);
      examples << rows.row(a), rows.row(b);
      Points tested(2, 3);
      tested << rows.row(1 - a), rows.row(5 - b);
      const Eigen::Vector2d labels(1, 0);
      const Eigen::VectorXd found = scores(fit_support_vectors(examples, labels, 1.0 / 3, 1), tested);
      const LogisticModel model = fit_logistic(examples, labels, Eigen::VectorXd::Ones(2), 1);
      const Eigen::VectorXd linear = (tested * model.weights).array() + model.intercept;
      machine.push_back(((found[0] > 0) + (found[1] <= 0)) / 2.0);
      logistic.push_back(((linear[0] > 0) + (linear[1] <= 0)) / 2.0);
    }
  }
  const ClassificationBias bias = classification_bias(
      data.embeddings, data.words, {.repeats = 60, .training_per_side = 1, .bootstrap = few_resamples()});
  CHECK(bias.support_vectors.least == std::ranges::min(machine));
  CHECK(bias.support_vectors.most == std::ranges::max(machine));
  CHECK(bias.logistic.least == std::ranges::min(logistic));
  CHECK(bias.logistic.most == std::ranges::max(logistic));
}

TEST_CASE("classification bias: lengths of vectors do not matter") {
  const Overlapping data = overlapping(50, 6, 68);
  Matrix scaled = data.embeddings.matrix();
  for (Eigen::Index i = 0; i < scaled.rows(); ++i) scaled.row(i) *= std::ldexp(1.0F, static_cast<int>(i % 9) - 4);
  const ClassificationBiasOptions options{.repeats = 3, .training_per_side = 20, .bootstrap = few_resamples()};
  const ClassificationBias a = classification_bias(data.embeddings, data.words, options);
  const ClassificationBias b =
      classification_bias(Embeddings(data.embeddings.vocabulary(), scaled), data.words, options);
  check_same(a.support_vectors, b.support_vectors);
  check_same(a.logistic, b.logistic);
}

TEST_CASE("classification bias: threads change nothing, another seed gives other splits") {
  const Overlapping data = overlapping(80, 6, 69);
  const auto with = [&](int threads, std::uint64_t seed, int repeats = 5) {
    return classification_bias(
        data.embeddings, data.words,
        {.repeats = repeats, .training_per_side = 20, .bootstrap = few_resamples(threads, seed)});
  };
  const ClassificationBias one = with(1, 1), other = with(1, 2);
  for (const int threads : {2, 5}) {
    const ClassificationBias again = with(threads, 1);
    check_same(one.support_vectors, again.support_vectors);
    check_same(one.logistic, again.logistic);
  }
  CHECK(one.logistic.accuracy != other.logistic.accuracy);
  CHECK(one.logistic.least < one.logistic.most);
  REQUIRE(one.logistic.interval);
  CHECK(one.logistic.interval->low < one.logistic.accuracy);
  CHECK(one.logistic.accuracy < one.logistic.interval->high);
  const ClassificationBias single = with(1, 1, 1);
  CHECK(single.logistic.least == single.logistic.most);
}

TEST_CASE("classification bias: invalid input is an error that says why") {
  const Embeddings e =
      embeddings({{"a", {3, 4}}, {"b", {-2, 1}}, {"c", {1, 1}}, {"d", {0, 1}}, {"nil", {0, 0}}, {"f", {1, 2}}});
  const ClassificationBiasOptions one{.repeats = 1, .training_per_side = 1, .bootstrap = few_resamples()};
  const auto bias = [&](const std::vector<std::string>& first, const std::vector<std::string>& last) {
    return error_of([&] { classification_bias(e, {ids_of(e, first), ids_of(e, last)}, one); });
  };
  CHECK(bias({"a", "b"}, {"c", "d"}).empty());
  CHECK_THAT(bias({"a"}, {"c", "d"}), ContainsSubstring("got 1 and 2 biased words"));
  CHECK_THAT(bias({"a", "b"}, {"c"}), ContainsSubstring("got 2 and 1 biased words"));
  CHECK_THAT(bias({"a", "b"}, {"c", "nil"}), ContainsSubstring("'nil'"));
  CHECK_THAT(bias({"a", "a"}, {"c", "d"}), ContainsSubstring("'a' occurs twice"));
  CHECK_THAT(bias({"a", "b"}, {"c", "b"}), ContainsSubstring("'b' is in"));
  const BiasedWords words{numbers(0, 2), numbers(2, 4)};
  CHECK_THAT(option_error_of([&] { classification_bias(e, words, {.repeats = 0}); }), ContainsSubstring("repeats"));
  CHECK_THAT(option_error_of([&] { classification_bias(e, words, {.training_per_side = 0}); }),
             ContainsSubstring("training"));
  BootstrapOptions negative;
  negative.threads = -1;
  CHECK_THAT(option_error_of(
                 [&] { classification_bias(e, words, {.repeats = 1, .training_per_side = 1, .bootstrap = negative}); }),
             ContainsSubstring("threads"));
}

TEST_CASE("neighbor bias: hand-worked shares and correlation") {
  // Candidates at 10, 20, 40, 80 and 160 degrees.
  const Embeddings e = at_angles({10, 20, 40, 80, 160, 0, 170, 61});
  const std::vector<double> bias = {0.5, -0.5, 0.1, 0, 0.2};
  const std::vector<double> word_bias = {3, -1, 2};
  const NeighborBias found =
      neighbor_bias(e, numbers(5, 8), word_bias, numbers(0, 5), bias, {.neighbors = 2, .bootstrap = few_resamples()});
  // Neighbours of 0 degrees: 10 and 20; of 170: 160 and 80; of 61: 80 and 40. A bias of 0 is on neither side.
  REQUIRE(found.words.size() == 3);
  CHECK(found.words[0] == NeighborBias::Word{word_id(5), 3, 0.5});
  CHECK(found.words[1] == NeighborBias::Word{word_id(6), -1, 0.5});
  CHECK(found.words[2] == NeighborBias::Word{word_id(7), 2, 0.5});
  CHECK_FALSE(found.correlation);
  CHECK_FALSE(found.interval);

  const NeighborBias three =
      neighbor_bias(e, numbers(5, 8), word_bias, numbers(0, 5), bias, {.neighbors = 3, .bootstrap = few_resamples()});
  // Neighbours of 0: 10, 20 and 40; of 170: 160, 80 and 40; of 61: 80, 40 and 20.
  CHECK(three.words[0].share == 2.0 / 3);
  CHECK(three.words[1].share == 2.0 / 3);
  CHECK(three.words[2].share == 1.0 / 3);
  // Deviations of 5/3, -7/3, 2/3 and of 1, 1, -2 ninths: -2 / sqrt(26/3 * 6).
  REQUIRE(three.correlation);
  CHECK(*three.correlation == Approx(-2 / std::sqrt(52.0)).epsilon(1e-12));
}

TEST_CASE("neighbor bias: a word is not its own neighbour, another word with the same vector is") {
  const Embeddings e = at_angles({0, 0, 50, 90});
  const std::vector<double> bias = {1, 1, -1, -1}, none = {0, 0};
  const auto share = [&](std::size_t word, const std::vector<WordId>& candidates, const std::vector<double>& biases) {
    const std::vector<WordId> words = {word_id(word)};
    const std::vector<double> own = {0.5};
    return neighbor_bias(e, words, own, candidates, biases, {.neighbors = 1, .bootstrap = few_resamples()})
        .words[0]
        .share;
  };
  CHECK(share(0, numbers(0, 4), bias) == 1);  // by its twin
  CHECK(share(1, numbers(0, 4), bias) == 1);
  CHECK(share(2, numbers(0, 4), {-1, -1, 1, -1}) == 0);
  CHECK(share(3, numbers(0, 3), {-1, -1, 1}) == 1);  // word 3 is not a candidate
  CHECK(share(0, {word_id(2), word_id(0)}, {-1, 1}) == 0);
}

TEST_CASE("neighbor bias: ties go to the first words of the vocabulary, for any order of the candidates") {
  const Embeddings e = at_angles({30, 330, 30, 0});
  const std::vector<WordId> words = {word_id(3)};
  const std::vector<double> own = {1};
  const auto share = [&](const std::vector<WordId>& candidates, const std::vector<double>& biases, int count) {
    return neighbor_bias(e, words, own, candidates, biases, {.neighbors = count, .bootstrap = few_resamples()})
        .words[0]
        .share;
  };
  CHECK(share(numbers(0, 3), {1, -1, -1}, 1) == 1);
  CHECK(share({word_id(2), word_id(1), word_id(0)}, {-1, -1, 1}, 1) == 1);
  CHECK(share({word_id(2), word_id(1), word_id(0)}, {1, -1, -1}, 1) == 0);
  CHECK(share({word_id(2), word_id(1), word_id(0)}, {1, -1, -1}, 3) == 1.0 / 3);
}

TEST_CASE("neighbor bias: shares are what sorting all cosines gives, for any number of threads") {
  const Embeddings e = random_embeddings(700, 12, 70);
  const std::vector<WordId> candidates = numbers(100, 650), words = numbers(50, 200);
  std::vector<double> candidate_bias, word_bias;
  for (const WordId word : candidates) candidate_bias.push_back(static_cast<double>(e[word][0]));
  for (const WordId word : words) word_bias.push_back(static_cast<double>(e[word][0]));
  const auto with = [&](int threads) {
    return neighbor_bias(e, words, word_bias, candidates, candidate_bias,
                         {.neighbors = 25, .bootstrap = few_resamples(threads)});
  };
  const NeighborBias found = with(1);
  std::vector<double> shares;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t k = 0; k < candidates.size(); ++k)
      if (candidates[k] != words[i]) order.emplace_back(-cosine(e[words[i]], e[candidates[k]]), k);
    std::ranges::sort(order);
    int positive = 0;
    for (std::size_t k = 0; k < 25; ++k) positive += candidate_bias[order[k].second] > 0;
    CHECK(found.words[i] == NeighborBias::Word{words[i], word_bias[i], positive / 25.0});
    shares.push_back(positive / 25.0);
  }
  CHECK(found.correlation == pearson(word_bias, shares));
  CHECK(found.interval == correlation_interval(Correlation::pearson, word_bias, shares, few_resamples(1)));
  for (const int threads : {2, 5}) {
    const NeighborBias again = with(threads);
    CHECK(found.words == again.words);
    CHECK(found.correlation == again.correlation);
    CHECK(found.interval == again.interval);
  }
}

TEST_CASE("neighbor bias: without words there is no correlation") {
  const Embeddings e = at_angles({0, 10});
  const std::vector<double> bias = {1, -1};
  const NeighborBias found = neighbor_bias(e, {}, {}, numbers(0, 2), bias, {.neighbors = 1, .bootstrap = {}});
  CHECK(found.words.empty());
  CHECK_FALSE(found.correlation);
  CHECK_FALSE(found.interval);
}

TEST_CASE("neighbor bias: invalid input is an error that says why") {
  const Embeddings e = embeddings({{"a", {3, 4}}, {"b", {-2, 1}}, {"c", {1, 1}}, {"nil", {0, 0}}});
  using Words = std::vector<std::string>;
  using Values = std::vector<double>;
  const auto bias = [&](const Words& words, const Values& word_bias, const Words& candidates,
                        const Values& candidate_bias, int neighbors = 1) {
    return error_of([&] {
      neighbor_bias(e, ids_of(e, words), word_bias, ids_of(e, candidates), candidate_bias,
                    {.neighbors = neighbors, .bootstrap = few_resamples()});
    });
  };
  CHECK(bias({"a"}, {1}, {"b", "c"}, {1, 1}, 2).empty());
  CHECK_THAT(bias({"a"}, {1}, {"b", "c"}, {1, 1}, 3), ContainsSubstring("'a' needs 3 neighbors, found 2"));
  CHECK_THAT(bias({"a"}, {1}, {"b", "c", "a"}, {1, 1, 1}, 3), ContainsSubstring("found 2 candidates"));
  CHECK_THAT(bias({"a"}, {1}, {}, {}), ContainsSubstring("found 0 candidates"));
  CHECK_THAT(bias({"a"}, {}, {"b"}, {1}), ContainsSubstring("got 1 words and 0 biases"));
  CHECK_THAT(bias({"a"}, {1}, {"b"}, {1, 2}), ContainsSubstring("got 1 words and 2 biases"));
  CHECK_THAT(bias({"a"}, {NAN}, {"b"}, {1}), ContainsSubstring("bias of 'a'"));
  CHECK_THAT(bias({"a"}, {1}, {"b"}, {INFINITY}), ContainsSubstring("bias of 'b'"));
  CHECK_THAT(bias({"nil"}, {1}, {"b"}, {1}), ContainsSubstring("'nil'"));
  CHECK_THAT(bias({"a"}, {1}, {"b", "nil"}, {1, 1}), ContainsSubstring("'nil'"));
  CHECK_THAT(bias({"a"}, {1}, {"b", "c", "b"}, {1, 1, 1}), ContainsSubstring("'b'"));
  CHECK_THAT(option_error_of([&] { neighbor_bias(e, {}, {}, {}, {}, {.neighbors = 0}); }),
             ContainsSubstring("neighbors"));
}
