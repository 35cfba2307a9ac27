#include "src/vectors/mapped_rows.hpp"

#include "src/base/parallel.hpp"
#include "src/files/mapped_file.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace equivec {

void release_rows(MatrixView rows, Eigen::Index first, Eigen::Index height) noexcept {
  const auto columns = static_cast<std::size_t>(rows.cols());
  release_mapped(rows.data() + first * rows.cols(), static_cast<std::size_t>(height) * columns * sizeof(float));
}

Matrix mapped_rows(MatrixView rows, Eigen::Index dimension, const RowMap& map, int threads, const Progress* progress) {
  constexpr Eigen::Index rows_of_block = 1024;
  Matrix result(rows.rows(), dimension);
  const auto blocks = static_cast<std::size_t>((rows.rows() + rows_of_block - 1) / rows_of_block);
  parallel_for(blocks, threads, [&](std::size_t block) {
    check_cancelled(progress);
    const Eigen::Index first = static_cast<Eigen::Index>(block) * rows_of_block;
    const Eigen::Index height = std::min(rows_of_block, rows.rows() - first);
    result.middleRows(first, height) = map(rows.middleRows(first, height).cast<double>()).cast<float>();
    release_rows(rows, first, height);
  });
  return result;
}

Subwords mapped_subwords(const Subwords& subwords, Eigen::Index dimension, const RowMap& map, int threads,
                         const Progress* progress) {
  const NgramRule& rule = subwords.rule();
  Matrix rows = mapped_rows(subwords.matrix(), dimension, map, threads, progress);
  if (rule.hash == NgramHash::listed)
    return Subwords(rule.min_length, rule.max_length, subwords.ngrams(), std::move(rows));
  // The buckets that have rows stay in the memory of the vectors they came with.
  const auto owner = std::make_shared<const std::pair<Subwords, Matrix>>(subwords, std::move(rows));
  return Subwords(rule, MatrixView(owner->second.data(), owner->second.rows(), owner->second.cols()), owner,
                  subwords.kept());
}

}  // namespace equivec
