#pragma once

#include "src/base/row_table.hpp"
#include "src/kernels/glove_step.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace equivec {

/// Layout of a row: `stride` values, then as many sums of squares. The values are the vector, the word's bias, the
/// context's bias, then zeros. Of the two biases, the one that does not belong to the row is a constant 1, so that the
/// inner product of two rows includes both biases.
struct GloveLayout {
  std::size_t dimension;

  std::size_t stride() const noexcept { return Table::stride_of(dimension + 2); }
  std::size_t row() const noexcept { return 2 * stride(); }
  std::size_t word_bias() const noexcept { return dimension; }
  std::size_t context_bias() const noexcept { return dimension + 1; }
  std::size_t squares() const noexcept { return stride(); }
};

/// A pair of words: row indices in a tile's two blocks.
struct GlovePair {
  std::uint16_t word, context;
  float count;
};

/// Settings shared by all steps of a training run.
struct GloveSettings {
  GloveLayout layout;
  GloveRates rates;
  double x_max, weight_exponent;
};

/// Number of consecutive pairs whose differences are computed before any of their rows move; the rest at the end of a
/// tile is processed pair by pair.
inline constexpr std::size_t glove_group = 4;

/// Pairs over two blocks of rows: row i begins i * layout.row() floats after the start of its block, at a multiple of
/// 64 bytes.
struct GloveTile {
  float *words, *contexts;
  std::span<const GlovePair> pairs;
  std::size_t context_rows;  ///< rows in the block of contexts
};

/// The step of glove_step.hpp in single precision, pair after pair (but see glove_group), for one instruction set.
/// Returns the sum of the losses. If the processor has a reciprocal square root of 14 bits, it is used as it is.
struct GloveKernels {
  std::string_view instruction_set;
  double (*train)(const GloveSettings&, const GloveTile&);
};

/// For the best instruction set of this processor.
GloveKernels glove_kernels();
/// For all its instruction sets, the best first. Must not be called while other threads train.
std::vector<GloveKernels> all_glove_kernels();

}  // namespace equivec
