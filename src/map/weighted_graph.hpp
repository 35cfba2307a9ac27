#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/kernels/search_kernels.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace equivec {

/// An undirected graph of words, of which each edge stands at both of its ends.
struct WeightedGraph {
  struct Edge {
    std::uint32_t node;
    float weight;  ///< in (0, 1]
  };
  std::vector<std::size_t> begins;  ///< of each node's edges; one more at the end
  std::vector<Edge> edges;          ///< of each node by ascending number of the other

  std::size_t size() const noexcept { return begins.size() - 1; }
  std::span<const Edge> of(std::size_t node) const noexcept {
    return std::span(edges).subspan(begins[node], begins[node + 1] - begins[node]);
  }
};

/// The nearest neighbours of each word, with UMAP's weights: exp(-(d - d1) / s), d being the cosine distance, d1 that
/// of the nearest, and s such that a word's weights sum to log2 of their number; a word and one of its neighbours have
/// a + b - a b of both directions (McInnes et al. 2018, algorithms 2 to 4). Words without a direction have no edges.
/// The same for any number of threads.
WeightedGraph weighted_graph(const Embeddings& embeddings, std::size_t words, int neighbors, int threads,
                             Progress* progress);
/// The same of neighbours with their cosines, the nearest first.
WeightedGraph weighted_graph(std::span<const std::vector<SelectedRow>> neighbors, int threads);

}  // namespace equivec
