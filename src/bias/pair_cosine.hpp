#pragma once

#include "equivec/base/error.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace equivec {

/// The direction of a subspace of rank 1. Throws Error for other ranks, or if it does not have the vectors' dimension.
inline Eigen::VectorXd only_direction(std::string_view user, const Embeddings& embeddings,
                                      const BiasSubspace& subspace) {
  if (subspace.rank() != 1)
    throw Error(std::string(user) + " need a bias subspace of rank 1, got rank " + std::to_string(subspace.rank()));
  if (subspace.basis().cols() != embeddings.dimension())
    throw Error("the bias direction has " + std::to_string(subspace.basis().cols()) + " numbers, the vectors have " +
                std::to_string(embeddings.dimension()) + "; learn it from the same vectors");
  return subspace.basis().row(0).transpose();
}

/// The cosine of a difference of two vectors of length 1 with a direction of length 1; empty where the difference is
/// what rounding to float leaves of equal ones.
inline std::optional<double> cosine_of_difference(const Eigen::VectorXd& difference, const Eigen::VectorXd& direction) {
  const double length = difference.norm();
  if (!(length > 1e-7)) return std::nullopt;
  return std::clamp(difference.dot(direction) / length, -1.0, 1.0);
}

}  // namespace equivec
