#include "src/math/principal_directions.hpp"

#include <Eigen/Eigenvalues>

namespace equivec {

PrincipalDirections principal_directions(const Eigen::Ref<const Eigen::MatrixXd>& rows) {
  const bool few_rows = rows.rows() < rows.cols();
  const Eigen::MatrixXd square =
      few_rows ? Eigen::MatrixXd(rows * rows.transpose()) : Eigen::MatrixXd(rows.transpose() * rows);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(square);
  PrincipalDirections result{solver.eigenvalues().reverse().cwiseMax(0), solver.eigenvectors().rowwise().reverse()};
  if (few_rows) {
    result.directions = rows.transpose() * result.directions;
    for (auto direction : result.directions.colwise()) direction.normalize();  // leaves a zero vector unchanged
  }
  return result;
}

}  // namespace equivec
