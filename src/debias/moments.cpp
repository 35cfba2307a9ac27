#include "src/debias/moments.hpp"

namespace equivec {

Moments moments_of(const Embeddings& embeddings, std::span<const WordId> words, int threads, const Progress* progress) {
  const RowBlock block = [&](Eigen::Index first, Eigen::Index height) -> Eigen::MatrixXd {
    Eigen::MatrixXd rows(height, embeddings.dimension());
    for (Eigen::Index i = 0; i < height; ++i)
      rows.row(i) = column(embeddings[words[static_cast<std::size_t>(first + i)]]).cast<double>().transpose();
    return rows;
  };
  return moments_of(static_cast<Eigen::Index>(words.size()), embeddings.dimension(), block, threads, progress);
}

}  // namespace equivec
