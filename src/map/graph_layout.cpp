#include "src/map/graph_layout.hpp"

#include "equivec/base/rng.hpp"
#include "src/base/parallel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace equivec {

namespace {

// Words drawn for each sampled edge, and how much stronger than UMAP's their repulsion is. UMAP moves both ends of an
// edge, and draws for each of its two directions; here an end moves by itself alone. These are best on GloVe's vectors.
constexpr std::size_t drawn = 4;
constexpr float repulsion_factor = 2.5f, longest_step = 4;

struct Place {
  float x, y;
};

float clipped(float step) { return std::min(std::max(step, -longest_step), longest_step); }

/// The layout of a graph, an epoch at a time.
class Layout {
 public:
  Layout(const WeightedGraph& graph, std::vector<Place> places, const LayoutOptions& options)
      : graph_(graph), places_(std::move(places)), moved_(places_), options_(options) {
    float largest = 0;
    for (std::size_t node = 0; node < graph.size(); ++node)
      if (!graph.of(node).empty()) connected_.push_back(static_cast<std::uint32_t>(node));
    for (const WeightedGraph::Edge& edge : graph.edges) largest = std::max(largest, edge.weight);
    Rng starts(options.seed, 0);
    for (const WeightedGraph::Edge& edge : graph.edges) {
      every_.push_back(largest / edge.weight);
      next_.push_back(every_.back() * starts.uniform());
    }
  }

  void run(int epoch) {
    rate_ = 1 - static_cast<float>(epoch) / static_cast<float>(options_.epochs);
    parallel_ranges(connected_.size(), 512, options_.threads, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) moved_[connected_[i]] = moved(connected_[i], epoch);
    });
    places_.swap(moved_);
  }

  const std::vector<Place>& places() const noexcept { return places_; }

 private:
  /// Where a node is after an epoch. Of its edges those move it whose turn it is.
  Place moved(std::size_t node, int epoch) {
    Place place = places_[node];
    const auto now = static_cast<float>(epoch);
    Rng draws(options_.seed, graph_.size() * (static_cast<std::size_t>(epoch) + 1) + node);
    for (std::size_t e = graph_.begins[node]; e < graph_.begins[node + 1]; ++e) {
      if (next_[e] > now) continue;
      next_[e] += every_[e];
      attract(place, places_[graph_.edges[e].node]);
      repel(place, draws);
    }
    return place;
  }

  void attract(Place& place, const Place& other) const {
    const float x = place.x - other.x, y = place.y - other.y;
    const float step = attraction(x * x + y * y, a_);
    place.x += rate_ * clipped(step * x);
    place.y += rate_ * clipped(step * y);
  }

  /// All at once: one division need not wait for the other.
  void repel(Place& place, Rng& draws) const {
    std::array<float, drawn> x, y;  // from the other words; the loops below become instructions for all of them
    for (std::size_t i = 0; i < drawn; i += 2) {
      const std::uint64_t bits = draws();
      const Place first = places_[connected_[(bits >> 32) * connected_.size() >> 32]];
      const Place second = places_[connected_[(bits & 0xFFFFFFFFu) * connected_.size() >> 32]];
      x[i] = place.x - first.x;
      y[i] = place.y - first.y;
      x[i + 1] = place.x - second.x;
      y[i + 1] = place.y - second.y;
    }
    for (std::size_t i = 0; i < drawn; ++i) {
      const float square = x[i] * x[i] + y[i] * y[i];
      const float step = repulsion_factor * repulsion(square, a_);  // of itself too: it moves by 0
      x[i] = clipped(step * x[i]);
      y[i] = clipped(step * y[i]);
    }
    place.x += rate_ * std::accumulate(x.begin(), x.end(), 0.0f);
    place.y += rate_ * std::accumulate(y.begin(), y.end(), 0.0f);
  }

  const WeightedGraph& graph_;
  std::vector<Place> places_, moved_;
  LayoutOptions options_;
  float a_ = static_cast<float>(curve_of(options_.min_distance)), rate_ = 1;
  std::vector<std::uint32_t> connected_;  // nodes that have edges
  std::vector<float> every_, next_;       // of each edge: in how many epochs it has one turn, and the epoch of the next
};

}  // namespace

double curve_of(double min_distance) {
  const auto error = [&](double a) {
    double sum = 0;
    for (int i = 0; i <= 300; ++i) {
      const double d = i / 100.0, wanted = d < min_distance ? 1 : std::exp(min_distance - d);
      sum += std::pow(1 / (1 + a * d * d) - wanted, 2);
    }
    return sum;
  };
  double low = 0.1, high = 100;
  for (int step = 0; step < 100; ++step) {  // the error falls and rises once
    const double left = low + (high - low) / 3, right = high - (high - low) / 3;
    (error(left) < error(right) ? high : low) = error(left) < error(right) ? right : left;
  }
  return low;
}

void lay_out(const WeightedGraph& graph, Matrix& places, const LayoutOptions& options, Progress* progress) {
  start(progress, static_cast<std::uint64_t>(options.epochs));
  std::vector<Place> first(graph.size());
  for (std::size_t node = 0; node < graph.size(); ++node) {
    const auto row = places.row(static_cast<Eigen::Index>(node));
    first[node] = {row[0], row[1]};
  }
  Layout layout(graph, std::move(first), options);
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    check_cancelled(progress);
    layout.run(epoch);
    if (progress) ++progress->done;
  }
  for (std::size_t node = 0; node < graph.size(); ++node)
    places.row(static_cast<Eigen::Index>(node)) << layout.places()[node].x, layout.places()[node].y;
}

}  // namespace equivec
