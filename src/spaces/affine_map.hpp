#pragma once

#include <Eigen/Core>

#include <vector>

namespace equivec {

/// x -> L x + s of column vectors, or of rows as x' L' + s'.
struct AffineMap {
  Eigen::MatrixXd linear;
  Eigen::VectorXd shift;

  static AffineMap identity(Eigen::Index dimension);

  Eigen::Index dimension() const noexcept { return linear.rows(); }  ///< of what it gives
  Eigen::MatrixXd apply(const Eigen::MatrixXd& rows) const;
  /// First this, then `next`.
  AffineMap then(const AffineMap& next) const;
};

/// Affine maps, after each of which but the last rows are scaled to length 1, or also after the last.
struct RowChain {
  std::vector<AffineMap> maps;  ///< at least one
  bool normalizes_last = false;

  Eigen::Index dimension() const noexcept { return maps.back().dimension(); }
  bool normalizes() const noexcept { return maps.size() > 1 || normalizes_last; }
  Eigen::MatrixXd apply(Eigen::MatrixXd rows) const;
};

/// Rows scaled to length 1; zeros stay, and rows that are no longer than `least` become zeros.
void normalize_rows(Eigen::MatrixXd& rows, double least = 0);

}  // namespace equivec
