#pragma once

#include "equivec/base/progress.hpp"

#include <Eigen/Core>

#include <functional>

namespace equivec {

/// Rows of a tall matrix as doubles: `height` of them from `first` on. Called by several threads at once.
using RowBlock = std::function<Eigen::MatrixXd(Eigen::Index first, Eigen::Index height)>;

/// Turns each column so that its largest number is positive: the sign of a direction is nobody's.
void orient_columns(Eigen::MatrixXd& directions);

/// The first `count` right singular vectors of a tall matrix A, not centred, one a column: eigenvectors of A' A, each
/// with its largest number positive. The result is the same for any number of threads (0: all cores). Throws Cancelled.
/// REQUIRES: count <= columns
Eigen::MatrixXd right_singular_vectors(Eigen::Index rows, Eigen::Index columns, const RowBlock& block, int count,
                                       int threads, const Progress* progress);

}  // namespace equivec
