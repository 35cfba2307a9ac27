#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace equivec {

/// Numbers of lower precision as floats, and inner products of rows of them with a query, for one instruction set.
/// Rows follow each other without gaps and need no alignment beyond that of their numbers.
struct PackedKernels {
  std::string_view instruction_set;

  /// The floats that `count` numbers stand for, exactly: IEEE 754's binary16, bf16, integers.
  void (*widen_half)(const std::uint16_t* from, std::size_t count, float* to);
  void (*widen_bf16)(const std::uint16_t* from, std::size_t count, float* to);
  void (*widen_int8)(const std::int8_t* from, std::size_t count, float* to);

  /// to[r] = the inner product of the query with row r, times its scale.
  void (*scan_half)(const std::uint16_t* rows, std::size_t count, std::size_t dimension, const float* scales,
                    const float* query, float* to);
  void (*scan_bf16)(const std::uint16_t* rows, std::size_t count, std::size_t dimension, const float* scales,
                    const float* query, float* to);
  void (*scan_int8)(const std::int8_t* rows, std::size_t count, std::size_t dimension, const float* scales,
                    const float* query, float* to);
  /// to[r] = the sum over parts p of tables[256 p + codes[r * parts + p]], times the scale of row r.
  void (*scan_codes)(const std::uint8_t* codes, std::size_t count, std::size_t parts, const float* scales,
                     const float* tables, float* to);
};

/// For the best instruction set of this processor.
PackedKernels packed_kernels();
/// For all its instruction sets, the best first. Must not be called while other threads use kernels.
std::vector<PackedKernels> all_packed_kernels();

}  // namespace equivec
