#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/debias/linear_projection.hpp"
#include "equivec/debias/oscar.hpp"
#include "equivec/debias/partial_projection.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "post_conditions.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>
#include <numbers>

using namespace equivec;

namespace {

using Ids = std::vector<WordId>;
using Sets = std::vector<Ids>;

constexpr double tolerance = 1e-6;

Ids ids(std::size_t first, std::size_t end) {
  Ids result;
  for (std::size_t i = first; i < end; ++i) result.push_back(word_id(i));
  return result;
}

Sets pairs(std::size_t first, std::size_t count) {
  Sets result;
  for (std::size_t i = 0; i < count; ++i) result.push_back({word_id(first + 2 * i), word_id(first + 2 * i + 1)});
  return result;
}

/// The subspace of one direction.
BiasSubspace along(const std::vector<float>& direction) {
  std::vector<float> opposite;
  for (const float number : direction) opposite.push_back(-number);
  return BiasSubspace::from_sets(embeddings({{"end", direction}, {"other", opposite}}), pairs(0, 1));
}

/// A direction so many degrees from the first axis, in the plane of the first two.
BiasSubspace at(double degrees) {
  const double angle = degrees * std::numbers::pi / 180;
  return along({static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle)), 0});
}

/// A word so many degrees from the first axis, of length 2 in the plane and 0.5 above it.
std::vector<float> word_at(double degrees) {
  const double angle = degrees * std::numbers::pi / 180;
  return {static_cast<float>(2 * std::cos(angle)), static_cast<float>(2 * std::sin(angle)), 0.5F};
}

/// Vectors of very different lengths.
Embeddings some_vectors(std::size_t words, int dimension, std::uint64_t seed) {
  Matrix vectors = random_matrix(words, dimension, seed);
  for (Eigen::Index i = 0; i < vectors.rows(); ++i) vectors.row(i) *= static_cast<float>(std::pow(10, i % 5 - 1));
  return Embeddings(numbered_words(words), vectors);
}

/// The same words and three more: without length, with a NaN, with an infinity.
Embeddings with_odd_rows(const Embeddings& e) {
  Matrix vectors(e.matrix().rows() + 3, e.matrix().cols());
  vectors.topRows(e.matrix().rows()) = e.matrix();
  vectors.bottomRows(3).setZero();
  vectors(e.matrix().rows() + 1, 0) = std::numeric_limits<float>::quiet_NaN();
  vectors(e.matrix().rows() + 2, 1) = std::numeric_limits<float>::infinity();
  return Embeddings(numbered_words(e.size() + 3), vectors);
}

bool odd_rows_stayed(const Embeddings& before, const Embeddings& after) {
  const std::size_t bytes = 3 * before[word_id(0)].size_bytes();
  const WordId first = word_id(before.size() - 3);
  return std::memcmp(before[first].data(), after[first].data(), bytes) == 0;
}

Embeddings with_number(const Embeddings& e, Eigen::Index row, Eigen::Index place, float number) {
  Matrix vectors = e.matrix();
  vectors(row, place) = number;
  return Embeddings(e.vocabulary(), vectors, e.metadata());
}

double degrees_of(const std::vector<float>& row) {
  return std::atan2(static_cast<double>(row[1]), static_cast<double>(row[0])) * 180 / std::numbers::pi;
}

}  // namespace

TEST_CASE("linear projection: hand-worked example whose vectors become shorter") {
  const Embeddings e = embeddings({{"w", {3, 4, 0}}, {"she", {-2, 0, 1}}, {"v", {0, 5, 6}}});
  const LinearProjected result = linear_projection(e, along({1, 0, 0}));
  CHECK(row_of(result.embeddings, "w") == std::vector<float>{0, 4, 0});
  CHECK(row_of(result.embeddings, "she") == std::vector<float>{0, 0, 1});
  CHECK(row_of(result.embeddings, "v") == std::vector<float>{0, 5, 6});
  CHECK(result.vanished.empty());
}

TEST_CASE("linear projection: no word keeps a part in a subspace of any rank") {
  const int rank = GENERATE(1, 2, 5);
  const Embeddings e = some_vectors(500, 12, 31);
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 8), rank);
  const LinearProjected result = linear_projection(e, subspace);
  CHECK(all_hold(verify_linear_projection(e, result.embeddings, subspace)));
  double worst = 0;
  for (const WordId word : ids(0, 500)) {
    Eigen::VectorXd expected = exact_row(e, word);
    const Eigen::VectorXd whole = expected;
    for (int i = 0; i < rank; ++i) expected -= whole.dot(subspace.basis().row(i)) * subspace.basis().row(i).transpose();
    worst = std::max(worst, (exact_row(result.embeddings, word) - expected).norm() / whole.norm());
  }
  CHECK(worst < tolerance);
}

TEST_CASE("linear projection: a second time changes nothing") {
  const Embeddings e = some_vectors(100, 8, 32);
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 4), 2);
  const Embeddings once = linear_projection(e, subspace).embeddings;
  const Embeddings twice = linear_projection(once, subspace).embeddings;
  CHECK((once.matrix() - twice.matrix()).rowwise().norm().cwiseQuotient(once.matrix().rowwise().norm()).maxCoeff() <
        1e-6F);
}

TEST_CASE("linear projection: words that lie in the subspace alone become zero and are reported") {
  const Embeddings e = embeddings({{"w", {0, 1, 1}}, {"in", {0.9F, 0.3F, 2.1F}}, {"near", {0.3F, 0.1F, 0.7002F}}});
  const BiasSubspace subspace = along({0.3F, 0.1F, 0.7F});
  const LinearProjected result = linear_projection(e, subspace);
  CHECK(result.vanished == ids(1, 2));
  CHECK(row_of(result.embeddings, "in") == std::vector<float>{0, 0, 0});
  CHECK(exact_row(result.embeddings, word_id(2)).norm() > 1e-5);
  CHECK(all_hold(verify_linear_projection(e, result.embeddings, subspace)));
}

TEST_CASE("linear projection: rows without length or that are not finite stay as they are") {
  const Embeddings e = with_odd_rows(some_vectors(20, 5, 33));
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 3));
  const LinearProjected result = linear_projection(e, subspace);
  CHECK(odd_rows_stayed(e, result.embeddings));
  CHECK(result.vanished.empty());
  CHECK(all_hold(verify_linear_projection(e, result.embeddings, subspace)));
}

TEST_CASE("linear projection: the number of threads makes no difference and the description is kept") {
  const Embeddings e = some_vectors(5000, 6, 34).with_metadata({{"seed", "34"}});
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 3));
  const Matrix before = e.matrix();
  const LinearProjected one = linear_projection(e, subspace, 1);
  for (const int threads : {2, 5}) CHECK(same_bits(linear_projection(e, subspace, threads).embeddings, one.embeddings));
  CHECK(one.embeddings.metadata() == e.metadata());
  CHECK(e.matrix() == before);
  CHECK_THROWS_AS(linear_projection(e, subspace, -1), OptionError);
  const Embeddings none(Vocabulary(), Matrix(0, 6));
  CHECK(linear_projection(none, subspace).embeddings.size() == 0);
}

TEST_CASE("verify linear projection: it finds out what is wrong") {
  const Embeddings e = some_vectors(50, 6, 35);
  const BiasSubspace subspace = along({1, 0, 0, 0, 0, 0});
  const Embeddings right = linear_projection(e, subspace).embeddings;
  CHECK(all_hold(verify_linear_projection(e, right, subspace)));
  CHECK_FALSE(holds(verify_linear_projection(e, e, subspace), "part in the bias subspace"));
  CHECK_FALSE(holds(verify_linear_projection(e, normalized(right), subspace), "has moved"));
  const float length = right.matrix().row(7).norm();
  CHECK_FALSE(holds(verify_linear_projection(e, with_number(right, 7, 0, 1e-6F * length), subspace),
                    "part in the bias subspace"));
  Matrix vectors = right.matrix();
  vectors.row(7).setZero();
  CHECK_FALSE(holds(verify_linear_projection(e, Embeddings(e.vocabulary(), vectors), subspace), "became zero"));
  vectors.row(7).setConstant(std::numeric_limits<float>::quiet_NaN());
  CHECK_FALSE(holds(verify_linear_projection(e, Embeddings(e.vocabulary(), vectors), subspace), "has moved"));
}

TEST_CASE("partial projection: the shares of the paper's functions") {
  CHECK(damped_share(Damping::none, 0, 1) == 0);
  CHECK(damped_share(Damping::inverse_square, 0, 1) == 1);
  CHECK(damped_share(Damping::inverse_square, 1, 1) == Approx(0.25));
  CHECK(damped_share(Damping::inverse_square, 3, 2) == Approx(0.25));
  CHECK(damped_share(Damping::gaussian, 0, 1) == 1);
  CHECK(damped_share(Damping::gaussian, 2, 1) == Approx(std::exp(-4.0)));
  CHECK(damped_share(Damping::gaussian, 2, 4) == Approx(std::exp(-0.25)));
  // Never more than all of it.
  CHECK(damped_share(Damping::inverse_square, 0.5, 3) == 1);
}

TEST_CASE("partial projection: hand-worked example") {
  // The pair's mean along the direction is 0.5.
  const Embeddings e = embeddings({{"she", {2, 0, 0}}, {"he", {-1, 0, 0}}, {"w", {4.5F, 0, 1}}, {"far", {4.5F, 3, 0}}});
  const PartiallyProjected result = partial_projection(e, along({1, 0, 0}), pairs(0, 1));
  CHECK(result.centre == Approx(0.5));
  // Without anything orthogonal the words of the pair keep all.
  CHECK(row_of(result.embeddings, "she") == std::vector<float>{2, 0, 0});
  CHECK(row_of(result.embeddings, "he") == std::vector<float>{-1, 0, 0});
  // 0.5 + 4 / (1 + 1)^2 and 0.5 + 4 / (3 + 1)^2
  CHECK(row_of(result.embeddings, "w") == std::vector<float>{1.5F, 0, 1});
  CHECK(row_of(result.embeddings, "far") == std::vector<float>{0.75F, 3, 0});
  const auto gaussian =
      partial_projection(e, along({1, 0, 0}), pairs(0, 1), {.damping = Damping::gaussian, .sigma = 2});
  CHECK(row_of(gaussian.embeddings, "w")[0] == Approx(0.5 + 4 * std::exp(-0.25)).epsilon(tolerance));
  CHECK(row_of(gaussian.embeddings, "far")[0] == Approx(0.5 + 4 * std::exp(-2.25)).epsilon(tolerance));
}

TEST_CASE("partial projection: without a share left it is linear projection but for a constant") {
  const Embeddings e = some_vectors(200, 7, 41);
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 4));
  const PartiallyProjected result = partial_projection(e, subspace, pairs(0, 4), {.damping = Damping::none});
  const Embeddings linear = linear_projection(e, subspace).embeddings;
  double worst = 0;
  for (const WordId word : ids(0, 200)) {
    const Eigen::VectorXd constant = exact_row(result.embeddings, word) - exact_row(linear, word);
    const double scale = std::max(exact_row(e, word).norm(), std::abs(result.centre));
    worst = std::max(worst, (constant - result.centre * subspace.basis().row(0).transpose()).norm() / scale);
  }
  CHECK(worst < tolerance);
}

TEST_CASE("partial projection: the direction's sign makes no difference") {
  const Embeddings e = some_vectors(100, 4, 42);
  const Embeddings one = partial_projection(e, along({0.5F, -1, 2, 0}), pairs(0, 4)).embeddings;
  const Embeddings other = partial_projection(e, along({-0.5F, 1, -2, 0}), pairs(0, 4)).embeddings;
  CHECK(same_bits(one, other));
}

TEST_CASE("partial projection: its promises hold for every function") {
  const Damping damping = GENERATE(from_range(dampings));
  const double sigma = GENERATE(0.1, 1, 20);
  const Embeddings e = with_odd_rows(some_vectors(500, 9, 43));
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 5));
  Sets sets = pairs(0, 5);
  sets.push_back({});  // counts for nothing
  const PartialProjectionOptions options{.damping = damping, .sigma = sigma};
  const PartiallyProjected result = partial_projection(e, subspace, sets, options);
  CHECK(all_hold(verify_partial_projection(e, result.embeddings, subspace, sets, options)));
  CHECK(odd_rows_stayed(e, result.embeddings));
  const Embeddings without = partial_projection(e, subspace, pairs(0, 5), options).embeddings;
  CHECK((without.matrix().topRows(500) - result.embeddings.matrix().topRows(500)).isZero(0));
}

TEST_CASE("partial projection: the number of threads makes no difference and the description is kept") {
  const Embeddings e = some_vectors(5000, 6, 44).with_metadata({{"seed", "44"}});
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 3));
  const PartiallyProjected one = partial_projection(e, subspace, pairs(0, 3), {.threads = 1});
  for (const int threads : {2, 5})
    CHECK(same_bits(partial_projection(e, subspace, pairs(0, 3), {.threads = threads}).embeddings, one.embeddings));
  CHECK(one.embeddings.metadata() == e.metadata());
}

TEST_CASE("partial projection: what it cannot do is an error") {
  const Embeddings e = with_odd_rows(some_vectors(20, 5, 45));
  const BiasSubspace one = BiasSubspace::from_sets(e, pairs(0, 3)), two = BiasSubspace::from_sets(e, pairs(0, 3), 2);
  CHECK(error_of([&] { partial_projection(e, two, pairs(0, 3)); }).find("has 2") != std::string::npos);
  CHECK(error_of([&] { partial_projection(e, one, {}); }).find("none has a word") != std::string::npos);
  CHECK(error_of([&] { partial_projection(e, one, Sets{{}}); }).find("none has a word") != std::string::npos);
  CHECK(error_of([&] { partial_projection(e, one, Sets{ids(21, 22)}); }).find("not finite") != std::string::npos);
  for (const double sigma : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()})
    CHECK(option_error_of([&] { partial_projection(e, one, pairs(0, 3), {.sigma = sigma}); }).find("sigma") !=
          std::string::npos);
  CHECK(option_error_of([&] { validate(PartialProjectionOptions{.threads = -1}); }).find("threads") !=
        std::string::npos);
}

TEST_CASE("partial projection: each function has a name of its own") {
  CHECK(name_of(Damping::none) == "none");
  CHECK(name_of(Damping::inverse_square) == "inverse-square");
  CHECK(name_of(Damping::gaussian) == "gaussian");
}

TEST_CASE("verify partial projection: it finds out what is wrong") {
  const Embeddings e = some_vectors(50, 6, 46);
  const BiasSubspace subspace = along({0, 1, 0, 0, 0, 0});
  const Embeddings right = partial_projection(e, subspace, pairs(0, 3)).embeddings;
  const auto found = [&](const Embeddings& after, std::string_view promise) {
    return !holds(verify_partial_projection(e, after, subspace, pairs(0, 3)), promise);
  };
  CHECK(all_hold(verify_partial_projection(e, right, subspace, pairs(0, 3))));
  CHECK(found(e, "formula"));
  CHECK(found(partial_projection(e, subspace, pairs(0, 3), {.damping = Damping::gaussian}).embeddings, "formula"));
  CHECK(found(linear_projection(e, subspace).embeddings, "formula"));
  CHECK(found(with_number(right, 4, 1, 1e4F), "moved away"));
  CHECK(found(with_number(right, 4, 2, right.matrix()(4, 2) * 1.00001F), "orthogonal"));
}

TEST_CASE("oscar: hand-worked example of directions at 60 degrees") {
  const Embeddings e = embeddings({{"first", word_at(0)},
                                   {"between", word_at(30)},
                                   {"second", word_at(60)},
                                   {"beyond", word_at(120)},
                                   {"opposite", word_at(180)},
                                   {"under", word_at(-150)},
                                   {"far under", word_at(-60)}});
  const OscarCorrected result = oscar(e, at(0), at(60));
  CHECK(result.rotation.angle() == Approx(std::numbers::pi / 3).epsilon(tolerance));
  const auto degrees = [&](std::string_view word) { return degrees_of(row_of(result.embeddings, word)); };
  CHECK(degrees("first") == Approx(0).margin(1e-5));
  CHECK(degrees("between") == Approx(45).epsilon(tolerance));
  CHECK(degrees("second") == Approx(90).epsilon(tolerance));
  CHECK(degrees("beyond") == Approx(135).epsilon(tolerance));
  CHECK(std::abs(degrees("opposite")) == Approx(180).epsilon(tolerance));
  CHECK(degrees("under") == Approx(-135).epsilon(tolerance));
  CHECK(degrees("far under") == Approx(-45).epsilon(tolerance));
  for (const WordId word : ids(0, 7)) {
    CHECK(result.embeddings[word][2] == 0.5F);
    CHECK(exact_row(result.embeddings, word).norm() == Approx(std::sqrt(4.25)).epsilon(tolerance));
  }
}

TEST_CASE("oscar: directions at 120 degrees are brought together") {
  const Embeddings e = embeddings({{"second", word_at(120)}, {"between", word_at(60)}, {"beyond", word_at(150)}});
  const OscarCorrected result = oscar(e, at(0), at(120));
  CHECK(degrees_of(row_of(result.embeddings, "second")) == Approx(90).epsilon(tolerance));
  CHECK(degrees_of(row_of(result.embeddings, "between")) == Approx(45).epsilon(tolerance));
  CHECK(degrees_of(row_of(result.embeddings, "beyond")) == Approx(135).epsilon(tolerance));
}

TEST_CASE("oscar: the corrected second direction is orthogonal to the first and this stays") {
  const double degrees = GENERATE(1, 10, 45, 80, 89.9, 100, 179);
  const GradedRotation rotation(at(0), at(degrees));
  const Eigen::VectorXd first = at(0).basis().row(0).transpose(), second = at(degrees).basis().row(0).transpose();
  CHECK(std::abs(rotation(second).dot(first)) < 1e-13);
  CHECK((rotation(first) - first).norm() < 1e-13);
  CHECK(rotation(second).norm() == Approx(1).epsilon(1e-13));
}

TEST_CASE("oscar: the promises hold in many dimensions") {
  const int dimension = GENERATE(2, 3, 50);
  const Embeddings e = with_odd_rows(some_vectors(1000, dimension, 51));
  const BiasSubspace first = BiasSubspace::from_sets(e, pairs(0, 4)),
                     second = BiasSubspace::from_sets(e, Sets{ids(100, 400)});
  const OscarCorrected result = oscar(e, first, second);
  CHECK(all_hold(verify_oscar(e, result.embeddings, first, second)));
  CHECK(odd_rows_stayed(e, result.embeddings));
  CHECK_FALSE(same_bits(result.embeddings, e));
}

TEST_CASE("oscar: close directions keep the promises") {
  const Embeddings e = some_vectors(1000, 3, 52);
  const BiasSubspace second = at(GENERATE(0.01, 179.99));
  CHECK(all_hold(verify_oscar(e, oscar(e, at(0), second).embeddings, at(0), second)));
}

TEST_CASE("oscar: directions that are orthogonal already leave every word") {
  const Embeddings e = some_vectors(100, 3, 53);
  CHECK((oscar(e, along({1, 0, 0}), along({0, 1, 0})).embeddings.matrix() - e.matrix()).cwiseAbs().maxCoeff() < 1e-6F);
}

TEST_CASE("oscar: the signs of the directions make no difference but their order does") {
  const Embeddings e = some_vectors(200, 3, 54);
  const Embeddings one = oscar(e, along({1, 2, 0}), along({1, 0, 1})).embeddings;
  const auto difference = [&](const Embeddings& other) {
    return (one.matrix() - other.matrix()).rowwise().norm().cwiseQuotient(e.matrix().rowwise().norm()).maxCoeff();
  };
  CHECK(difference(oscar(e, along({-1, -2, 0}), along({1, 0, 1})).embeddings) < 1e-6F);
  CHECK(difference(oscar(e, along({1, 2, 0}), along({-1, 0, -1})).embeddings) < 1e-6F);
  CHECK(difference(oscar(e, along({1, 0, 1}), along({1, 2, 0})).embeddings) > 0.01F);
}

TEST_CASE("oscar: a multiple of a vector becomes that multiple") {
  const GradedRotation rotation(along({1, 2, 0, 1}), along({0, 1, 1, 1}));
  const Eigen::Vector4d v(0.3, -2, 1, 0.7);
  const Eigen::VectorXd turned = rotation(v);
  for (const double factor : {-3.0, -1.0, 1e-3, 5.0})
    CHECK((rotation(factor * v) - factor * turned).norm() < 1e-14 * 10);
  CHECK(rotation(Eigen::Vector4d::Zero()).isZero(0));
}

TEST_CASE("oscar: the turn is even across the lines of both directions") {
  // Where two formulas meet they give the same.
  const GradedRotation rotation(at(0), at(70));
  for (const double degrees : {0.0, 70.0, 180.0, 250.0}) {
    const auto turned = [&](double shift) {
      const double angle = (degrees + shift) * std::numbers::pi / 180;
      return rotation(Eigen::Vector3d(std::cos(angle), std::sin(angle), 0));
    };
    CHECK((turned(1e-4) - turned(-1e-4)).norm() < 1e-5);
    CHECK((turned(1e-4) - turned(-1e-4)).norm() > 1e-6);
  }
}

TEST_CASE("oscar: the number of threads makes no difference and the description is kept") {
  const Embeddings e = some_vectors(5000, 3, 55).with_metadata({{"seed", "55"}});
  const Embeddings one = oscar(e, at(0), at(70), 1).embeddings;
  for (const int threads : {2, 5}) CHECK(same_bits(oscar(e, at(0), at(70), threads).embeddings, one));
  CHECK(one.metadata() == e.metadata());
  CHECK_THROWS_AS(oscar(e, at(0), at(70), -1), OptionError);
}

TEST_CASE("oscar: what has no plane is an error") {
  const Embeddings e = some_vectors(20, 3, 56);
  const BiasSubspace two = BiasSubspace::from_sets(e, pairs(0, 3), 2);
  CHECK(error_of([&] { oscar(e, two, at(0)); }).find("first has 2") != std::string::npos);
  CHECK(error_of([&] { oscar(e, at(0), two); }).find("second has 2") != std::string::npos);
  CHECK(error_of([&] { oscar(e, at(0), at(0)); }).find("same") != std::string::npos);
  CHECK(error_of([&] { oscar(e, at(0), at(180)); }).find("same") != std::string::npos);
}

TEST_CASE("verify oscar: it finds out what is wrong") {
  const Embeddings e = some_vectors(50, 3, 57);
  const Embeddings right = oscar(e, at(0), at(60)).embeddings;
  const auto found = [&](const Embeddings& after, std::string_view promise) {
    return !holds(verify_oscar(e, after, at(0), at(60)), promise);
  };
  CHECK(all_hold(verify_oscar(e, right, at(0), at(60))));
  CHECK(found(e, "share of the angle"));
  CHECK(found(normalized(right), "as long"));
  CHECK(found(with_number(right, 9, 2, right.matrix()(9, 2) * 1.00001F), "outside the plane"));
  // A turn of the whole plane by 30 degrees, and the authors' program, with the angles the other way round.
  Matrix whole = e.matrix(), swapped = e.matrix();
  for (Eigen::Index i = 0; i < whole.rows(); ++i) {
    const double x = e.matrix()(i, 0), y = e.matrix()(i, 1);
    const auto turned = [&](Matrix& vectors, double angle) {
      vectors(i, 0) = static_cast<float>(std::cos(angle) * x - std::sin(angle) * y);
      vectors(i, 1) = static_cast<float>(std::sin(angle) * x + std::cos(angle) * y);
    };
    turned(whole, std::numbers::pi / 6);
    double phi = std::atan2(y, x);
    if (phi < 0) phi += std::numbers::pi;
    const double theta = std::numbers::pi / 3, rest = std::numbers::pi / 6;
    turned(swapped, theta * (phi <= rest ? phi / rest : (std::numbers::pi - phi) / (std::numbers::pi - rest)));
  }
  CHECK(found(Embeddings(e.vocabulary(), whole), "share of the angle"));
  CHECK(found(Embeddings(e.vocabulary(), swapped), "share of the angle"));
  CHECK_FALSE(found(Embeddings(e.vocabulary(), swapped), "as long"));
}
