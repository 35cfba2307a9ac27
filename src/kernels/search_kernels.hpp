#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace equivec {

struct SelectedRow {
  std::uint32_t row;
  float score;
};

/// Inner products of many rows with many queries, for one instruction set. Rows are `stride` floats apart and need no
/// alignment.
struct SearchKernels {
  std::string_view instruction_set;
  std::size_t panel_rows;  ///< rows per panel

  /// Packs `count` rows, each times its scale, into panels: number c of row r goes to
  /// to[(r / panel_rows * dimension + c) * panel_rows + r % panel_rows]. The last panel is filled up with zeros.
  void (*pack)(const float* rows, std::size_t stride, std::size_t count, std::size_t dimension, const float* scales,
               float* to);
  /// to[q * pitch + r] = the inner product of query q, dimension floats at queries + q * dimension, with packed row r.
  void (*products)(const float* panels, std::size_t panel_count, std::size_t dimension, const float* queries,
                   std::size_t query_count, float* to, std::size_t pitch);
  /// to[r] = the inner product of one query with row r, times its scale.
  void (*scan)(const float* rows, std::size_t stride, std::size_t count, std::size_t dimension, const float* scales,
               const float* query, float* to);
  /// The inner product of two vectors, and the square of their distance, for rows that do not lie side by side.
  float (*product)(const float* a, const float* b, std::size_t dimension);
  float (*square_distance)(const float* a, const float* b, std::size_t dimension);
  /// Writes the rows whose score is at least the threshold (never NaN), ascending, and returns their number. The arrays
  /// must be readable up to the next multiple of 16.
  std::size_t (*select)(const float* scores, std::size_t count, float threshold, SelectedRow* to);
  /// By q - h.
  std::size_t (*select_difference)(const float* q, const float* h, std::size_t count, float threshold, SelectedRow* to);
  /// By q - r + s - h, or q - r + s if h is null.
  std::size_t (*select_offset)(const float* q, const float* r, const float* s, const float* h, std::size_t count,
                               float threshold, SelectedRow* to);
  /// By (1 + q) (1 + s) / (1 + r + 2 constant).
  std::size_t (*select_ratio)(const float* q, const float* r, const float* s, float constant, std::size_t count,
                              float threshold, SelectedRow* to);
  /// By (q - r - constant) / sqrt(2 - 2 s); where s is so near to 1 that this is only rounding, the score is 2, which
  /// no score exceeds.
  std::size_t (*select_direction)(const float* q, const float* r, const float* s, float constant, std::size_t count,
                                  float threshold, SelectedRow* to);
  /// By s / (1 + exp(-q - constant)). REQUIRES: no NaN.
  std::size_t (*select_probability)(const float* q, const float* s, float constant, std::size_t count, float threshold,
                                    SelectedRow* to);
};

/// For the best instruction set of this processor.
SearchKernels search_kernels();
/// For all its instruction sets, the best first. Must not be called while other threads search.
std::vector<SearchKernels> all_search_kernels();

}  // namespace equivec
