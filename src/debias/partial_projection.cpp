#include "equivec/debias/partial_projection.hpp"

#include "equivec/base/error.hpp"
#include "equivec/debias/methods.hpp"
#include "src/base/text_numbers.hpp"
#include "src/debias/remedies.hpp"
#include "src/debias/word_by_word.hpp"

#include <algorithm>
#include <cmath>

namespace equivec {

namespace {

Eigen::VectorXd only_direction(const BiasSubspace& subspace) {
  if (subspace.rank() != 1)
    throw Error("partial projection needs one bias direction, the subspace has " + std::to_string(subspace.rank()));
  return subspace.basis().row(0).transpose();
}

/// mu.v
double centre_of(const Embeddings& embeddings, const Eigen::VectorXd& direction,
                 std::span<const std::vector<WordId>> sets) {
  double sum = 0;
  int used = 0;
  for (const auto& set : sets) {
    if (set.empty()) continue;
    double mean = 0;
    for (const WordId word : set)
      mean += column(embeddings[word]).cast<double>().dot(direction) / static_cast<double>(set.size());
    sum += mean;
    ++used;
  }
  if (used == 0) throw Error("partial projection needs sets of words to find the middle of, but none has a word");
  if (!std::isfinite(sum)) throw Error("partial projection: a vector of the sets' words is not finite");
  return sum / used;
}

/// The part along the direction by the formula.
double damped(double along, double eta, double centre, const PartialProjectionOptions& options) {
  return centre + (along - centre) * damped_share(options.damping, eta, options.sigma);
}

}  // namespace

std::string_view name_of(Damping damping) {
  switch (damping) {
    case Damping::none:
      return "none";
    case Damping::inverse_square:
      return "inverse-square";
    case Damping::gaussian:
      return "gaussian";
  }
  return "";
}

double damped_share(Damping damping, double eta, double sigma) {
  if (damping == Damping::none) return 0;
  const double share = damping == Damping::inverse_square ? sigma * sigma / ((eta + 1) * (eta + 1))
                                                          : std::exp(-eta * eta / (sigma * sigma));
  // With a sigma above 1, f1 would drive words near the direction apart.
  return std::min(share, 1.0);
}

void validate(const PartialProjectionOptions& options) {
  // Its square must be finite and above 0.
  require_between("sigma", options.sigma, 1e-100, 1e100);
  require_between("threads", options.threads, 0, 4096);
}

PartiallyProjected partial_projection(const Embeddings& embeddings, const BiasSubspace& direction,
                                      std::span<const std::vector<WordId>> sets,
                                      const PartialProjectionOptions& options) {
  validate(options);
  const Eigen::VectorXd v = only_direction(direction);
  const double centre = centre_of(embeddings, v, sets);
  WordByWord result = word_by_word(embeddings, options.threads, [&](WordId, const Eigen::VectorXd& row) {
    const double along = row.dot(v);
    const double eta = (row - along * v).norm();
    return Eigen::VectorXd(row + (damped(along, eta, centre, options) - along) * v);
  });
  return {std::move(result.embeddings), centre};
}

std::vector<PostCondition> verify_partial_projection(const Embeddings& before, const Embeddings& after,
                                                     const BiasSubspace& direction,
                                                     std::span<const std::vector<WordId>> sets,
                                                     const PartialProjectionOptions& options) {
  validate(options);
  const Eigen::VectorXd v = only_direction(direction);
  const double centre = centre_of(before, v, sets);
  // Rounding to float is a share of the length after; rounding in double grows with the length before and with the
  // centre.
  const auto scale = [&](const Eigen::VectorXd& old, const Eigen::VectorXd& row) {
    return std::max({old.norm(), row.norm(), 1e-7 * std::abs(centre)});
  };
  const double moved = worst_word(before, after, [&](const Eigen::VectorXd& old, const Eigen::VectorXd& row) {
    return direction.outside(row - old).norm() / scale(old, row);
  });
  const double off = worst_word(before, after, [&](const Eigen::VectorXd& old, const Eigen::VectorXd& row) {
    const double expected = damped(old.dot(v), direction.outside(old).norm(), centre, options);
    return std::abs(row.dot(v) - expected) / scale(old, row);
  });
  const double farther = worst_word(before, after, [&](const Eigen::VectorXd& old, const Eigen::VectorXd& row) {
    return (std::abs(row.dot(v) - centre) - std::abs(old.dot(v) - centre)) / scale(old, row);
  });
  return {{"orthogonal to the bias direction no word has moved, as a share of its length", moved, float_rounding},
          {"along the bias direction every word lies where the formula says, to a share of its length", off,
           float_rounding},
          {"along the bias direction no word has moved away from the middle, as a share of its length", farther,
           float_rounding}};
}

namespace {

Debiased run_partial_projection(const DebiasMethod::Input& input) {
  Debiased result = begin_with_one_direction(input, "partial-projection");
  const PartialProjectionOptions& options = input.options.partial_projection;
  const BiasDirection& direction = result.direction;
  PartiallyProjected projected = partial_projection(input.embeddings, direction.subspace, direction.sets, options);
  result.conditions =
      verify_partial_projection(input.embeddings, projected.embeddings, direction.subspace, direction.sets, options);
  result.embeddings = std::move(projected.embeddings);
  result.choices.emplace_back("damping", name_of(options.damping));
  result.choices.emplace_back("sigma", shortest(options.sigma));
  return result;
}

}  // namespace

constinit const DebiasMethod partial_projection_method = {
    .name = "partial-projection",
    .title = "moves words along the direction, those little that hardly have another part",
    .paper = "Dev and Phillips 2019",
    .takes = "a direction",
    .changes = "every word",
    .options = "sigma",
    .run = run_partial_projection};

}  // namespace equivec
