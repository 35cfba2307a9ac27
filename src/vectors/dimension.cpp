#include "equivec/vectors/dimension.hpp"

#include "equivec/base/error.hpp"
#include "src/math/decompositions.hpp"
#include "src/math/singular_directions.hpp"
#include "src/vectors/finite.hpp"
#include "src/vectors/mapped_rows.hpp"

#include <algorithm>
#include <utility>

namespace equivec {

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
  const RowMap map = [&](const Eigen::MatrixXd& rows) { return product(rows, directions); };
  Metadata metadata = embeddings.metadata();
  metadata["principal_directions"] = std::to_string(dimension) + " of " + std::to_string(embeddings.dimension());
  const Embeddings result = embeddings.with_vectors(mapped_rows(matrix, dimension, map, threads, progress))
                                .with_metadata(std::move(metadata));
  if (!embeddings.subwords()) return result;
  return result.with_subwords(mapped_subwords(*embeddings.subwords(), dimension, map, threads, progress));
}

}  // namespace equivec
