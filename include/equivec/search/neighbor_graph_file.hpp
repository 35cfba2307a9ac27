#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/search/neighbor_graph.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <filesystem>

namespace EQUIVEC_EXPORT equivec {

// A graph as a file: a safetensors file with the links, whose metadata say how it was made, of which vectors, and the
// checksum of all of it.

/// Progress counts bytes.
void write_neighbor_graph(OutputFiles& outputs, const std::filesystem::path& file, const NeighborGraph& graph,
                          Progress* progress = nullptr);

/// Reads the graph of these vectors; the file stays mapped. `threads` 0: all cores. Throws Error naming the file if it
/// is not a graph, is damaged in any way, or was made of other words or vectors, whose every number is compared.
NeighborGraph read_neighbor_graph(const std::filesystem::path& file, const Embeddings& embeddings, int threads = 0,
                                  Progress* progress = nullptr);

}  // namespace equivec
