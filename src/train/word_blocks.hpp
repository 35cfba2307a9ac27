#pragma once

#include "equivec/base/types.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace equivec {

/// The words of a vocabulary dealt out to blocks, there and back again, so that blocks of words that are sorted by
/// frequency have about as much of the text each. A function of the number alone: it takes no memory.
class WordBlocks {
 public:
  WordBlocks(std::size_t words, std::size_t blocks)
      : words_(static_cast<std::uint32_t>(words)), blocks_(static_cast<std::uint32_t>(blocks)) {}

  std::size_t words() const noexcept { return words_; }
  std::size_t blocks() const noexcept { return blocks_; }
  /// Of every block; in the last one a block may have no word.
  std::size_t rows() const noexcept { return (words_ + blocks_ - 1) / blocks_; }

  struct Place {
    std::uint32_t block, row;
  };
  Place place(WordId word) const noexcept {
    const auto number = static_cast<std::uint32_t>(index(word));
    const std::uint32_t row = number / blocks_;
    return {in_row(row, number % blocks_), row};
  }
  /// The number of the word, of an empty place one that no word has.
  std::size_t word(std::size_t block, std::size_t row) const noexcept {
    return row * blocks_ + in_row(static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(block));
  }
  /// Rows of a block that are words': the first ones.
  std::size_t rows_of(std::size_t block) const noexcept {
    return rows() - (rows() > 0 && word(block, rows() - 1) >= words_ ? 1 : 0);
  }

 private:
  std::uint32_t in_row(std::uint32_t row, std::uint32_t k) const noexcept { return row % 2 == 0 ? k : blocks_ - 1 - k; }

  std::uint32_t words_, blocks_;
};

}  // namespace equivec
