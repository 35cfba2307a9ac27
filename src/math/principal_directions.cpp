#include "src/math/principal_directions.hpp"

#include "src/math/decompositions.hpp"

namespace equivec {

PrincipalDirections principal_directions(const Eigen::Ref<const Eigen::MatrixXd>& rows) {
  const bool few_rows = rows.rows() < rows.cols();
  const Eigen::MatrixXd square =
      few_rows ? Eigen::MatrixXd(rows * rows.transpose()) : Eigen::MatrixXd(rows.transpose() * rows);
  const EigenPairs pairs = eigen_pairs(square);
  PrincipalDirections result{pairs.values.reverse().cwiseMax(0), pairs.vectors.rowwise().reverse()};
  if (few_rows) {
    result.directions = rows.transpose() * result.directions;
    for (auto direction : result.directions.colwise()) direction.normalize();  // leaves a zero vector unchanged
  }
  return result;
}

}  // namespace equivec
