#pragma once

#include <Eigen/Core>

namespace equivec {

/// Principal directions of the rows of a matrix A, which are not centred: eigenvectors of A' A.
struct PrincipalDirections {
  Eigen::VectorXd
      variances;  ///< descending, >= 0, not divided by the number of rows; as many as the fewer of A's sides
  Eigen::MatrixXd directions;  ///< one a column, of length 1; where the variance is nothing the direction may be zero
};

/// From the smaller of A' A and A A'.
PrincipalDirections principal_directions(const Eigen::Ref<const Eigen::MatrixXd>& rows);

}  // namespace equivec
