#pragma once

#include "src/base/row_table.hpp"
#include "src/kernels/glove_step.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace equivec {

/// Where a row has what: `stride` values, then as many sums of squares. The values are the vector, then the word's
/// bias, then the context's; the one that is not its own is 1 and never changes, so that the inner product of two rows
/// has both biases in it. Then zeros.
struct GloveLayout {
  std::size_t dimension;

  std::size_t stride() const noexcept { return Table::stride_of(dimension + 2); }
  std::size_t row() const noexcept { return 2 * stride(); }
  std::size_t word_bias() const noexcept { return dimension; }
  std::size_t context_bias() const noexcept { return dimension + 1; }
  std::size_t squares() const noexcept { return stride(); }
};

/// A pair of words, by their places in a tile's blocks of rows.
struct GlovePair {
  std::uint16_t word, context;
  float count;
};

/// What the steps of one training have in common.
struct GloveSettings {
  GloveLayout layout;
  GloveRates rates;
  double x_max, weight_exponent;
};

/// So many pairs, one after the other, know their differences before any of them moves; what is left over in the end
/// goes pair by pair.
inline constexpr std::size_t glove_group = 4;

/// Pairs that use rows of two blocks: row i of one begins i * layout.row() floats after its first, at a multiple of 64
/// bytes.
struct GloveTile {
  float *words, *contexts;
  std::span<const GlovePair> pairs;
  std::size_t context_rows;  ///< of their block
};

/// The step of glove_step.hpp in single precision for one pair after the other (but see glove_group), for one
/// instruction set. Returns the sum of the losses. Where the processor has a reciprocal square root of 14 bits, that is
/// exact enough.
struct GloveKernels {
  std::string_view instruction_set;
  double (*train)(const GloveSettings&, const GloveTile&);
};

/// Of the best instruction set that this processor has.
GloveKernels glove_kernels();
/// Of all that it has, the best one first. Not to be called while others train.
std::vector<GloveKernels> all_glove_kernels();

}  // namespace equivec
