#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "src/map/weighted_graph.hpp"

#include <cstdint>

namespace equivec {

struct LayoutOptions {
  double min_distance = 0.1;
  int epochs = 200;
  std::uint64_t seed = 1;
  int threads = 0;
};

/// Moves the places of the graph's nodes, (nodes) x 2, so that nodes with an edge come near to each other and others
/// apart. Within an epoch every node moves by itself and sees the others where the epoch before left them, so that the
/// result is the same for any number of threads. Nodes without edges stay where they are and repel nobody. Progress
/// counts epochs. Throws Cancelled.
void lay_out(const WeightedGraph& graph, Matrix& places, const LayoutOptions& options, Progress* progress);

/// The gradient of ln s in a place, s = 1 / (1 + a d^2) being its similarity to another, is this times (place - other).
inline float attraction(float square, float a) { return -2 * a / (1 + a * square); }
/// The same of ln(1 - s); 0.001 keeps it finite where words meet.
inline float repulsion(float square, float a) { return 2 / ((0.001f + square) * (1 + a * square)); }

/// a of the similarity 1 / (1 + a d^2) of places at distance d that is nearest to 1 up to min_distance and then falls
/// as exp(min_distance - d), in least squares on [0, 3]; UMAP's curve with b = 1, which costs no power.
double curve_of(double min_distance);

}  // namespace equivec
