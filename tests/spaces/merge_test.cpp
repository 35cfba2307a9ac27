#include "equivec/spaces/merge.hpp"

#include "equivec/base/error.hpp"
#include "equivec/vectors/subwords.hpp"

#include "catch.hpp"
#include "debias/post_conditions.hpp"
#include "planted_rotation.hpp"
#include "support.hpp"

#include <Eigen/Dense>

#include <limits>

using namespace equivec;

namespace {

Embeddings counted(const std::vector<std::pair<std::string, std::uint64_t>>& words, Matrix rows,
                   Metadata metadata = {}) {
  std::vector<Vocabulary::Entry> entries;
  for (const auto& [word, count] : words) entries.push_back({word, count});
  return Embeddings(Vocabulary(entries), std::move(rows), std::move(metadata));
}

/// w0 ... w(n-1), and w100 ... of another length.
std::vector<NamedSpace> two_spaces(int second_dimension = 7) {
  Matrix rows = random_matrix(90, second_dimension, 2);
  for (Eigen::Index i = 0; i < rows.rows(); ++i) rows.row(i) *= static_cast<float>(1 + i % 5);
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < 90; ++i) entries.push_back({"w" + std::to_string((i * 37 + 20) % 131), 0});
  return {{"one", random_embeddings(80, 5, 1)}, {"two", Embeddings(Vocabulary(entries), rows)}};
}

Eigen::RowVectorXd unit(const Embeddings& e, std::string_view word) {
  const auto row = e.find(word);
  if (!row) return Eigen::RowVectorXd::Zero(e.dimension());
  return column(*row).cast<double>().normalized().transpose();
}

std::vector<std::string> words_of(const Embeddings& e) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < e.size(); ++i) words.emplace_back(e.vocabulary().word(word_id(i)));
  return words;
}

Eigen::MatrixXd plain_concatenation(const std::vector<NamedSpace>& spaces, const std::vector<std::string>& words,
                                    const std::vector<double>& weights) {
  Eigen::Index width = 0;
  for (const NamedSpace& space : spaces) width += space.embeddings.dimension();
  Eigen::MatrixXd rows(static_cast<Eigen::Index>(words.size()), width);
  for (std::size_t i = 0; i < words.size(); ++i) {
    Eigen::Index begin = 0;
    for (std::size_t k = 0; k < spaces.size(); ++k) {
      const Eigen::RowVectorXd row = weights[k] * unit(spaces[k].embeddings, words[i]);
      rows.row(static_cast<Eigen::Index>(i)).segment(begin, row.size()) = row;
      begin += row.size();
    }
  }
  return rows;
}

double off(const Embeddings& found, const Eigen::MatrixXd& expected) {
  return (found.matrix().cast<double>() - expected).cwiseAbs().maxCoeff();
}

}  // namespace

TEST_CASE("merge: the words are those of the first space, then what the others add, with summed counts") {
  const Embeddings first = counted({{"b", 9}, {"a", 7}, {"c", 0}}, random_matrix(3, 2, 1)),
                   second = counted({{"d", 5}, {"a", 4}, {"e", 3}}, random_matrix(3, 2, 2)),
                   third = counted({{"e", 2}, {"f", 1}, {"a", 1}}, random_matrix(3, 2, 3));
  const std::vector<NamedSpace> spaces = {{"1", first}, {"2", second}, {"3", third}};
  const Merged any = merge(spaces);
  CHECK(words_of(any.embeddings) == std::vector<std::string>{"b", "a", "c", "d", "e", "f"});
  CHECK(any.embeddings.vocabulary().count(id_of(any.embeddings, "a")) == 12);
  CHECK(any.embeddings.vocabulary().count(id_of(any.embeddings, "e")) == 5);
  CHECK(any.in_all == 1);
  CHECK(any.spaces[1].words == 3);
  const Merged all = merge(spaces, {.words = MergedWords::all});
  CHECK(words_of(all.embeddings) == std::vector<std::string>{"a"});
  CHECK(error_of([&] {
          merge(std::vector<NamedSpace>{{"1", first}, {"4", counted({{"x", 1}}, random_matrix(1, 2, 4))}},
                {.words = MergedWords::all});
        }) == "no word is in all spaces; --words any takes words of any");
}

TEST_CASE("merge: a concatenation holds the weighted unit rows, and zeros where a space lacks the word") {
  const std::vector<NamedSpace> spaces = two_spaces();
  const MergedWords choice = GENERATE(MergedWords::any, MergedWords::all);
  const Merged found = merge(spaces, {.words = choice, .weights = {1, 2.5}});
  CHECK(found.embeddings.dimension() == 12);
  CHECK(off(found.embeddings, plain_concatenation(spaces, words_of(found.embeddings), {1, 2.5})) < 1e-6);
  CHECK(all_hold(found.conditions));
}

TEST_CASE("merge: an average is the mean of the turned unit rows of the spaces that have the word") {
  const std::vector<NamedSpace> spaces = two_spaces();
  const Merged found = merge(spaces, {.method = MergeMethod::average, .weights = {1, 3}, .shared = 0});
  REQUIRE(found.embeddings.dimension() == 7);
  CHECK(all_hold(found.conditions));
  CHECK(found.spaces[1].pairs > 30);
  CHECK(found.spaces[1].cosine_after > found.spaces[1].cosine_before);
  // Orthogonal Procrustes of the shared words, the first space with zeros at its end.
  Eigen::MatrixXd cross = Eigen::MatrixXd::Zero(7, 7);
  for (const std::string& word : words_of(spaces[0].embeddings))
    cross.leftCols(5) += unit(spaces[1].embeddings, word).transpose() * unit(spaces[0].embeddings, word);
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(cross, Eigen::ComputeFullU | Eigen::ComputeFullV);
  CHECK((found.maps[1].transpose() * found.maps[1] - Eigen::MatrixXd::Identity(7, 7)).norm() < 1e-12);
  CHECK((found.maps[1].transpose() * cross).trace() == Approx(svd.singularValues().sum()));
  for (const std::string& word : words_of(found.embeddings)) {
    const bool one = spaces[0].embeddings.find(word).has_value(), two = spaces[1].embeddings.find(word).has_value();
    Eigen::RowVectorXd expected = 3 * unit(spaces[1].embeddings, word) * found.maps[1];
    expected.head(5) += unit(spaces[0].embeddings, word);
    expected /= (one ? 1 : 0) + (two ? 3 : 0);
    CHECK((exact_row(found.embeddings, id_of(found.embeddings, word)).transpose() - expected).norm() < 1e-6);
  }
}

TEST_CASE("merge: the average of a space and the same turned is the space, of length 1") {
  const Embeddings space = random_embeddings(200, 9, 3);
  const std::vector<NamedSpace> spaces = {
      {"", space}, {"", turned(space, random_rotation(9, 4))}, {"", turned(space, random_rotation(9, 5))}};
  const Merged found = merge(spaces, {.method = MergeMethod::average});
  Eigen::MatrixXd expected = space.matrix().cast<double>();
  expected.rowwise().normalize();
  CHECK(off(found.embeddings, expected) < 1e-6);
  CHECK(found.spaces[2].cosine_after == Approx(1));
}

TEST_CASE("merge: svd keeps the most that so many coordinates can, uncorrelated") {
  const std::vector<NamedSpace> spaces = two_spaces();
  const int dimension = GENERATE(1, 4, 12);
  const Merged found = merge(spaces, {.method = MergeMethod::svd, .dimension = dimension, .weights = {1, 0.5}});
  CHECK(all_hold(found.conditions));
  const Eigen::MatrixXd all = plain_concatenation(spaces, words_of(found.embeddings), {1, 0.5});
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(all, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Eigen::MatrixXd expected = all * svd.matrixV().leftCols(dimension);
  CHECK((found.embeddings.matrix().cast<double>().cwiseAbs() - expected.cwiseAbs()).cwiseAbs().maxCoeff() < 1e-6);
  REQUIRE(found.captured);
  CHECK(*found.captured == Approx(expected.squaredNorm() / all.squaredNorm()).epsilon(1e-6));
}

TEST_CASE("merge: words of zeros take no part") {
  Matrix rows = random_matrix(30, 4, 6);
  rows.row(5).setZero();
  rows.row(6).setZero();
  Matrix others = random_matrix(30, 4, 7);
  others.row(6).setZero();
  const std::vector<NamedSpace> spaces = {{"a", Embeddings(numbered_words(30), rows)},
                                          {"b", Embeddings(numbered_words(30), others)}};
  const Merged mean = merge(spaces, {.method = MergeMethod::average});
  CHECK(exact_row(mean.embeddings, word_id(5)).norm() == Approx(1));
  CHECK(exact_row(mean.embeddings, word_id(6)).isZero(0));
  CHECK(all_hold(mean.conditions));
  CHECK(all_hold(merge(spaces).conditions));
  CHECK(*merge(spaces, {.method = MergeMethod::svd, .dimension = 8}).captured == Approx(1));
}

TEST_CASE("merge: the same for any number of threads") {
  const std::vector<NamedSpace> spaces = {{"a", random_embeddings(3000, 8, 8)}, {"b", random_embeddings(2500, 6, 9)}};
  for (const MergeMethod method : merge_methods) {
    MergeOptions options{.method = method, .dimension = method == MergeMethod::svd ? 5 : 0, .threads = 1};
    const Merged one = merge(spaces, options);
    options.threads = 3;
    CHECK(same_bits(one.embeddings, merge(spaces, options).embeddings));
  }
}

TEST_CASE("merge: the metadata have what all say, and what was done") {
  const std::vector<std::string> ngrams = {"<a", "b>"};
  const Embeddings words = random_embeddings(20, 3, 10);
  const std::vector<NamedSpace> spaces = {
      {"a.vec", words.with_metadata({{"lowercase", "true"}, {"seed", "1"}})},
      {"b.vec", words.with_metadata({{"lowercase", "true"}, {"seed", "2"}, {"window", "5"}})
                    .with_subwords(Subwords(2, 2, ngrams, random_matrix(2, 3, 11)))}};
  const Merged found = merge(spaces, {.method = MergeMethod::average, .weights = {1, 0.5}});
  CHECK(found.lost_ngrams);
  const Metadata& metadata = found.embeddings.metadata();
  CHECK(metadata.size() == 2);
  CHECK(metadata.at("lowercase") == "true");
  CHECK_THAT(metadata.at("merged"), Catch::StartsWith("equivec ") &&
                                        Catch::EndsWith(" merge a.vec b.vec, method average, words any, shared 20000, "
                                                        "weights 1 0.5"));
}

TEST_CASE("merge: words from n-grams alone are no words of a space") {
  const std::vector<std::string> ngrams = {"<w", "1>"};
  const Embeddings one =
      random_embeddings(10, 3, 12).with_subwords(Subwords(2, 2, ngrams, random_matrix(2, 3, 13))).with_composed_words();
  const Embeddings two = random_embeddings(15, 3, 14);
  REQUIRE(one.vocabulary().find("w11"));
  const Merged found = merge(std::vector<NamedSpace>{{"one", one}, {"two", two}});
  CHECK(found.in_all == 10);
  CHECK(exact_row(found.embeddings, id_of(found.embeddings, "w11")).head(3).isZero(0));
}

TEST_CASE("merge: the proofs fail on planted faults") {
  const std::vector<NamedSpace> spaces = two_spaces();
  for (const MergeMethod method : merge_methods) {
    const MergeOptions options{.method = method, .dimension = method == MergeMethod::svd ? 4 : 0};
    const Merged found = merge(spaces, options);
    CHECK(all_hold(verify_merge(spaces, found.embeddings, found.maps, options)));
    const auto faulty = [&](auto change) {
      Matrix rows = found.embeddings.matrix();
      change(rows);
      return verify_merge(spaces, found.embeddings.with_vectors(rows), found.maps, options);
    };
    CHECK_FALSE(holds(faulty([](Matrix& rows) { rows.row(11) *= 1.000001F; }), "every vector is"));
    CHECK_FALSE(holds(faulty([](Matrix& rows) { rows.row(11).swap(rows.row(12)); }), "every vector is"));
    CHECK_FALSE(holds(faulty([](Matrix& rows) { rows(11, 0) = std::nanf(""); }), "every vector is"));
    MergeOptions others = options;
    others.weights = {1, 1.00001};
    CHECK_FALSE(holds(verify_merge(spaces, found.embeddings, found.maps, others), "every vector is"));
    others = options;
    others.words = MergedWords::all;
    CHECK_FALSE(holds(verify_merge(spaces, found.embeddings, found.maps, others), "every word"));
  }
  const Merged all = merge(spaces, {.words = MergedWords::all});
  CHECK_FALSE(holds(verify_merge(spaces, all.embeddings, {}, {}), "every word that a space has"));
  const std::vector<WordId> few = {word_id(0), word_id(2), word_id(3)};
  CHECK_FALSE(holds(verify_merge(spaces, selected(all.embeddings, few), {}, {.words = MergedWords::all}),
                    "every word that all spaces have"));
}

TEST_CASE("merge: other directions than those of svd are found out") {
  const std::vector<NamedSpace> spaces = two_spaces();
  const MergeOptions options{.method = MergeMethod::svd, .dimension = 3};
  const Merged found = merge(spaces, options);
  const auto with_directions = [&](const Eigen::MatrixXd& directions) {
    const Eigen::MatrixXd rows = plain_concatenation(spaces, words_of(found.embeddings), {1, 1}) * directions;
    return verify_merge(spaces, found.embeddings.with_vectors(rows.cast<float>()), std::vector{directions}, options);
  };
  CHECK(all_hold(with_directions(found.maps[0])));
  CHECK_FALSE(holds(with_directions(found.maps[0] * random_rotation(3, 15)), "no two coordinates"));
  CHECK_FALSE(holds(with_directions(found.maps[0] * 1.0001), "orthonormal"));
  Eigen::MatrixXd others = found.maps[0];
  others.col(2) = merge(spaces, {.method = MergeMethod::svd, .dimension = 5}).maps[0].col(4);
  CHECK_FALSE(holds(with_directions(others), "no other directions"));
}

TEST_CASE("merge: what cannot be merged is told in one line") {
  const std::vector<NamedSpace> spaces = two_spaces();
  CHECK(option_error_of([&] { merge(std::vector<NamedSpace>{spaces[0]}); }) == "merge needs two spaces or more, got 1");
  CHECK(option_error_of([&] { merge(spaces, {.dimension = 3}); }) ==
        "dimension is for svd; concatenate has that of the spaces");
  CHECK(option_error_of([&] { merge(spaces, {.method = MergeMethod::svd}); }) == "dimension must be at least 1, got 0");
  CHECK(option_error_of([&] { merge(spaces, {.method = MergeMethod::svd, .dimension = 13}); }) ==
        "dimension: the spaces have 12 dimensions together, svd can keep 1 to 12, got 13");
  CHECK(option_error_of([&] { merge(spaces, {.weights = {1}}); }) ==
        "weights: expected one for each of 2 spaces, got 1");
  CHECK(option_error_of([&] { merge(spaces, {.weights = {1, 0}}); }).find("weights must be between") == 0);
  CHECK(option_error_of([&] { merge(spaces, {.weights = {1, std::nan("")}}); }).find("weights must be between") == 0);
  const std::vector<NamedSpace> strange = {spaces[0], {"x.vec", embeddings({{"x", {1, 2}}})}};
  CHECK(error_of([&] { merge(strange, {.method = MergeMethod::average}); }) ==
        "x.vec and one share no word by which the one could be turned onto the other");
  Matrix rows = spaces[0].embeddings.matrix();
  rows(9, 1) = std::numeric_limits<float>::infinity();
  CHECK(error_of([&] {
          merge(std::vector<NamedSpace>{spaces[1], {"x.vec", spaces[0].embeddings.with_vectors(rows)}});
        }).find("w9") != std::string::npos);
}
