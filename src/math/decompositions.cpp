#include "src/math/decompositions.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/QR>
#include <Eigen/SVD>

namespace equivec {

using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd product(const MatrixXd& a, const MatrixXd& b, double factor) { return (factor * a) * b; }
MatrixXd transposed_product(const MatrixXd& a, const MatrixXd& b) { return a.transpose() * b; }
MatrixXd product_transposed(const MatrixXd& a, const MatrixXd& b, double factor) {
  return (factor * a) * b.transpose();
}

EigenPairs eigen_pairs(const MatrixXd& symmetric) {
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(symmetric);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

VectorXd eigenvalues(const MatrixXd& symmetric) {
  return Eigen::SelfAdjointEigenSolver<MatrixXd>(symmetric, Eigen::EigenvaluesOnly).eigenvalues();
}

LeftSingularVectors left_singular_vectors(const MatrixXd& matrix) {
  const Eigen::JacobiSVD<MatrixXd> decomposition(matrix, Eigen::ComputeThinU);
  return {decomposition.singularValues(), decomposition.matrixU()};
}

SingularVectors singular_vectors(const MatrixXd& matrix) {
  const Eigen::BDCSVD<MatrixXd> decomposition(matrix, Eigen::ComputeFullU | Eigen::ComputeFullV);
  return {decomposition.singularValues(), decomposition.matrixU(), decomposition.matrixV()};
}

MatrixXd nearest_orthogonal(const MatrixXd& matrix) {
  const SingularVectors decomposed = singular_vectors(matrix);
  return decomposed.left * decomposed.right.transpose();
}

MatrixXd orthonormal_basis(const MatrixXd& columns) {
  const Eigen::HouseholderQR<MatrixXd> decomposition(columns);
  return decomposition.householderQ() * MatrixXd::Identity(columns.rows(), columns.cols());
}

VectorXd solve_linear(const MatrixXd& a, const Eigen::Ref<const VectorXd>& b) { return a.partialPivLu().solve(b); }

VectorXd solve_semidefinite(const MatrixXd& a, const VectorXd& b) { return a.ldlt().solve(b); }

MatrixXd solve_cholesky_factor(const MatrixXd& a, const MatrixXd& b) { return a.llt().matrixL().solve(b); }

void add_outer_products_of_columns(MatrixXd& sum, const Eigen::Ref<const MatrixXd>& a) {
  sum.selfadjointView<Eigen::Lower>().rankUpdate(a);
}

void add_outer_products_of_rows(MatrixXd& sum, const MatrixXd& a) {
  sum.selfadjointView<Eigen::Lower>().rankUpdate(a.transpose());
}

}  // namespace equivec
