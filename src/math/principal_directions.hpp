#pragma once

#include <Eigen/Core>

namespace equivec {

/// Principal directions of the rows of a matrix A, without centring: eigenvectors of A' A.
struct PrincipalDirections {
  Eigen::VectorXd variances;   ///< descending, >= 0, not divided by the number of rows; min(rows, columns) of them
  Eigen::MatrixXd directions;  ///< one a column, of length 1; where the variance is 0 the direction may be zero
};

/// Computed from the smaller of A' A and A A'.
PrincipalDirections principal_directions(const Eigen::Ref<const Eigen::MatrixXd>& rows);

}  // namespace equivec
