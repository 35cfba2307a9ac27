#include "src/spaces/linear_map.hpp"

#include "src/base/parallel.hpp"
#include "src/math/decompositions.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace equivec {

namespace {

constexpr Eigen::Index rows_of_block = 512;

Subwords mapped_subwords(const Subwords& subwords, const Eigen::MatrixXd& map, int threads) {
  const NgramRule& rule = subwords.rule();
  Matrix rows = mapped(subwords.matrix(), map, threads);
  if (rule.hash == NgramHash::listed)
    return Subwords(rule.min_length, rule.max_length, subwords.ngrams(), std::move(rows));
  // The buckets that have rows stay in the memory of the vectors they came with.
  const auto owner = std::make_shared<const std::pair<Subwords, Matrix>>(subwords, std::move(rows));
  return Subwords(rule, MatrixView(owner->second.data(), owner->second.rows(), owner->second.cols()), owner,
                  subwords.kept());
}

}  // namespace

void for_row_blocks(Eigen::Index rows, int threads,
                    const std::function<void(Eigen::Index first, Eigen::Index height)>& f) {
  const auto blocks = static_cast<std::size_t>((rows + rows_of_block - 1) / rows_of_block);
  parallel_for(blocks, threads, [&](std::size_t block) {
    const Eigen::Index first = static_cast<Eigen::Index>(block) * rows_of_block;
    f(first, std::min(rows_of_block, rows - first));
  });
}

Matrix mapped(MatrixView rows, const Eigen::MatrixXd& map, int threads) {
  Matrix result(rows.rows(), map.cols());
  for_row_blocks(rows.rows(), threads, [&](Eigen::Index first, Eigen::Index height) {
    result.middleRows(first, height) = product(rows.middleRows(first, height).cast<double>(), map).cast<float>();
  });
  return result;
}

Embeddings mapped(const Embeddings& embeddings, const Eigen::MatrixXd& map, int threads) {
  const Embeddings result =
      embeddings.with_subwords(std::nullopt).with_vectors(mapped(embeddings.matrix(), map, threads));
  return embeddings.subwords() ? result.with_subwords(mapped_subwords(*embeddings.subwords(), map, threads)) : result;
}

}  // namespace equivec
