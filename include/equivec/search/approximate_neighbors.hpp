#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/search/neighbor_graph.hpp"
#include "equivec/search/neighbors.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

struct ApproximateOptions {
  /// Words kept while the nearest are searched, 1 to 1,000,000, and at least as many as are wanted: the more, the more
  /// of the nearest are found, and the longer it takes. ef of the paper.
  int candidates = 150;
  std::size_t restrict = 0;  ///< only the first so many words are answers; 0: all
  int threads = 0;           ///< 0: all cores; answers are the same for any number
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const ApproximateOptions& options);
/// Throws OptionError if the graph is of another metric than questions are.
void require_metric_of(const NeighborGraph& graph, Metric metric);

/// Searches along the links of a graph: a small share of the words is compared, and a few of the nearest may be missed.
/// What is found has the similarities of an exact search, computed in double. Words that must not be answers are passed
/// on the way; where so few may be answers that the way would be longer than comparing all, all are compared, exactly.
class ApproximateNeighbors final : public NeighborIndex {
 public:
  /// Throws OptionError for options out of range, Error if the graph is not of as many vectors of this dimension. That
  /// it is of these vectors is the caller's promise; of other ones, answers are near but may not be the nearest.
  ApproximateNeighbors(Embeddings embeddings, NeighborGraph graph, const ApproximateOptions& options = {});

  const NeighborGraph& graph() const noexcept { return graph_; }
  const ApproximateOptions& options() const noexcept { return options_; }
  /// Whether find() with this filter follows the links; else it compares all words.
  bool follows_links(const NeighborFilter& filter) const;

  using NeighborIndex::find;
  std::vector<std::vector<Neighbor>> find(std::span<const NeighborQuery> queries, const NeighborFilter& filter,
                                          Progress* progress = nullptr) const override;

 private:
  NeighborGraph graph_;
  ApproximateOptions options_;
  NearestNeighbors exact_;
};

}  // namespace equivec
