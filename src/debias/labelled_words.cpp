#include "src/debias/labelled_words.hpp"

#include "equivec/base/error.hpp"
#include "src/base/parallel.hpp"
#include "src/bias/association_lists.hpp"

#include <algorithm>
#include <mutex>

namespace equivec {

void require_finite(const Embeddings& embeddings, int threads) {
  std::size_t first = embeddings.size();
  std::mutex mutex;
  parallel_ranges(embeddings.size(), 4096, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      if (column(embeddings[word_id(row)]).allFinite()) continue;
      const std::scoped_lock lock(mutex);
      first = std::min(first, row);
      return;
    }
  });
  if (first < embeddings.size())
    throw Error("the vector of the word " + named(embeddings.vocabulary(), word_id(first)) +
                " is not finite; take it out, or read the vectors from a format that is checked");
}

void require_labelled(const Embeddings& embeddings, const std::vector<std::vector<WordId>>& classes) {
  require_different(embeddings.vocabulary(), "class", classes);
  require_disjoint(embeddings.vocabulary(), "class", classes);
  for (const auto& words : classes)
    for (const WordId word : words) required_unit_vector(embeddings, word);
}

Eigen::VectorXd without(const Eigen::MatrixXd& basis, const Eigen::VectorXd& v) {
  // Twice, since the first time leaves rounding as large as that of the part removed.
  const Eigen::VectorXd rest = v - basis * (basis.transpose() * v);
  return rest - basis * (basis.transpose() * rest);
}

Eigen::MatrixXd with_direction(const Eigen::MatrixXd& basis, const Eigen::VectorXd& direction) {
  Eigen::MatrixXd result(direction.size(), basis.cols() + 1);
  result.leftCols(basis.cols()) = basis;
  result.col(basis.cols()) = without(basis, direction).normalized();
  return result;
}

}  // namespace equivec
