#include "equivec/debias/oscar.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/debias/methods.hpp"
#include "src/debias/remedies.hpp"
#include "src/debias/word_by_word.hpp"

#include <cmath>
#include <numbers>

namespace equivec {

namespace {

constexpr double pi = std::numbers::pi;

Eigen::VectorXd only_direction(const BiasSubspace& subspace, const std::string& name) {
  if (subspace.rank() != 1)
    throw Error("OSCaR needs one direction of each concept, the " + name + " has " + std::to_string(subspace.rank()));
  return subspace.basis().row(0).transpose();
}

}  // namespace

GradedRotation::GradedRotation(const BiasSubspace& first, const BiasSubspace& second)
    : first_(only_direction(first, "first")), normal_(only_direction(second, "second")) {
  const double along = normal_.dot(first_);
  // Twice, since the first time leaves rounding that matters where the directions are close.
  for (int i = 0; i < 2; ++i) normal_ -= normal_.dot(first_) * first_;
  const double across = normal_.norm();
  if (across < 1e-6) throw Error("OSCaR: the two directions are the same, so there is no plane to turn one of them in");
  normal_ /= across;
  angle_ = std::atan2(across, along);
}

Eigen::VectorXd GradedRotation::operator()(const Eigen::VectorXd& vector) const {
  const double x = vector.dot(first_), y = vector.dot(normal_);
  double phi = std::atan2(y, x);
  if (phi < 0) phi += pi;
  const double share = phi <= angle_ ? phi / angle_ : (pi - phi) / (pi - angle_);
  const double turn = (pi / 2 - angle_) * share;
  const double new_x = std::cos(turn) * x - std::sin(turn) * y, new_y = std::sin(turn) * x + std::cos(turn) * y;
  return vector + (new_x - x) * first_ + (new_y - y) * normal_;
}

OscarCorrected oscar(const Embeddings& embeddings, const BiasSubspace& first, const BiasSubspace& second, int threads) {
  require_between("threads", threads, 0, 4096);
  GradedRotation rotation(first, second);
  WordByWord result =
      word_by_word(embeddings, threads, [&](WordId, const Eigen::VectorXd& row) { return rotation(row); });
  return {std::move(result.embeddings), std::move(rotation)};
}

std::vector<PostCondition> verify_oscar(const Embeddings& before, const Embeddings& after, const BiasSubspace& first,
                                        const BiasSubspace& second) {
  const GradedRotation rotation(first, second);
  const Eigen::VectorXd v1 = only_direction(first, "first"), v2 = only_direction(second, "second");
  const Eigen::VectorXd& normal = rotation.normal();
  const double outside = worst_word(before, after, [&](const Eigen::VectorXd& old, const Eigen::VectorXd& row) {
    const Eigen::VectorXd moved = row - old;
    return (moved - moved.dot(v1) * v1 - moved.dot(normal) * normal).norm() / old.norm();
  });
  const double longer = worst_word(before, after, [&](const Eigen::VectorXd& old, const Eigen::VectorXd& row) {
    return std::abs(row.norm() - old.norm()) / old.norm();
  });
  // A word's position between the lines of the two directions is computed from its coordinates in terms of v1 and v2,
  // and its angles with them by the half-angle formula for unit vectors: the rotation uses none of these steps.
  const double cosine = v1.dot(v2), square = (v2 - cosine * v1).squaredNorm();
  const auto angle_of = [](const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
    return 2 * std::atan2((a - b).norm(), (a + b).norm());
  };
  const double whole = angle_of(v1, v2);
  const double misplaced = worst_word(before, after, [&](const Eigen::VectorXd& old, const Eigen::VectorXd& row) {
    const double p = old.dot(v1), q = old.dot(v2);
    const double on_first = (p - cosine * q) / square, on_second = (q - cosine * p) / square;
    const Eigen::VectorXd inside = on_first * v1 + on_second * v2;
    const double length = inside.norm();
    if (length == 0) return 0.0;
    // The sector from the line of v1 to that of v2, or that from v2 to -v1; a negative vector has the sector of its
    // opposite.
    const double sign = on_second < 0 ? -1 : 1;
    const Eigen::VectorXd unit = sign / length * inside;
    const double from_first = angle_of(v1, unit);
    const double expected =
        sign * on_first >= 0 ? pi / 2 * from_first / whole : pi / 2 + pi / 2 * (from_first - whole) / (pi - whole);
    const double along = row.dot(v1) - sign * length * std::cos(expected);
    const double across = row.dot(normal) - sign * length * std::sin(expected);
    return std::hypot(along, across) / old.norm();
  });
  // Close directions leave fewer digits, since the rounding of their angle is the same and the angle is smaller.
  const double rounding = float_rounding + 1e-14 / square;
  return {
      {"outside the plane of the two directions no word has moved, as a share of its length", outside, float_rounding},
      {"every word is as long as it was", longer, float_rounding},
      {"the first direction and the corrected second are orthogonal", std::abs(v1.dot(rotation(v2))),
       1e-14 / std::sqrt(square)},
      {"a word's share of the angle between the two directions has become its share of a right angle", misplaced,
       rounding}};
}

namespace {

Debiased run_oscar(const DebiasMethod::Input& input) {
  Debiased result = begin_with_one_direction(input, "oscar");
  const ResolvedWords found = resolve(input.embeddings.vocabulary(), input.sets.occupations);
  const std::vector<WordId>& occupations = found.words;
  result.missing.insert(result.missing.end(), found.missing.begin(), found.missing.end());
  if (occupations.size() < 2)
    throw Error("oscar needs occupations, whose first principal direction is its second one; the sets '" +
                input.sets.name + "' have fewer than two in the vocabulary");
  const std::vector<std::vector<WordId>> one_set = {occupations};
  const BiasSubspace second = BiasSubspace::from_sets(input.embeddings, one_set);
  const BiasSubspace& first = result.direction.subspace;
  OscarCorrected corrected = oscar(input.embeddings, first, second, input.options.threads);
  result.conditions = verify_oscar(input.embeddings, corrected.embeddings, first, second);
  result.embeddings = std::move(corrected.embeddings);
  result.choices.emplace_back("second direction", "occupations");
  return result;
}

}  // namespace

constinit const DebiasMethod oscar_method = {
    .name = "oscar",
    .title = "turns words so that the direction and that of occupations are at a right angle",
    .paper = "Dev, Li, Phillips and Srikumar 2021",
    .takes = "a direction, occupations",
    .changes = "every word, in one plane",
    .run = run_oscar};

}  // namespace equivec
