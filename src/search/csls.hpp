#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/search/neighbors.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/search/search.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace equivec {

/// Search by Metric::csls. The first search finds the neighbours of every row that is searched and keeps, of each, the
/// row scaled to length 1 and the mean of their cosines.
class CslsRows {
 public:
  CslsRows(const Embeddings& embeddings, std::size_t count, int threads);

  /// `means`: those of the queries.
  std::vector<std::vector<Neighbor>> find(std::span<const NeighborQuery> queries, std::span<const float> means,
                                          const NeighborFilter& filter, Progress* progress);

 private:
  void prepare(Progress* progress);

  const Embeddings embeddings_;
  std::size_t count_;
  int threads_;
  std::once_flag prepared_;
  Matrix longer_;  // (row of length 1, its mean)
  std::unique_ptr<SearchedRows> rows_;
};

/// The mean similarity of the answers to each query; 0 for none.
std::vector<float> mean_similarities(const std::vector<std::vector<Neighbor>>& answers);

}  // namespace equivec
