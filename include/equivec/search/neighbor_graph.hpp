#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/search/neighbors.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

// Mentioned here, and not to be linked.
namespace equivec {
struct GraphTables;
}  // namespace equivec

namespace EQUIVEC_EXPORT equivec {

struct NeighborGraphOptions {
  Metric metric = Metric::cosine;  ///< not CSLS, whose neighbours are known only after all words were compared
  int links = 16;                  ///< of a word in each layer, 2 to 1024; in the lowest twice as many. M of the paper
  int candidates = 200;            ///< words kept while a word's place is searched, up to 100,000. efConstruction
  std::uint64_t seed = 1;          ///< of the layers that words are in
  int threads = 0;                 ///< 0: all cores. One thread gives the same graph for the same seed
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const NeighborGraphOptions& options);

/// Which words are linked with which near ones: a hierarchical navigable small world graph (Malkov and Yashunin 2020,
/// "Efficient and robust approximate nearest neighbor search using hierarchical navigable small world graphs"). It
/// holds no vectors, only what they were: their number, dimension and fingerprint. Immutable, cheap to copy, safe to
/// share between threads. Every word that can be an answer can be reached from every other one.
class NeighborGraph {
 public:
  /// The library's own.
  explicit NeighborGraph(std::shared_ptr<const GraphTables> tables) noexcept : tables_(std::move(tables)) {}

  const NeighborGraphOptions& options() const noexcept;  ///< it was made with; without the threads
  std::size_t size() const noexcept;                     ///< words
  int dimension() const noexcept;
  std::size_t linked_words() const noexcept;  ///< words that can be answers
  std::size_t link_count() const noexcept;
  /// "xxh64:" and 16 hexadecimal digits, of the words and the numbers of their vectors.
  const std::string& fingerprint() const noexcept;
  const GraphTables& tables() const noexcept { return *tables_; }  ///< the library's own

 private:
  std::shared_ptr<const GraphTables> tables_;
};

/// Links every word with near ones. By inner product distances are those of vectors that a further number makes equally
/// long (Bachrach et al. 2014, "Speeding up the Xbox recommender system using a Euclidean transformation for
/// inner-product spaces"). Vectors of lower precision are unpacked. Takes the
/// memory of a copy of the vectors and some 20 bytes a link. Progress counts words. Throws Error if that is more than
/// this process may have, or for 2^32 - 1 words or more; Cancelled.
NeighborGraph build_neighbor_graph(const Embeddings& embeddings, const NeighborGraphOptions& options = {},
                                   Progress* progress = nullptr);

/// What NeighborGraph::fingerprint() is for a graph of these vectors.
std::string fingerprint_of(const Embeddings& embeddings, int threads = 0);

}  // namespace equivec
