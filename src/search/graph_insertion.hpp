#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/search/neighbor_graph.hpp"
#include "src/search/graph_tables.hpp"
#include "src/search/placed_rows.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace equivec {

/// Inserts the words one after the other (algorithm 1 of Malkov and Yashunin 2020, by hnswlib), several at a time, and
/// returns their lists. layers[i] is how many layers word i is in; 0: it is left out. Progress counts words.
OwnedGraph insert_words(const PlacedRows& rows, std::span<const std::uint8_t> layers,
                        const NeighborGraphOptions& options, Progress* progress);

/// Bytes of memory that insert_words() and its result take, at most.
double memory_of_insertion(std::size_t words, std::size_t dimension, const NeighborGraphOptions& options);

}  // namespace equivec
