#include "src/text/word_scanner.hpp"

#include "equivec/base/characters.hpp"
#include "src/text/byte_flags.hpp"

#include <algorithm>
#include <bit>

namespace equivec {

namespace {

constexpr std::size_t width = flag_width;

/// std::popcount is a function call if the target may lack the instruction.
std::size_t ones_in(std::uint64_t bits) noexcept {
  bits -= bits >> 1 & 0x5555555555555555u;
  bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
  return ((bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0Fu) * 0x0101010101010101u >> 56;
}

}  // namespace

bool WordScanner::next() {
  // Continues the word in which the last batch ended.
  if (count_ % 2 == 1) edges_[0] = edges_[count_ - 1];
  count_ %= 2;
  line_count_ = 0;
  if (position_ > text_.size()) return false;

  // Goes one byte beyond the text, which counts as a space and ends the last word.
  while (position_ <= text_.size() && std::max(count_, line_count_) + width <= 2 * batch) {
    std::array<char, width> padded;
    const char* bytes = text_.data() + position_;
    const std::size_t left = text_.size() - position_;
    if (left < width) {
      padded.fill(' ');
      std::copy_n(bytes, left, padded.begin());
      bytes = padded.data();
    }
    ByteFlags word_flags, line_flags;
    for (std::size_t i = 0; i < width; ++i) {
      word_flags[i] = !is_space(bytes[i]);
      line_flags[i] = bytes[i] == '\n';
    }
    const std::uint64_t words = bits_of(word_flags);
    const std::uint64_t changes = words ^ (words << 1 | in_word_);
    in_word_ = words >> 63;

    for (std::uint64_t lines = bits_of(line_flags); lines != 0; lines &= lines - 1) {
      const std::uint64_t until = lines ^ (lines - 1);
      line_ends_[line_count_++] = static_cast<std::uint32_t>((count_ + ones_in(changes & until)) / 2);
    }
    const auto base = static_cast<std::uint32_t>(position_);
    std::uint64_t rest = changes;
    std::uint32_t* to = edges_.data() + count_;
    do {
      for (int i = 0; i < 8; ++i) {
        to[i] = base + static_cast<std::uint32_t>(std::countr_zero(rest));
        rest &= rest - 1;
      }
      to += 8;
    } while (rest != 0);
    count_ += ones_in(changes);
    position_ += width;
  }
  return true;
}

}  // namespace equivec
