#include "linear_algebra.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>

namespace equivec {

EigenDecomposition eigen_decomposition(const Eigen::MatrixXd& symmetric) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(symmetric);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

Eigen::MatrixXd inverse(const Eigen::MatrixXd& matrix) { return matrix.inverse(); }

}  // namespace equivec
