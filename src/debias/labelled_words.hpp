#pragma once

#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <Eigen/Core>

#include <vector>

namespace equivec {

// What double-hard debiasing, INLP and LEACE have in common.

/// Throws Error naming the first word whose vector is not finite.
void require_finite(const Embeddings& embeddings, int threads);

/// Throws Error for a word that has a vector of length 0 or occurs twice.
void require_labelled(const Embeddings& embeddings, const std::vector<std::vector<WordId>>& classes);

/// Orthonormal columns that span `basis` and `direction`. REQUIRES: the columns of `basis` are orthonormal and do not
/// span `direction`.
Eigen::MatrixXd with_direction(const Eigen::MatrixXd& basis, const Eigen::VectorXd& direction);

/// v without its part in the span of the columns of `basis`. REQUIRES: these are orthonormal.
Eigen::VectorXd without(const Eigen::MatrixXd& basis, const Eigen::VectorXd& v);

}  // namespace equivec
