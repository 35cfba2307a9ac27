#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace equivec {

/// Inner products of many rows with many queries, for one instruction set. Rows stand one after the other, `stride`
/// floats apart; they need no alignment.
struct SearchKernels {
  std::string_view instruction_set;
  std::size_t panel_rows;  ///< rows are packed in panels of so many

  /// Packs `count` rows, each times its scale, into panels: number c of row r stands in
  /// to[(r / panel_rows * dimension + c) * panel_rows + r % panel_rows]. The last panel is filled up with zeros.
  void (*pack)(const float* rows, std::size_t stride, std::size_t count, std::size_t dimension, const float* scales,
               float* to);
  /// to[q * pitch + r] = the inner product of query q, dimension floats at queries + q * dimension, with packed row r.
  void (*products)(const float* panels, std::size_t panel_count, std::size_t dimension, const float* queries,
                   std::size_t query_count, float* to, std::size_t pitch);
  /// to[r] = the inner product of one query with row r, times its scale.
  void (*scan)(const float* rows, std::size_t stride, std::size_t count, std::size_t dimension, const float* scales,
               const float* query, float* to);
  /// Scores made of products, in place of the first ones; see Scoring.
  void (*ratios)(float* q, const float* r, const float* s, float constant, std::size_t count);
  void (*directions)(float* q, const float* r, float constant, std::size_t count);
  void (*probabilities)(float* q, const float* r, float constant, std::size_t count);
  /// Writes which of the scores are at least `threshold`, ascending, and returns how many. A NaN is not.
  std::size_t (*select)(const float* scores, std::size_t count, float threshold, std::uint32_t* to);
};

/// Of the best instruction set that this processor has.
SearchKernels search_kernels();
/// Of all that it has, the best one first. Not to be called while others search.
std::vector<SearchKernels> all_search_kernels();

}  // namespace equivec
