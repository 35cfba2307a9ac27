#include "src/map/principal_plane.hpp"

#include <algorithm>

namespace equivec {

PrincipalPlane::PrincipalPlane(Eigen::Index rows, Eigen::Index dimension, const RowBlock& block, int threads,
                               const Progress* progress)
    : mean_(Eigen::VectorXd::Zero(dimension)) {
  constexpr Eigen::Index rows_of_block = 1024;
  for (Eigen::Index first = 0; first < rows; first += rows_of_block) {
    check_cancelled(progress);
    const Eigen::MatrixXd some = block(first, std::min(rows_of_block, rows - first));
    for (Eigen::Index i = 0; i < some.rows(); ++i) mean_ += some.row(i).transpose();
  }
  mean_ /= static_cast<double>(rows);
  const RowBlock centred = [&](Eigen::Index first, Eigen::Index height) -> Eigen::MatrixXd {
    return block(first, height).rowwise() - mean_.transpose();
  };
  const int count = static_cast<int>(std::min<Eigen::Index>(2, dimension));
  directions_ = right_singular_vectors(rows, dimension, centred, count, threads, progress);
}

Eigen::Vector2d PrincipalPlane::place(const Eigen::VectorXd& row) const {
  Eigen::Vector2d result = Eigen::Vector2d::Zero();
  result.head(directions_.cols()) = directions_.transpose() * (row - mean_);
  return result;
}

}  // namespace equivec
