#include "src/spaces/linear_map.hpp"

#include "equivec/base/error.hpp"
#include "src/base/parallel.hpp"
#include "src/debias/word_by_word.hpp"
#include "src/math/decompositions.hpp"
#include "src/vectors/mapped_rows.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace equivec {

namespace {

constexpr Eigen::Index rows_of_block = 512;

RowMap times(const Eigen::MatrixXd& map) {
  return [&map](const Eigen::MatrixXd& rows) { return product(rows, map); };
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
  return mapped_rows(rows, map.cols(), times(map), threads, nullptr);
}

Embeddings mapped(const Embeddings& embeddings, const Eigen::MatrixXd& map, int threads) {
  const Embeddings result =
      embeddings.with_subwords(std::nullopt).with_vectors(mapped(embeddings.matrix(), map, threads));
  if (!embeddings.subwords()) return result;
  return result.with_subwords(mapped_subwords(*embeddings.subwords(), map.cols(), times(map), threads, nullptr));
}

void require_mapped_shape(const Embeddings& before, const Embeddings& after, const Eigen::MatrixXd& map) {
  require_same_shape(before, after);
  if (map.rows() != before.dimension())
    throw Error("a map of " + std::to_string(map.rows()) + " dimensions cannot be verified on vectors of dimension " +
                std::to_string(before.dimension()));
}

}  // namespace equivec
