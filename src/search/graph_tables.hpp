#pragma once

#include "equivec/search/neighbor_graph.hpp"
#include "src/kernels/search_kernels.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace equivec {

/// The links of a graph. A word has a list of links for each layer that it is in, lowest first; one that is never an
/// answer has none. What is read from a mapped file may change at any time, so that a list may be any and a target
/// beyond the words; the functions never read outside of the tables.
struct GraphTables {
  NeighborGraphOptions options;
  int dimension = 0;
  std::string fingerprint;
  std::span<const std::uint32_t> first_lists;  // words + 1: the lists of word i are those from first_lists[i] on
  std::span<const std::uint64_t> list_begins;  // lists + 1
  std::span<const std::uint32_t> targets;      // of the links, list by list
  std::span<const float> scales;  // by cosine, 1 / length of each word's vector, 0 without a direction; else empty
  std::uint32_t entry = 0;        // the first word of those in the most layers
  std::size_t layers = 0;         // of the entry; 0: no word is linked
  std::size_t linked_words = 0;
  std::shared_ptr<const void> owner;

  std::size_t size() const noexcept { return first_lists.size() - 1; }
  std::span<const std::uint32_t> links(std::uint32_t word, std::size_t layer) const noexcept {
    const std::size_t list = first_lists[word] + layer;
    if (list + 1 >= list_begins.size()) return {};
    const std::uint64_t begin = list_begins[list], end = list_begins[list + 1];
    if (begin > end || end > targets.size()) return {};
    return targets.subspan(begin, end - begin);
  }
  /// Sets entry, layers and linked_words. REQUIRES: first_lists ascend.
  void find_entry() noexcept;
};

/// Tables in memory, which such a graph owns.
struct OwnedGraph {
  std::vector<std::uint32_t> first_lists, targets;
  std::vector<std::uint64_t> list_begins;
  std::vector<float> scales;
};

/// How far rows are from a query: the nearest by the metric is the nearest here. Numbers are comparable among those to
/// one query. Never NaN.
class QueryDistances {
 public:
  /// `scales` as in GraphTables. Everything must outlive this.
  QueryDistances(Metric metric, MatrixView rows, std::span<const float> scales)
      : kernels_(search_kernels()),
        metric_(metric),
        rows_(rows.data()),
        dimension_(static_cast<std::size_t>(rows.cols())),
        scales_(scales.data()) {}

  float operator()(const float* query, std::uint32_t word) const noexcept {
    const float* const row = rows_ + word * dimension_;
    const float result = metric_ == Metric::euclidean ? kernels_.square_distance(query, row, dimension_)
                                                      : -kernels_.product(query, row, dimension_) *
                                                            (metric_ == Metric::cosine ? scales_[word] : 1.0f);
    return result == result ? result : std::numeric_limits<float>::max();
  }
  void prefetch(std::uint32_t word) const noexcept {
    const auto* const row = reinterpret_cast<const char*>(rows_ + word * dimension_);
    for (std::size_t at = 0; at < std::min<std::size_t>(dimension_ * sizeof(float), 512); at += 64)
      __builtin_prefetch(row + at);
  }

 private:
  SearchKernels kernels_;
  Metric metric_;
  const float* rows_;
  std::size_t dimension_;
  const float* scales_;
};

}  // namespace equivec
