#pragma once

#include "equivec/base/types.hpp"
#include "src/base/memory.hpp"
#include "src/counts/word_index.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// The first eight bytes as a number: where two words differ in it, it decides their order in bytes.
std::uint64_t prefix_of(std::string_view word) noexcept;

/// Distinct words with their counts, numbered from 0 in the order in which they were first added.
class WordCounts {
 public:
  /// All word numbers are below this.
  static constexpr std::uint32_t number_limit = 0xFFFFFFFEu;

  /// Adds the words that a scanner found in `text`, at most one batch, and writes the number of each.
  void add(std::string_view text, std::span<const std::uint32_t> edges, std::span<WordId> numbers);
  /// Adds one word and returns its number.
  std::uint32_t add(std::string_view word, std::uint64_t count);

  std::size_t size() const noexcept { return ends_.size(); }
  std::string_view word(std::uint32_t number) const noexcept {
    const std::size_t begin = number == 0 ? 0 : ends_[number - 1];
    return std::string_view(bytes_).substr(begin, ends_[number] - begin);
  }
  /// By number.
  std::vector<std::uint64_t> counts() const;
  /// In bytes.
  std::size_t memory() const noexcept {
    return slots_.size() * sizeof(Slot) + bytes_.capacity() + ends_.capacity() * sizeof(std::size_t);
  }

 private:
  /// A word of at most 16 bytes as two numbers, padded with zeros; the hash of a longer one. Two words are equal if key
  /// and length are, and, for long words, also the bytes.
  struct Key {
    std::uint64_t low, high;
    bool operator==(const Key&) const = default;
  };
  /// Half a cache line, so that counting a known word touches only one line.
  struct alignas(32) Slot {
    Key key = {0, 0};
    std::uint64_t count = 0;
    std::uint32_t number = 0;
    std::uint32_t length = 0;  // 0: the slot is free
  };

  Key key_of(const char* word, std::size_t length, const char* text_end) const noexcept;
  std::size_t home(const Key& key) const noexcept;
  std::uint32_t count(std::string_view word, const Key& key, std::size_t slot, std::uint64_t count);
  void reserve(std::size_t words);

  std::vector<Slot, HugePageAllocator<Slot>> slots_;  // open addressing; at most half are in use
  // Odd, and different in each run, so that no text can be made whose words all meet in one slot.
  std::uint64_t low_factor_ = seed_of_run() | 1, high_factor_ = std::rotl(seed_of_run(), 32) | 1;
  int shift_ = 64;  // 64 - log2(slots)
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

}  // namespace equivec
