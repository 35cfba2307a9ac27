#pragma once

#include "equivec/search/approximate_neighbors.hpp"
#include "equivec/search/neighbor_graph.hpp"
#include "equivec/search/neighbors.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/base/seconds.hpp"

#include "apps/cli/options.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

/// An index that a command may search along.
struct IndexOptions {
  std::string file;  ///< empty: search exactly
  int candidates = equivec::ApproximateOptions().candidates;

  /// Throws equivec::OptionError for candidates out of range, or without an index.
  void validate(const Options& options) const;
};

/// --index and --candidates.
void add_index_options(Options& options, IndexOptions& index);

/// The graph of the file. Throws equivec::OptionError if it is by another metric, and as read_neighbor_graph.
equivec::NeighborGraph open_graph(const IndexOptions& index, const equivec::Embeddings& embeddings,
                                  equivec::Metric metric, int threads);
/// A search along the links of that graph, or where there is no file an exact one.
std::unique_ptr<const equivec::NeighborIndex> open_search(const IndexOptions& index,
                                                          const equivec::Embeddings& embeddings, equivec::Metric metric,
                                                          std::size_t restrict, int threads);

/// Measures how long a command's exact searches take, and at its end remarks that an index would have paid if making
/// one takes a part of that.
class IndexAdvice {
 public:
  /// `possible`: whether an index could answer, as far as the caller knows.
  explicit IndexAdvice(const equivec::NeighborIndex& searched, bool possible = true)
      : searched_(searched), possible_(possible) {}
  IndexAdvice(const IndexAdvice&) = delete;
  IndexAdvice& operator=(const IndexAdvice&) = delete;
  ~IndexAdvice();

  /// What find() returns.
  template <class Find>
  auto timed(const Find& find) {
    const auto start = std::chrono::steady_clock::now();
    auto found = find();
    seconds_ += equivec::seconds_since(start);
    return found;
  }

 private:
  const equivec::NeighborIndex& searched_;
  bool possible_;
  double seconds_ = 0;
};
