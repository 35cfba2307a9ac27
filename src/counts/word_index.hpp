#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace equivec {

/// Different in each run, so that nobody can make a file whose words all meet in one slot. No result depends on it.
std::uint64_t seed_of_run();

/// Finds the number of a word among words stored elsewhere. Open addressing; the table is at most half full.
class WordIndex {
 public:
  static constexpr std::uint32_t nothing = 0xFFFFFFFFu;

  void reserve(std::size_t words) {
    std::size_t slots = 64;
    while (slots < 2 * words) slots *= 2;
    if (slots > slots_.size()) grow(slots);
  }

  /// Prefetches the slot that find and insert read first, for a word that will be needed soon.
  void prefetch(std::string_view word) const noexcept { __builtin_prefetch(&slots_[home(hash(word))], 1); }

  /// The number of `word`, or `nothing`. word_at(number) must return the word of a number.
  template <class WordAt>
  std::uint32_t find(std::string_view word, const WordAt& word_at) const noexcept {
    return slots_.empty() ? nothing : slots_[slot_of(word, hash(word), word_at)].number;
  }

  /// The same for several words. What they need of the table, and of the words stored elsewhere, is prefetched:
  /// prefetch_place(number) where a word stands, then the word itself.
  template <class WordAt, class PrefetchPlace>
  void find(std::span<const std::string_view> words, std::span<std::uint32_t> numbers, const WordAt& word_at,
            const PrefetchPlace& prefetch_place) const noexcept {
    constexpr std::size_t at_once = 16;
    std::array<std::uint32_t, at_once> codes;
    for (std::size_t begin = 0; begin < words.size(); begin += at_once) {
      const std::size_t count = std::min(at_once, words.size() - begin);
      for (std::size_t i = 0; i < count && !slots_.empty(); ++i) {
        codes[i] = hash(words[begin + i]);
        __builtin_prefetch(&slots_[home(codes[i])]);
      }
      std::uint32_t* const found = &numbers[begin];
      for (std::size_t i = 0; i < count; ++i) {
        found[i] = slots_.empty() ? nothing : first_with(codes[i]);
        if (found[i] != nothing) prefetch_place(found[i]);
      }
      for (std::size_t i = 0; i < count; ++i)
        if (found[i] != nothing) __builtin_prefetch(word_at(found[i]).data());
      for (std::size_t i = 0; i < count; ++i)
        if (found[i] != nothing) found[i] = slots_[slot_of(words[begin + i], codes[i], word_at)].number;
    }
  }

  /// The number of `word`; a new word is inserted with `number`, which is then returned.
  template <class WordAt>
  std::uint32_t insert(std::string_view word, std::uint32_t number, const WordAt& word_at) {
    if (2 * (used_ + 1) > slots_.size()) grow(slots_.empty() ? 64 : 2 * slots_.size());
    const std::uint32_t code = hash(word);
    Slot& slot = slots_[slot_of(word, code, word_at)];
    if (slot.number == nothing) {
      slot = {number, code};
      ++used_;
    }
    return slot.number;
  }

 private:
  struct Slot {
    std::uint32_t number = nothing;
    std::uint32_t hash = 0;
  };

  std::uint32_t hash(std::string_view word) const noexcept {
    return static_cast<std::uint32_t>(XXH3_64bits_withSeed(word.data(), word.size(), seed_));
  }
  /// Where the search for a word begins. Hashes share the slots out in their order, whatever the number of slots.
  std::size_t home(std::uint32_t hash) const noexcept { return hash * slots_.size() >> 32; }

  /// The first word with that hash, which is mostly the one that is looked for.
  std::uint32_t first_with(std::uint32_t code) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = home(code);
    while (slots_[i].number != nothing && slots_[i].hash != code) i = (i + 1) & mask;
    return slots_[i].number;
  }

  template <class WordAt>
  std::size_t slot_of(std::string_view word, std::uint32_t code, const WordAt& word_at) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = home(code);; i = (i + 1) & mask) {
      const Slot& slot = slots_[i];
      if (slot.number == nothing || (slot.hash == code && word_at(slot.number) == word)) return i;
    }
  }

  void grow(std::size_t size) {
    std::vector<Slot> old(size);
    old.swap(slots_);
    const std::size_t mask = size - 1;
    for (const Slot& slot : old) {
      if (slot.number == nothing) continue;
      std::size_t i = home(slot.hash);
      while (slots_[i].number != nothing) i = (i + 1) & mask;
      slots_[i] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
  std::uint64_t seed_ = seed_of_run();
};

}  // namespace equivec
