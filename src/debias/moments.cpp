#include "src/debias/moments.hpp"

#include "src/base/parallel.hpp"
#include "src/math/decompositions.hpp"

#include <algorithm>
#include <vector>

namespace equivec {

namespace {

/// The pieces do not depend on the threads, so rounding does not either. They consist of blocks that fit in the cache.
constexpr std::size_t block_words = 256, most_pieces = 64;

Moments block_moments(const Embeddings& embeddings, std::span<const WordId> words) {
  Moments result(embeddings.dimension());
  Eigen::MatrixXd rows(static_cast<Eigen::Index>(words.size()), embeddings.dimension());
  for (std::size_t i = 0; i < words.size(); ++i)
    rows.row(static_cast<Eigen::Index>(i)) = column(embeddings[words[i]]).cast<double>().transpose();
  result.count = static_cast<double>(words.size());
  result.mean = rows.colwise().mean().transpose();
  rows.rowwise() -= result.mean.transpose();
  add_outer_products_of_rows(result.scatter, rows);
  return result;
}

}  // namespace

void Moments::add(const Moments& others) {
  if (others.count == 0) return;
  const double both = count + others.count;
  const Eigen::VectorXd difference = others.mean - mean;
  scatter += others.scatter;
  scatter.noalias() += (count * (others.count / both)) * difference * difference.transpose();
  mean += (others.count / both) * difference;
  count = both;
}

Spread Moments::spread() const {
  const EigenPairs pairs = eigen_pairs(scatter / count);
  // A vector x is off by at most 2^-24 |x| along any direction, and so is the root of the vectors' mean square.
  const double rounding = 0x1p-48 * (scatter.trace() / count + mean.squaredNorm());
  const Eigen::Index there = (pairs.values.array() > rounding).count();
  return {pairs.values.tail(there), pairs.vectors.rightCols(there)};
}

Moments moments_of(const Embeddings& embeddings, std::span<const WordId> words, int threads, const Progress* progress) {
  const std::size_t piece_words = std::max(block_words, (words.size() + most_pieces - 1) / most_pieces);
  std::vector<Moments> pieces((words.size() + piece_words - 1) / piece_words, Moments(embeddings.dimension()));
  parallel_for(pieces.size(), threads, [&](std::size_t piece) {
    const auto part =
        words.subspan(piece * piece_words).first(std::min(piece_words, words.size() - piece * piece_words));
    for (std::size_t begin = 0; begin < part.size(); begin += block_words) {
      check_cancelled(progress);
      pieces[piece].add(block_moments(embeddings, part.subspan(begin, std::min(block_words, part.size() - begin))));
    }
  });
  Moments total(embeddings.dimension());
  for (const Moments& piece : pieces) total.add(piece);
  total.scatter = Eigen::MatrixXd(total.scatter.selfadjointView<Eigen::Lower>());
  return total;
}

}  // namespace equivec
