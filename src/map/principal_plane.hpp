#pragma once

#include "equivec/base/progress.hpp"
#include "src/math/singular_directions.hpp"

#include <Eigen/Core>

namespace equivec {

/// The plane of the first two principal components of rows, by which they and others are projected. Rows of one number
/// have one component; the other coordinate is then 0.
class PrincipalPlane {
 public:
  /// `block` gives the rows. Throws Cancelled. REQUIRES: at least one row
  PrincipalPlane(Eigen::Index rows, Eigen::Index dimension, const RowBlock& block, int threads,
                 const Progress* progress);

  Eigen::Index dimension() const noexcept { return mean_.size(); }
  /// REQUIRES: of that dimension
  Eigen::Vector2d place(const Eigen::VectorXd& row) const;

 private:
  Eigen::VectorXd mean_;
  Eigen::MatrixXd directions_;  // one a column
};

}  // namespace equivec
