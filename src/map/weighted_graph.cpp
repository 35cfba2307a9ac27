#include "src/map/weighted_graph.hpp"

#include "src/base/parallel.hpp"
#include "src/search/all_neighbors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace equivec {

namespace {

using Edge = WeightedGraph::Edge;

/// Sets weights that sum to log2(neighbours), by bisection for the scale of the distances.
void weigh(std::span<const SelectedRow> neighbors, std::span<Edge> edges) {
  if (neighbors.empty()) return;
  const double wanted = std::log2(static_cast<double>(neighbors.size()) + 1);  // the word itself counts as one
  // By how much a neighbour is farther than the nearest.
  const auto excess = [&](std::size_t i) { return static_cast<double>(neighbors.front().score - neighbors[i].score); };
  double mean = 0;
  for (std::size_t i = 0; i < neighbors.size(); ++i) mean += excess(i) / static_cast<double>(neighbors.size());
  double low = 0, scale = std::max(mean, 1e-12), high = std::numeric_limits<double>::infinity();
  for (int step = 0; step < 64; ++step) {
    double sum = 0;
    for (std::size_t i = 0; i < neighbors.size(); ++i) sum += std::exp(-excess(i) / scale);
    if (std::abs(sum - wanted) < 1e-5) break;
    (sum > wanted ? high : low) = scale;
    scale = std::isinf(high) ? 2 * scale : (low + high) / 2;
  }
  scale = std::max(scale, 1e-3 * mean);  // as UMAP: where many neighbours are as near as the nearest
  constexpr double least = 1e-6;         // an edge of no weight would never have a turn
  for (std::size_t i = 0; i < neighbors.size(); ++i)
    edges[i] = {neighbors[i].row, static_cast<float>(std::max(scale > 0 ? std::exp(-excess(i) / scale) : 1, least))};
}

}  // namespace

WeightedGraph weighted_graph(std::span<const std::vector<SelectedRow>> neighbors, int threads) {
  const std::size_t size = neighbors.size();
  std::vector<std::vector<Edge>> to(size), from(size);
  parallel_ranges(size, 1024, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t node = begin; node < end; ++node) {
      to[node].resize(neighbors[node].size());
      weigh(neighbors[node], to[node]);
      std::ranges::sort(to[node], {}, &Edge::node);
    }
  });
  for (std::size_t node = 0; node < size; ++node)
    for (const Edge& edge : to[node]) from[edge.node].push_back({static_cast<std::uint32_t>(node), edge.weight});

  std::vector<std::vector<Edge>> both(size);
  parallel_ranges(size, 1024, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t node = begin; node < end; ++node) {
      auto a = to[node].begin(), b = from[node].begin();
      while (a != to[node].end() || b != from[node].end()) {
        if (b == from[node].end() || (a != to[node].end() && a->node < b->node))
          both[node].push_back(*a++);
        else if (a == to[node].end() || b->node < a->node)
          both[node].push_back(*b++);
        else
          both[node].push_back({a->node, a->weight + b->weight - a->weight * b->weight}), ++a, ++b;
      }
    }
  });
  WeightedGraph graph;
  graph.begins.reserve(size + 1);
  graph.begins.push_back(0);
  for (const std::vector<Edge>& edges : both) {
    graph.edges.insert(graph.edges.end(), edges.begin(), edges.end());
    graph.begins.push_back(graph.edges.size());
  }
  return graph;
}

WeightedGraph weighted_graph(const Embeddings& embeddings, std::size_t words, int neighbors, int threads,
                             Progress* progress) {
  return weighted_graph(all_neighbors(embeddings, words, static_cast<std::size_t>(neighbors), threads, progress),
                        threads);
}

}  // namespace equivec
