#pragma once

#include "equivec/vectors/embeddings.hpp"

#include "linear_algebra.hpp"
#include "support.hpp"

namespace equivec {

/// Orthogonal, different for each seed.
inline Eigen::MatrixXd random_rotation(int dimension, std::uint64_t seed) {
  const Eigen::MatrixXd numbers = random_matrix(static_cast<std::size_t>(dimension), dimension, seed).cast<double>();
  return eigen_decomposition(numbers + numbers.transpose()).vectors;
}

/// The rows times the rotation, and noise of this standard deviation in each number of rows of length 1.
inline Embeddings turned(const Embeddings& source, const Eigen::MatrixXd& rotation, double noise = 0,
                         std::uint64_t seed = 9) {
  Matrix rows(static_cast<Eigen::Index>(source.size()), source.dimension());
  const Matrix errors = random_matrix(source.size(), source.dimension(), seed);
  for (std::size_t i = 0; i < source.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    const Eigen::RowVectorXd old = exact_row(source, word_id(i)).transpose();
    // Evenly drawn numbers of an interval of length 1 have the variance 1 / 12.
    rows.row(row) =
        (old * rotation + noise * old.norm() * std::sqrt(12.0) * errors.row(row).cast<double>()).cast<float>();
  }
  return source.with_vectors(std::move(rows));
}

}  // namespace equivec
