#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/debias/oscar.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "bias/subspaces.hpp"
#include "catch.hpp"
#include "post_conditions.hpp"
#include "projection_support.hpp"
#include "support.hpp"

#include <cmath>
#include <numbers>

using namespace equivec;

namespace {

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

double degrees_of(const std::vector<float>& row) {
  return std::atan2(static_cast<double>(row[1]), static_cast<double>(row[0])) * 180 / std::numbers::pi;
}

}  // namespace

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
