#include "src/math/moments.hpp"

#include "src/base/parallel.hpp"
#include "src/math/decompositions.hpp"

#include <algorithm>
#include <vector>

namespace equivec {

namespace {

/// The pieces do not depend on the threads, so rounding does not either. They consist of blocks that fit in the cache.
constexpr Eigen::Index rows_of_block = 256, most_pieces = 64;

Moments block_moments(Eigen::MatrixXd rows) {
  Moments result(rows.cols());
  result.count = static_cast<double>(rows.rows());
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

Moments moments_of(Eigen::Index rows, Eigen::Index dimension, const RowBlock& block, int threads,
                   const Progress* progress) {
  const Eigen::Index piece_rows = std::max(rows_of_block, (rows + most_pieces - 1) / most_pieces);
  std::vector<Moments> pieces(static_cast<std::size_t>((rows + piece_rows - 1) / piece_rows), Moments(dimension));
  parallel_for(pieces.size(), threads, [&](std::size_t piece) {
    const Eigen::Index begin = static_cast<Eigen::Index>(piece) * piece_rows, end = std::min(begin + piece_rows, rows);
    for (Eigen::Index first = begin; first < end; first += rows_of_block) {
      check_cancelled(progress);
      pieces[piece].add(block_moments(block(first, std::min(rows_of_block, end - first))));
    }
  });
  Moments total(dimension);
  for (const Moments& piece : pieces) total.add(piece);
  total.scatter = Eigen::MatrixXd(total.scatter.selfadjointView<Eigen::Lower>());
  return total;
}

}  // namespace equivec
