#pragma once

#include "equivec/search/approximate_neighbors.hpp"
#include "equivec/search/neighbor_graph.hpp"

#include "apps/python/bindings/embeddings.hpp"
#include "apps/python/bindings/support.hpp"

#include <memory>
#include <optional>

namespace equivec::python {

/// The base of Python's class Index. It knows the vectors that it is of by their fingerprint.
struct IndexHandle {
  NeighborGraph graph;
};

/// The keywords `index`, an IndexHandle or None, and `candidates`. Throws OptionError if `candidates` is out of range,
/// or is not the default without an index.
struct IndexKeywords {
  std::optional<NeighborGraph> graph;
  int candidates = ApproximateOptions().candidates;

  explicit IndexKeywords(const Keywords& keywords);
};

/// A search along the links of the index that the keywords give, or an exact one. Throws Error if the index is of other
/// vectors, OptionError if it is by another metric.
std::shared_ptr<const NeighborIndex> search_of(const EmbeddingsHandle& self, const IndexKeywords& index, Metric metric,
                                               std::size_t restrict, int threads);

}  // namespace equivec::python
