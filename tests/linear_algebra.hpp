#pragma once

#include <Eigen/Core>

namespace equivec {

// Eigen's decompositions for reference values, compiled once.

struct EigenDecomposition {
  Eigen::VectorXd values;   // ascending
  Eigen::MatrixXd vectors;  // one a column
};

EigenDecomposition eigen_decomposition(const Eigen::MatrixXd& symmetric);

Eigen::MatrixXd inverse(const Eigen::MatrixXd& matrix);

}  // namespace equivec
