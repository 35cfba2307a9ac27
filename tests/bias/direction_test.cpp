#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
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

// Accuracy of results computed in double from a few unit vectors given in float.
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
  // Two pairs that differ only along x and are far apart along z.
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

TEST_CASE("bias subspace: a direction that is only rounding does not count") {
  // Two pairs along one line that floats cannot represent exactly.
  const Embeddings e = embeddings({{"a", {0.3F, 0.1F, 0.7F}},
                                   {"b", {-0.3F, -0.1F, -0.7F}},
                                   {"c", {0.3F * 1.7F, 0.1F * 1.7F, 0.7F * 1.7F}},
                                   {"d", {-0.3F * 0.9F, -0.1F * 0.9F, -0.7F * 0.9F}}});
  CHECK_THROWS_AS(BiasSubspace::from_sets(e, sets_of(e, {{"a", "b"}, {"c", "d"}}), 2), Error);
}

// ---- other directions ----

TEST_CASE("bias subspace: of means it is the difference of the mean unit vectors") {
  const Embeddings e = embeddings({{"a", {2, 0, 0}}, {"b", {0, 3, 0}}, {"c", {0, 0, 5}}});
  const BiasSubspace one = BiasSubspace::from_means(e, ids_of(e, {"a"}), ids_of(e, {"c"}));
  CHECK(one.rank() == 1);
  CHECK(one.explained().size() == 0);
  CHECK(distance(row_of(one, 0), vector({std::sqrt(0.5), 0, -std::sqrt(0.5)})) < exact);
  const BiasSubspace two = BiasSubspace::from_means(e, ids_of(e, {"a", "b"}), ids_of(e, {"c"}));
  CHECK(distance(row_of(two, 0), vector({0.5, 0.5, -1}) / std::sqrt(1.5)) < exact);
  CHECK(distance(row_of(BiasSubspace::from_means(e, ids_of(e, {"c"}), ids_of(e, {"a", "b"})), 0), -row_of(two, 0)) <
        exact);
}

TEST_CASE("bias subspace: of a classifier it is where the log-loss is least") {
  const Embeddings e = random_embeddings(12, 4, 61);
  std::vector<WordId> first, last;
  for (std::size_t i = 0; i < 12; ++i) (i < 5 ? first : last).push_back(word_id(i));
  const Eigen::VectorXd direction = row_of(BiasSubspace::from_classifier(e, first, last), 0);
  CHECK(direction.norm() == Approx(1).epsilon(exact));
  // The gradient of |w|^2 / 2 + sum of log-losses vanishes at some multiple of the direction, for some intercept.
  const auto loss = [&](const Eigen::VectorXd& w, double intercept) {
    double sum = w.squaredNorm() / 2;
    for (std::size_t i = 0; i < 12; ++i) {
      const double score = w.dot(exact_row(e, word_id(i)).normalized()) + intercept;
      sum += std::log1p(std::exp(i < 5 ? -score : score));
    }
    return sum;
  };
  double least = std::numeric_limits<double>::max(), length = 0, level = 0;
  for (double size = 0; size < 3; size += 0.01)
    for (double intercept = -1.5; intercept < 1.5; intercept += 0.01)
      if (const double here = loss(size * direction, intercept); here < least)
        least = here, length = size, level = intercept;
  CHECK(length > 0.1);
  Rng rng(62);
  for (int i = 0; i < 200; ++i) {
    Eigen::VectorXd other(4);
    for (double& x : other) x = static_cast<double>(rng.uniform()) - 0.5;
    CHECK(loss(length * (direction + 0.3 * other).normalized(), level) > least - 1e-4);
  }
}

TEST_CASE("bias subspace: ends that are empty or equal give no direction") {
  const Embeddings e = embeddings({{"a", {1, 0}}, {"b", {2, 0}}, {"c", {0, 1}}});
  const auto a = ids_of(e, {"a"}), b = ids_of(e, {"b"});
  CHECK(error_of([&] { BiasSubspace::from_means(e, a, {}); }) == "a bias direction needs words at both ends");
  CHECK(error_of([&] { BiasSubspace::from_classifier(e, {}, a); }) == "a bias direction needs words at both ends");
  CHECK_THAT(error_of([&] { BiasSubspace::from_means(e, a, b); }), ContainsSubstring("the same mean"));
  CHECK_THAT(error_of([&] { BiasSubspace::from_classifier(e, a, b); }), ContainsSubstring("no weights"));
}

namespace {

BiasWordSets word_sets(std::vector<WordSet> definitional) {
  BiasWordSets sets;
  sets.name = "mine";
  sets.definitional = std::move(definitional);
  return sets;
}

}  // namespace

TEST_CASE("direction: it is found by each method from the sets in the vocabulary") {
  const Embeddings e =
      embeddings({{"a", {4, 0, 3}}, {"b", {-4, 0, 3}}, {"c", {0, -3, 4}}, {"d", {0, 3, 4}}, {"e", {1, 1, 1}}});
  const BiasWordSets sets = word_sets({{"gone", "e"}, {"c", "d"}, {"a", "b"}});
  const BiasDirection pca = find_direction(e, sets);
  CHECK(pca.sets_used == 2);
  CHECK(pca.sets_given == 3);
  CHECK(pca.missing == WordSet{"gone"});
  CHECK(pca.first_pole == "c");
  CHECK(pca.last_pole == "d");
  CHECK(distance(row_of(pca.subspace, 0), vector({1, 0, 0})) < exact);
  CHECK(find_direction(e, sets, {.rank = 2}).subspace.rank() == 2);

  const BiasDirection first_pair = find_direction(e, sets, {.method = DirectionMethod::pair});
  CHECK(first_pair.sets_used == 1);
  CHECK(distance(row_of(first_pair.subspace, 0), vector({0, -1, 0})) < exact);
  const BiasDirection own_pair = find_direction(e, sets, {.method = DirectionMethod::pair, .pair = {"b", "a"}});
  CHECK(distance(row_of(own_pair.subspace, 0), vector({-1, 0, 0})) < exact);
  CHECK(own_pair.first_pole == "b");

  const BiasDirection means = find_direction(e, sets, {.method = DirectionMethod::means});
  CHECK(distance(row_of(means.subspace, 0), vector({0.8, -0.6, 0})) < exact);
  const BiasDirection classifier = find_direction(e, sets, {.method = DirectionMethod::classifier});
  CHECK(row_of(classifier.subspace, 0)[0] > 0.5);
  CHECK(row_of(classifier.subspace, 0)[1] < -0.3);
}

TEST_CASE("direction: what cannot be found is an error that says why") {
  const Embeddings e = embeddings({{"a", {4, 0}}, {"b", {-4, 1}}});
  const BiasWordSets sets = word_sets({{"a", "b"}});
  using Method = DirectionMethod;
  CHECK_THAT(error_of([&] { find_direction(e, word_sets({})); }), ContainsSubstring("no definitional sets"));
  CHECK_THAT(error_of([&] {
               find_direction(e, word_sets({{"a", "c"}}));
             }),
             ContainsSubstring("has two words in the vocabulary"));
  CHECK_THAT(error_of([&] {
               find_direction(e, sets, {.method = Method::pair, .pair = {"a", "c"}});
             }),
             ContainsSubstring("'a c'"));
  CHECK_THAT(option_error_of([&] { find_direction(e, sets, {.method = Method::pair, .pair = {"a"}}); }),
             ContainsSubstring("pair must be two words, got 1"));
  CHECK_THAT(option_error_of([&] { find_direction(e, sets, {.method = Method::means, .rank = 2}); }),
             ContainsSubstring("rank must be 1 except with the direction pca, got 2"));
  CHECK_THAT(option_error_of([&] { find_direction(e, sets, {.rank = 0}); }), ContainsSubstring("rank"));
}

TEST_CASE("random sets: their first direction is that of the same sets drawn in another way") {
  const Embeddings e = random_embeddings(40, 5, 63);
  const Sets sets = {{word_id(0), word_id(1)}, {word_id(2), word_id(3)}, {word_id(4), word_id(5), word_id(6)}};
  const double observed = BiasSubspace::from_sets(e, sets).explained()[0];
  const auto found = random_sets_baseline(e, sets, observed, {.draws = 2000, .seed = 3});
  REQUIRE(found);
  // Drawn in another way: the words in a random order, cut into sets of the same sizes.
  Rng rng(64);
  std::vector<double> shares;
  for (int draw = 0; draw < 2000; ++draw) {
    std::vector<WordId> words;
    for (std::size_t i = 0; i < 40; ++i) words.push_back(word_id(i));
    for (std::uint32_t i = 0; i < 7; ++i) std::swap(words[i], words[i + rng.below(40 - i)]);
    const Sets random = {{words[0], words[1]}, {words[2], words[3]}, {words[4], words[5], words[6]}};
    shares.push_back(BiasSubspace::from_sets(e, random).explained()[0]);
  }
  double mean = 0;
  for (const double share : shares) mean += share / 2000;
  const auto above = static_cast<double>(std::ranges::count_if(shares, [&](double s) { return s >= observed; }));
  std::ranges::sort(shares);
  CHECK(found->mean == Approx(mean).margin(0.01));
  CHECK(found->interval.low == Approx(shares[50]).margin(0.02));
  CHECK(found->interval.high == Approx(shares[1949]).margin(0.02));
  CHECK(found->p_value == Approx(above / 2000).margin(0.05));
}

TEST_CASE("random sets: pairs along one line are far above them, and no threads change that") {
  Rows rows;
  const Matrix noise = random_matrix(100, 6, 65);
  for (Eigen::Index i = 0; i < 100; ++i) {
    std::vector<float> row(noise.row(i).begin(), noise.row(i).end());
    if (i < 10) row = {i % 2 == 0 ? 1.0F : -1.0F, noise(i / 2, 1), noise(i / 2, 2), noise(i / 2, 3), 1, 0};
    rows.emplace_back("w" + std::to_string(i), row);
  }
  const Embeddings e = embeddings(rows);
  Sets sets;
  for (std::size_t i = 0; i < 10; i += 2) sets.push_back({word_id(i), word_id(i + 1)});
  const auto one = random_sets_baseline(e, sets, 1, {.draws = 500, .threads = 1});
  REQUIRE(one);
  CHECK(one->p_value == 1.0 / 501);
  CHECK(one->interval.high < 0.9);
  for (const int threads : {2, 5}) {
    const auto more = random_sets_baseline(e, sets, 1, {.draws = 500, .threads = threads});
    CHECK(more->mean == one->mean);
    CHECK(more->interval == one->interval);
  }
  CHECK(random_sets_baseline(e, sets, 1, {.draws = 500, .seed = 2})->mean != one->mean);
}

TEST_CASE("random sets: there is no baseline if they could not differ or words are too few") {
  const Embeddings e = random_embeddings(20, 5, 66);
  const Sets pair = {{word_id(0), word_id(1)}}, two = {{word_id(0), word_id(1)}, {word_id(2), word_id(3)}};
  CHECK_FALSE(random_sets_baseline(e, pair, 1));
  CHECK_FALSE(random_sets_baseline(e, {}, 1));
  CHECK(random_sets_baseline(e, two, 1, {.draws = 10}));
  CHECK(random_sets_baseline(e, two, 1, {.draws = 10, .restrict = 8}));
  CHECK_FALSE(random_sets_baseline(e, two, 1, {.draws = 10, .restrict = 7}));
  CHECK_THROWS_AS(random_sets_baseline(e, two, 1, {.draws = 0}), OptionError);
  CHECK_THROWS_AS(random_sets_baseline(e, two, 1, {.threads = -1}), OptionError);
}
