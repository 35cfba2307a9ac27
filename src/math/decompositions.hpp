#pragma once

#include <Eigen/Core>

namespace equivec {

// Eigen's decompositions and products of matrices, compiled once: each takes a compiler longer than most files of the
// library.

/// factor A B
Eigen::MatrixXd product(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, double factor = 1);
/// A' B
Eigen::MatrixXd transposed_product(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);
/// factor A B'
Eigen::MatrixXd product_transposed(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, double factor = 1);

/// Of a symmetric matrix, of which the lower triangle is read.
struct EigenPairs {
  Eigen::VectorXd values;   ///< ascending
  Eigen::MatrixXd vectors;  ///< orthonormal, one a column, in the order of the values
};

EigenPairs eigen_pairs(const Eigen::MatrixXd& symmetric);

/// The values alone, ascending; faster, and rounded differently.
Eigen::VectorXd eigenvalues(const Eigen::MatrixXd& symmetric);

struct LeftSingularVectors {
  Eigen::VectorXd values;   ///< descending
  Eigen::MatrixXd vectors;  ///< one a column, as many as values
};

/// Singular value decomposition by Jacobi rotations. The matrix has a row and a column at least.
LeftSingularVectors left_singular_vectors(const Eigen::MatrixXd& matrix);

/// Of a square matrix, U S V'.
struct SingularVectors {
  Eigen::VectorXd values;       ///< descending
  Eigen::MatrixXd left, right;  ///< U and V, orthogonal, one vector a column
};

SingularVectors singular_vectors(const Eigen::MatrixXd& matrix);

/// The orthogonal matrix nearest to a square one: U V' of its singular value decomposition U S V'.
Eigen::MatrixXd nearest_orthogonal(const Eigen::MatrixXd& matrix);

/// An orthonormal basis of the columns' span, one vector a column, by Householder's QR. At least as many rows as
/// columns.
Eigen::MatrixXd orthonormal_basis(const Eigen::MatrixXd& columns);

/// x of A x = b, by LU with partial pivoting. A is square and invertible.
Eigen::VectorXd solve_linear(const Eigen::MatrixXd& a, const Eigen::Ref<const Eigen::VectorXd>& b);

/// x of A x = b for a symmetric positive semidefinite A, by pivoted LDL'.
Eigen::VectorXd solve_semidefinite(const Eigen::MatrixXd& a, const Eigen::VectorXd& b);

/// L^-1 B, where A = L L' is the Cholesky decomposition of a symmetric positive definite A.
Eigen::MatrixXd solve_cholesky_factor(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);

/// Adds A A' to the lower triangle of a matrix. A has a column at least.
void add_outer_products_of_columns(Eigen::MatrixXd& sum, const Eigen::Ref<const Eigen::MatrixXd>& a);

/// Adds A' A to the lower triangle of a matrix. A has a row at least.
void add_outer_products_of_rows(Eigen::MatrixXd& sum, const Eigen::MatrixXd& a);

}  // namespace equivec
