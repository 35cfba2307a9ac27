#include "src/map/principal_plane.hpp"

#include "src/base/parallel.hpp"

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

PrincipalPlane principal_plane(const Embeddings& embeddings, std::size_t words, int threads, const Progress* progress) {
  const RowBlock block = [&](Eigen::Index first, Eigen::Index height) -> Eigen::MatrixXd {
    Eigen::MatrixXd result(height, embeddings.dimension());
    for (Eigen::Index i = 0; i < height; ++i)
      result.row(i) = unit_vector(embeddings[word_id(static_cast<std::size_t>(first + i))]).transpose();
    return result;
  };
  return {static_cast<Eigen::Index>(words), embeddings.dimension(), block, threads, progress};
}

Eigen::MatrixXd places_in(const PrincipalPlane& plane, const Embeddings& embeddings, std::size_t words, int threads,
                          const Progress* progress) {
  Eigen::MatrixXd places = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(words), 2);
  parallel_ranges(words, 4096, threads, [&](std::size_t begin, std::size_t end) {
    check_cancelled(progress);
    for (std::size_t row = begin; row < end; ++row)
      if (const Eigen::VectorXd vector = unit_vector(embeddings[word_id(row)]); !vector.isZero(0))
        places.row(static_cast<Eigen::Index>(row)) = plane.place(vector).transpose();
  });
  return places;
}

}  // namespace equivec
