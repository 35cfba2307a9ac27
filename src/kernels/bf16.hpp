#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

namespace equivec {

/// Whether this processor has a matrix unit for bf16 (AMX-BF16) and the system lets this process use it. The first call
/// asks the system for that.
bool has_matrix_unit() noexcept;

/// Whether it has the vector instruction for products of bf16 (AVX512_BF16).
bool has_bf16_products() noexcept;

/// Whether that instruction is faster than two of single precision: not on Intel's processors, which take four times as
/// long for it as for one.
bool has_fast_bf16_products() noexcept;

/// How the products of a group are made: in single precision, or of numbers rounded to bf16, by the vector instruction
/// or by the matrix unit.
enum class Products { single, bf16, matrices };

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
    rows = take((in + out) * matrix_tile_floats);        // of these 16 columns and of the next, half as many bytes each
    // Not at the same time: 32 columns of outputs, and twice those of inputs and transposed ones of outputs; the same
    // with all columns; steps of these 16 columns and of the last.
    columns = steps =
        take(std::max({std::size_t{5}, 1 + (in + 1) * ((stride + 31) / 32), 2 * (in + out)}) * matrix_tile_floats);
    size = at;
  }
};

/// The same for the vector instruction.
struct ProductScratch {
  std::size_t zeros, pointers, factors, of_inputs, of_outputs, rows, pairs, transposed, size;

  constexpr ProductScratch(std::size_t inputs, std::size_t outputs, std::size_t stride) {
    const std::size_t in = matrix_tiles(inputs), out = matrix_tiles(outputs);
    std::size_t at = 0;
    const auto take = [&](std::size_t floats) { return std::exchange(at, at + floats); };
    zeros = take(stride);
    pointers = take((in + out) * matrix_tile * sizeof(float*) / sizeof(float));
    factors = take(in * out * matrix_tile_floats);
    of_inputs = take(in * out * matrix_tile_floats / 2);
    of_outputs = take(in * out * matrix_tile_floats / 2);
    rows = take(in * ((stride + 31) / 32) * matrix_tile_floats);
    pairs = take(in * stride / 16 * matrix_tile_floats / 2);
    transposed = take((stride + 31) / 32 * matrix_tile_floats);
    size = at;
  }
};

}  // namespace equivec
