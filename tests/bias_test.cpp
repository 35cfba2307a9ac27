#include "equivec/bias.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>

using namespace equivec;

namespace {

using Sets = std::vector<std::vector<WordId>>;

Sets sets_of(const Embeddings& e, const std::vector<std::vector<std::string>>& sets) {
  Sets result;
  for (const auto& set : sets) result.push_back(ids_of(e, set));
  return result;
}

Eigen::VectorXd vector(std::initializer_list<double> numbers) {
  Eigen::VectorXd result(static_cast<Eigen::Index>(numbers.size()));
  std::copy(numbers.begin(), numbers.end(), result.data());
  return result;
}

double distance(const Eigen::VectorXd& a, const Eigen::VectorXd& b) { return (a - b).norm(); }

Eigen::VectorXd row_of(const BiasSubspace& subspace, int row) { return subspace.basis().row(row).transpose(); }

/// A subspace whose only direction is (1, 0, ...).
BiasSubspace first_axis(int dimension) {
  Matrix ends = Matrix::Zero(2, dimension);
  ends(0, 0) = 1;
  ends(1, 0) = -1;
  return BiasSubspace::from_sets(Embeddings(numbered_words(2), ends), Sets{{word_id(0), word_id(1)}});
}

/// A subspace of the first two axes.
BiasSubspace first_axes(int dimension) {
  Matrix ends = Matrix::Zero(4, dimension);
  ends(0, 0) = ends(2, 1) = 1;
  ends(1, 0) = ends(3, 1) = -1;
  return BiasSubspace::from_sets(Embeddings(numbered_words(4), ends),
                                 Sets{{word_id(0), word_id(1)}, {word_id(2), word_id(3)}}, 2);
}

// What is computed in double from a few unit vectors given in float is right to this.
constexpr double exact = 1e-12;

}  // namespace

TEST_CASE("bias subspace: of one pair it is the difference of the unit vectors") {
  const Embeddings e = embeddings({{"she", {2, 0, 0}}, {"he", {0, 7, 0}}});
  const BiasSubspace subspace = BiasSubspace::from_sets(e, sets_of(e, {{"she", "he"}}));
  CHECK(subspace.rank() == 1);
  REQUIRE(subspace.basis().rows() == 1);
  REQUIRE(subspace.basis().cols() == 3);
  CHECK(distance(row_of(subspace, 0), vector({std::sqrt(0.5), -std::sqrt(0.5), 0})) < exact);
  CHECK(subspace.explained()[0] == Approx(1).epsilon(exact));
}

TEST_CASE("bias subspace: hand-worked directions of two pairs") {
  // The pairs are +-0.8 along x and +-0.6 along y: variances 0.64 and 0.36.
  const Embeddings e = embeddings({{"a", {4, 0, 3}}, {"b", {-4, 0, 3}}, {"c", {0, -3, 4}}, {"d", {0, 3, 4}}});
  const Sets sets = sets_of(e, {{"a", "b"}, {"c", "d"}});
  const BiasSubspace one = BiasSubspace::from_sets(e, sets);
  CHECK(distance(row_of(one, 0), vector({1, 0, 0})) < exact);
  CHECK(one.explained()[0] == Approx(0.64).epsilon(exact));
  CHECK(one.explained()[1] == Approx(0.36).epsilon(exact));

  const BiasSubspace two = BiasSubspace::from_sets(e, sets, 2);
  REQUIRE(two.rank() == 2);
  CHECK(distance(row_of(two, 0), vector({1, 0, 0})) < exact);
  CHECK(distance(row_of(two, 1), vector({0, -1, 0})) < exact);
  CHECK(two.explained().sum() == Approx(1).epsilon(exact));
}

TEST_CASE("bias subspace: each set is centred on its own mean") {
  // Two pairs that differ along x alone and lie far apart along z.
  const Embeddings e =
      embeddings({{"a", {0.6F, 0, 0.8F}}, {"b", {-0.6F, 0, 0.8F}}, {"c", {0.6F, 0, -0.8F}}, {"d", {-0.6F, 0, -0.8F}}});
  const BiasSubspace subspace = BiasSubspace::from_sets(e, sets_of(e, {{"a", "b"}, {"c", "d"}}));
  CHECK(distance(row_of(subspace, 0), vector({1, 0, 0})) < exact);
  CHECK(subspace.explained()[0] == Approx(1).epsilon(exact));
}

TEST_CASE("bias subspace: a set of three spans two directions") {
  // Three corners of a regular triangle in a plane of constant z.
  const float s = std::sqrt(0.75F);
  const Embeddings e = embeddings({{"a", {1, 0, 1}}, {"b", {-0.5F, s, 1}}, {"c", {-0.5F, -s, 1}}});
  const BiasSubspace subspace = BiasSubspace::from_sets(e, sets_of(e, {{"a", "b", "c"}}), 2);
  // The square root is rounded to float, so that the triangle is regular to 2^-24 only.
  CHECK(subspace.explained()[0] == Approx(0.5).epsilon(0x1p-22));
  CHECK(subspace.explained()[1] == Approx(0.5).epsilon(0x1p-22));
  CHECK(distance(subspace.inside(vector({0, 0, 1})), vector({0, 0, 0})) < 0x1p-22);
  CHECK(distance(subspace.inside(vector({3, -2, 1})), vector({3, -2, 0})) < 4 * 0x1p-22);
}

TEST_CASE("bias subspace: the first words of the sets lie on the positive side") {
  Rows rows = {{"a", {1, 0, 1}},     {"b", {-1, 0, 1}},   {"c", {1, 0.1F, 0}},
               {"d", {-1, 0, 0.1F}}, {"e", {0.9F, 0, 1}}, {"f", {-0.8F, 0, 1}}};
  const Embeddings e = embeddings(rows);
  const auto direction = [&](const std::vector<std::vector<std::string>>& sets) {
    return BiasSubspace::from_sets(e, sets_of(e, sets)).basis()(0, 0);
  };
  CHECK(direction({{"a", "b"}, {"c", "d"}, {"e", "f"}}) > 0.9);
  CHECK(direction({{"b", "a"}, {"d", "c"}, {"f", "e"}}) < -0.9);
  // One pair the other way round is outvoted.
  CHECK(direction({{"a", "b"}, {"d", "c"}, {"e", "f"}}) > 0.9);
  CHECK(direction({{"b", "a"}, {"c", "d"}, {"f", "e"}}) < -0.9);
}

TEST_CASE("bias subspace: its directions are orthonormal and their shares descend to a sum of 1") {
  const int dimension = GENERATE(5, 20, 100);
  const int rank = GENERATE(1, 2, 4);
  const Embeddings e = random_embeddings(24, dimension, 51);
  Sets sets;
  for (std::size_t i = 0; i < 24; i += 4)
    sets.push_back(i % 8 == 0 ? std::vector<WordId>{word_id(i), word_id(i + 1), word_id(i + 2), word_id(i + 3)}
                              : std::vector<WordId>{word_id(i), word_id(i + 1)});
  const BiasSubspace subspace = BiasSubspace::from_sets(e, sets, rank);
  REQUIRE(subspace.rank() == rank);
  REQUIRE(subspace.basis().cols() == dimension);
  const Eigen::MatrixXd products = subspace.basis() * subspace.basis().transpose();
  CHECK((products - Eigen::MatrixXd::Identity(rank, rank)).norm() < exact);
  const Eigen::VectorXd& shares = subspace.explained();
  REQUIRE(shares.size() >= rank);
  CHECK(shares.sum() == Approx(1).epsilon(exact));
  CHECK(std::is_sorted(shares.begin(), shares.end(), std::greater<>()));
  CHECK(shares.minCoeff() >= 0);
}

TEST_CASE("bias subspace: its directions carry more variance than any other") {
  const Embeddings e = random_embeddings(20, 6, 52);
  Sets sets;
  for (std::size_t i = 0; i < 20; i += 2) sets.push_back({word_id(i), word_id(i + 1)});
  const BiasSubspace subspace = BiasSubspace::from_sets(e, sets);
  const auto share = [&](const Eigen::VectorXd& direction) {
    double along = 0, all = 0;
    for (const auto& set : sets) {
      const Eigen::VectorXd half = (exact_row(e, set[0]).normalized() - exact_row(e, set[1]).normalized()) / 2;
      along += std::pow(half.dot(direction), 2);
      all += half.squaredNorm();
    }
    return along / all;
  };
  CHECK(share(row_of(subspace, 0)) == Approx(subspace.explained()[0]).epsilon(exact));
  Rng rng(53);
  for (int i = 0; i < 200; ++i) {
    Eigen::VectorXd other(6);
    for (double& x : other) x = static_cast<double>(rng.uniform()) - 0.5;
    CHECK(share(other.normalized()) <= subspace.explained()[0] + exact);
  }
}

TEST_CASE("bias subspace: a vector is the sum of its part inside and its part outside") {
  const Embeddings e = random_embeddings(8, 10, 54);
  Sets sets;
  for (std::size_t i = 0; i < 8; i += 2) sets.push_back({word_id(i), word_id(i + 1)});
  const BiasSubspace subspace = BiasSubspace::from_sets(e, sets, GENERATE(1, 3));
  const Eigen::VectorXd v = exact_row(e, word_id(3)) * 5;
  const Eigen::VectorXd inside = subspace.inside(v), outside = subspace.outside(v);
  CHECK(distance(inside + outside, v) < exact);
  CHECK(std::abs(inside.dot(outside)) < exact);
  CHECK((subspace.basis() * outside).norm() < exact);
  CHECK(distance(subspace.inside(inside), inside) < exact);
  CHECK(subspace.inside(outside).norm() < exact);
}

TEST_CASE("bias subspace: too few directions are an error") {
  const Embeddings e =
      embeddings({{"a", {1, 0, 0}}, {"b", {0, 1, 0}}, {"c", {2, 0, 0}}, {"d", {0, 2, 0}}, {"zero", {0, 0, 0}}});
  CHECK_THROWS_AS(BiasSubspace::from_sets(e, Sets{}), Error);
  CHECK_THROWS_AS(BiasSubspace::from_sets(e, sets_of(e, {{"a", "b"}}), 2), Error);
  CHECK_THROWS_AS(BiasSubspace::from_sets(e, sets_of(e, {{"a", "b"}, {"c", "d"}}), 2), Error);  // the same direction
  CHECK_THROWS_AS(BiasSubspace::from_sets(e, sets_of(e, {{"a", "c"}})), Error);                 // the same vector
  CHECK_THROWS_AS(BiasSubspace::from_sets(e, sets_of(e, {{"a", "b"}}), 4), Error);              // more than numbers
  CHECK_NOTHROW(BiasSubspace::from_sets(e, sets_of(e, {{"a", "b"}, {"c", "d"}})));
  CHECK_THROWS_AS(BiasSubspace::from_sets(e, sets_of(e, {{"a", "b"}}), 0), OptionError);
  CHECK_THROWS_AS(BiasSubspace::from_sets(e, sets_of(e, {{"a", "b"}}), -1), OptionError);
}

TEST_CASE("bias subspace: a direction that is rounding alone is no direction") {
  // Two pairs along one line that no float can hold exactly.
  const Embeddings e = embeddings({{"a", {0.3F, 0.1F, 0.7F}},
                                   {"b", {-0.3F, -0.1F, -0.7F}},
                                   {"c", {0.3F * 1.7F, 0.1F * 1.7F, 0.7F * 1.7F}},
                                   {"d", {-0.3F * 0.9F, -0.1F * 0.9F, -0.7F * 0.9F}}});
  CHECK_THROWS_AS(BiasSubspace::from_sets(e, sets_of(e, {{"a", "b"}, {"c", "d"}}), 2), Error);
}

TEST_CASE("direct bias: hand-worked value") {
  const Embeddings e = embeddings({{"nurse", {3, 4}}, {"judge", {0, 2}}, {"guard", {-5, 0}}, {"none", {0, 0}}});
  const BiasSubspace subspace = first_axis(2);
  const auto words = ids_of(e, {"guard", "nurse", "judge"});
  const DirectBias bias = direct_bias(e, subspace, words);
  CHECK(bias.value == Approx((0.6 + 0 + 1) / 3).epsilon(exact));
  REQUIRE(bias.words.size() == 3);
  CHECK(bias.words[0].word == id_of(e, "guard"));
  CHECK(bias.words[0].cosine == Approx(-1).epsilon(exact));
  CHECK(bias.words[1].cosine == Approx(0.6).epsilon(exact));
  CHECK(bias.words[2].cosine == Approx(0).margin(exact));

  CHECK(direct_bias(e, subspace, words, 2).value == Approx((0.36 + 0 + 1) / 3).epsilon(exact));
  CHECK(direct_bias(e, subspace, words, 0.5).value == Approx((std::sqrt(0.6) + 0 + 1) / 3).epsilon(exact));
  CHECK(direct_bias(e, subspace, ids_of(e, {"none", "nurse"})).value == Approx(0.3).epsilon(exact));
  CHECK(direct_bias(e, subspace, ids_of(e, {"none"})).words[0].cosine == 0);
  CHECK(direct_bias(e, subspace, {}).value == 0);
  CHECK(direct_bias(e, subspace, {}).words.empty());
}

TEST_CASE("direct bias: in more directions it is the length of the part inside") {
  const Embeddings e = embeddings({{"w", {-2, 3, 6}}, {"in", {3, -4, 0}}, {"out", {0, 0, 9}}});
  const DirectBias bias = direct_bias(e, first_axes(3), ids_of(e, {"w", "in", "out"}));
  CHECK(bias.words[0].cosine == Approx(std::sqrt(13.0) / 7).epsilon(exact));
  CHECK(bias.words[1].cosine == Approx(1).epsilon(exact));
  CHECK(bias.words[2].cosine == Approx(0).margin(exact));
  CHECK(bias.value == Approx((std::sqrt(13.0) / 7 + 1) / 3).epsilon(exact));
}

TEST_CASE("direct bias: a negative strictness is an error") {
  const Embeddings e = embeddings({{"w", {1, 2}}});
  CHECK_THROWS_AS(direct_bias(e, first_axis(2), ids_of(e, {"w"}), -0.5), OptionError);
  CHECK_THROWS_AS(direct_bias(e, first_axis(2), ids_of(e, {"w"}), std::numeric_limits<double>::quiet_NaN()),
                  OptionError);
}
