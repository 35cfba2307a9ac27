#pragma once

#include "equivec/base/progress.hpp"
#include "src/math/singular_directions.hpp"

#include <Eigen/Core>

namespace equivec {

/// Directions in which vectors differ by more than rounding to 32 bits, by ascending variance.
struct Spread {
  Eigen::VectorXd variances;
  Eigen::MatrixXd directions;  ///< orthonormal, one a column
};

/// Count, mean and scatter of vectors.
struct Moments {
  explicit Moments(Eigen::Index dimension)
      : mean(Eigen::VectorXd::Zero(dimension)), scatter(Eigen::MatrixXd::Zero(dimension, dimension)) {}

  double count = 0;
  Eigen::VectorXd mean;
  Eigen::MatrixXd scatter;  ///< sum of (x - mean)(x - mean)': the covariance times the count

  /// Adds those of other vectors (Chan, Golub and LeVeque 1979), without cancellation of large squares.
  void add(const Moments& others);

  /// Principal directions. REQUIRES: count > 0.
  Spread spread() const;
};

/// Moments of rows: one pass, with the same bits for any number of threads. Memory: at most 64 scatters. Of the
/// progress only the request to cancel is used.
Moments moments_of(Eigen::Index rows, Eigen::Index dimension, const RowBlock& block, int threads,
                   const Progress* progress = nullptr);

}  // namespace equivec
