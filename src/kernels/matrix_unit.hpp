#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

namespace equivec {

/// Whether this processor has a matrix unit for bf16 (AMX-BF16) and the system lets this process use it. The first call
/// asks the system for that.
bool has_matrix_unit() noexcept;

/// A tile of the unit has 16 rows of 16 numbers of single precision.
inline constexpr std::size_t matrix_tile = 16, matrix_tile_floats = matrix_tile * matrix_tile;

constexpr std::size_t matrix_tiles(std::size_t rows) { return (rows + matrix_tile - 1) / matrix_tile; }

/// Where the parts of the scratch of a group are, in floats.
struct MatrixScratch {
  std::size_t zeros, unread, factors, factor_tiles, columns, rows, steps, size;

  constexpr MatrixScratch(std::size_t inputs, std::size_t outputs, std::size_t stride) {
    const std::size_t in = matrix_tiles(inputs), out = matrix_tiles(outputs);
    std::size_t at = 0;
    const auto take = [&](std::size_t floats) { return std::exchange(at, at + floats); };
    zeros = take(stride);
    unread = take(stride);
    factors = take(in * out * matrix_tile_floats);
    factor_tiles = take(in * out * matrix_tile_floats);  // of inputs and of outputs, half as many bytes each
    rows = take((in + out) * matrix_tile_floats);  // of these 16 columns and of the next, half as many bytes each
    // Not at the same time: columns of outputs, and twice those of inputs and transposed ones of outputs; steps of these
    // 16 columns and of the last.
    columns = steps = take(std::max(std::size_t{5}, 2 * (in + out)) * matrix_tile_floats);
    size = at;
  }
};

}  // namespace equivec
