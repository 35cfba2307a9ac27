#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace equivec {

/// Finds the same words and line ends as tokenize(), in the same order, in batches. White space is detected for 64
/// bytes at once, as the bits of a number; words begin and end where neighbouring bits differ. So there is no
/// unpredictable branch for each byte.
class WordScanner {
 public:
  /// Most words in a batch: few enough that the batch's data stay in the L1 cache.
  static constexpr std::size_t batch = 256;

  /// REQUIRES: text.size() < 2^32
  explicit WordScanner(std::string_view text) : text_(text) {}

  /// Goes to the next batch; false at the end of the text.
  bool next();

  /// Word i of the batch is the bytes [edges()[2 * i], edges()[2 * i + 1]) of the text.
  std::span<const std::uint32_t> edges() const noexcept { return {edges_.data(), count_ - count_ % 2}; }
  /// For each line feed, the number of the batch's words before it.
  std::span<const std::uint32_t> line_ends() const noexcept { return {line_ends_.data(), line_count_}; }

 private:
  std::string_view text_;
  std::size_t position_ = 0;
  std::uint64_t in_word_ = 0;  // 1: the byte before position_ belongs to a word
  std::size_t count_ = 0;      // number of edges; odd if a word continues after the batch
  std::size_t line_count_ = 0;
  std::array<std::uint32_t, 2 * batch> edges_, line_ends_;
};

}  // namespace equivec
