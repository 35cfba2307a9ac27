#include "equivec/vectors/dimension.hpp"

#include "equivec/base/error.hpp"
#include "src/base/parallel.hpp"
#include "src/math/decompositions.hpp"
#include "src/math/singular_directions.hpp"
#include "src/vectors/finite.hpp"

#include <algorithm>
#include <utility>

namespace equivec {

namespace {

constexpr Eigen::Index rows_of_block = 1024;

Matrix projected(MatrixView rows, const Eigen::MatrixXd& directions, int threads, const Progress* progress) {
  Matrix result(rows.rows(), directions.cols());
  const auto blocks = static_cast<std::size_t>((rows.rows() + rows_of_block - 1) / rows_of_block);
  parallel_for(blocks, threads, [&](std::size_t block) {
    check_cancelled(progress);
    const Eigen::Index first = static_cast<Eigen::Index>(block) * rows_of_block;
    const Eigen::Index height = std::min(rows_of_block, rows.rows() - first);
    result.middleRows(first, height) = product(rows.middleRows(first, height).cast<double>(), directions).cast<float>();
  });
  return result;
}

Subwords projected_subwords(const Subwords& subwords, const Eigen::MatrixXd& directions, int threads,
                            const Progress* progress) {
  const NgramRule& rule = subwords.rule();
  Matrix rows = projected(subwords.matrix(), directions, threads, progress);
  if (rule.hash == NgramHash::listed)
    return Subwords(rule.min_length, rule.max_length, subwords.ngrams(), std::move(rows));
  // The buckets that have rows stay in the memory of the vectors they came with.
  const auto owner = std::make_shared<const std::pair<Subwords, Matrix>>(subwords, std::move(rows));
  return Subwords(rule, MatrixView(owner->second.data(), owner->second.rows(), owner->second.cols()), owner,
                  subwords.kept());
}

}  // namespace

Embeddings with_dimension(const Embeddings& embeddings, int dimension, int threads, const Progress* progress) {
  if (dimension < 1 || dimension > embeddings.dimension())
    throw OptionError("dimension is " + std::to_string(dimension) + ", expected 1 to " +
                      std::to_string(embeddings.dimension()) + ", the vectors' dimension");
  const MatrixView matrix = embeddings.matrix();
  require_finite("the vectors", embeddings.vocabulary(), matrix, threads);
  const RowBlock block = [&](Eigen::Index first, Eigen::Index height) -> Eigen::MatrixXd {
    return matrix.middleRows(first, height).cast<double>();
  };
  const Eigen::MatrixXd directions =
      right_singular_vectors(matrix.rows(), matrix.cols(), block, dimension, threads, progress);
  Metadata metadata = embeddings.metadata();
  metadata["principal_directions"] = std::to_string(dimension) + " of " + std::to_string(embeddings.dimension());
  const Embeddings result =
      embeddings.with_vectors(projected(matrix, directions, threads, progress)).with_metadata(std::move(metadata));
  if (!embeddings.subwords()) return result;
  return result.with_subwords(projected_subwords(*embeddings.subwords(), directions, threads, progress));
}

}  // namespace equivec
