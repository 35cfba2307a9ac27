#include "src/counts/word_counts.hpp"

#include "equivec/base/error.hpp"
#include "src/text/word_scanner.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace equivec {

namespace {

constexpr std::size_t short_word = 16;

/// 16 bytes of ones and 16 of zeros: the mask of a word of n bytes begins at 16 - n.
constexpr auto mask_bytes = [] {
  std::array<unsigned char, 2 * short_word> bytes{};
  for (std::size_t i = 0; i < short_word; ++i) bytes[i] = 0xFF;
  return bytes;
}();

std::uint64_t eight_bytes(const void* from) noexcept {
  std::uint64_t value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

}  // namespace

std::uint64_t prefix_of(std::string_view word) noexcept {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, word.data(), std::min(word.size(), sizeof bytes));
  if constexpr (std::endian::native == std::endian::little) bytes = __builtin_bswap64(bytes);
  return bytes;
}

WordCounts::Key WordCounts::key_of(const char* word, std::size_t length, const char* text_end) const noexcept {
  if (length > short_word) {
    const XXH128_hash_t hash = XXH3_128bits_withSeed(word, length, low_factor_);
    return {hash.low64, hash.high64};
  }
  std::array<char, short_word> copy;
  if (static_cast<std::size_t>(text_end - word) < short_word) {  // must not read beyond the text
    copy.fill('\0');
    std::memcpy(copy.data(), word, length);
    word = copy.data();
  }
  const unsigned char* const mask = mask_bytes.data() + short_word - length;
  return {eight_bytes(word) & eight_bytes(mask), eight_bytes(word + 8) & eight_bytes(mask + 8)};
}

std::size_t WordCounts::home(const Key& key) const noexcept {
  std::uint64_t mixed = (key.low * low_factor_ ^ std::rotl(key.high * high_factor_, 32)) * 0x9E3779B97F4A7C15u;
  mixed ^= mixed >> 32;
  return mixed * 0xD6E8FEB86659FD93u >> shift_;
}

std::uint32_t WordCounts::count(std::string_view word, const Key& key, std::size_t at, std::uint64_t count) {
  for (std::size_t i = at;; i = (i + 1) & (slots_.size() - 1)) {
    Slot& slot = slots_[i];
    if (slot.key == key && slot.length == word.size() &&
        (word.size() <= short_word || this->word(slot.number) == word)) {
      slot.count += count;
      return slot.number;
    }
    if (slot.length != 0) continue;
    if (size() == number_limit) throw Error("the corpus has more than 4,294,967,294 different words");
    const auto number = static_cast<std::uint32_t>(size());
    bytes_ += word;
    ends_.push_back(bytes_.size());
    slot = {key, count, number, static_cast<std::uint32_t>(word.size())};
    return number;
  }
}

void WordCounts::add(std::string_view text, std::span<const std::uint32_t> edges, std::span<WordId> numbers) {
  const std::size_t words = edges.size() / 2;
  reserve(size() + words);
  std::array<Key, WordScanner::batch> keys;
  std::array<std::size_t, WordScanner::batch> homes;
  const char* const text_end = text.data() + text.size();
  // Prefetches the slots of all words before reading the first, so that the cache misses overlap.
  for (std::size_t i = 0; i < words; ++i) {
    keys[i] = key_of(text.data() + edges[2 * i], edges[2 * i + 1] - edges[2 * i], text_end);
    homes[i] = home(keys[i]);
    __builtin_prefetch(&slots_[homes[i]]);
  }
  for (std::size_t i = 0; i < words; ++i) {
    const std::uint32_t length = edges[2 * i + 1] - edges[2 * i];
    Slot& slot = slots_[homes[i]];
    if (slot.key == keys[i] && slot.length == length && length <= short_word) {  // nearly always
      ++slot.count;
      numbers[i] = word_id(slot.number);
    } else {
      numbers[i] = word_id(count({text.data() + edges[2 * i], length}, keys[i], homes[i], 1));
    }
  }
}

std::uint32_t WordCounts::add(std::string_view word, std::uint64_t count) {
  reserve(size() + 1);
  const Key key = key_of(word.data(), word.size(), word.data() + word.size());
  return this->count(word, key, home(key), count);
}

void WordCounts::reserve(std::size_t words) {
  if (2 * words <= slots_.size()) return;
  decltype(slots_) old(std::bit_ceil(std::max<std::size_t>(2 * words, 2 * WordScanner::batch)));
  old.swap(slots_);
  shift_ = 64 - std::countr_zero(slots_.size());
  for (const Slot& slot : old) {
    if (slot.length == 0) continue;
    std::size_t i = home(slot.key);
    while (slots_[i].length != 0) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = slot;
  }
}

std::vector<std::uint64_t> WordCounts::counts() const {
  std::vector<std::uint64_t> result(size());
  for (const Slot& slot : slots_)
    if (slot.length != 0) result[slot.number] = slot.count;
  return result;
}

}  // namespace equivec
