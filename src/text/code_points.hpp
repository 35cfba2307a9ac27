#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace equivec {

/// One code point of a text, or a piece of it that is not UTF-8.
struct CodePoint {
  static constexpr std::int32_t invalid = -1;

  std::int32_t value;  ///< invalid: the bytes are not UTF-8
  std::size_t size;    ///< in bytes, at least 1
};

/// The code point at the start of `text`. Bytes that are not UTF-8 come in the pieces for which the Unicode Standard
/// (3.9, "substitution of maximal subparts") gives one U+FFFD each. REQUIRES: !text.empty()
CodePoint first_code_point(std::string_view text) noexcept;

/// Where the last code point begins. REQUIRES: UTF-8, not empty
inline std::size_t begin_of_last_code_point(std::string_view text) noexcept {
  std::size_t begin = text.size() - 1;
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  return begin;
}

void append_utf8(std::string& text, std::int32_t code_point);

/// What a code point is to the tokenizers.
enum class CharacterKind : std::uint8_t {
  word,    ///< letter, mark or number
  single,  ///< letter or mark of a script that is written without spaces: Han, kana, Thai, Lao, Khmer, Burmese
  joint,   ///< apostrophe or hyphen, which is part of a word if it has letters on both sides
  space,   ///< separator or control character
  format,  ///< invisible
  other    ///< punctuation, symbol, and what has no meaning yet
};

/// What the rules of a text need to know of a code point: facts of utf8proc (Unicode 15), and the scripts.
class Character {
 public:
  /// REQUIRES: 0 <= code_point <= 0x10FFFF
  static Character of(std::int32_t code_point) noexcept;

  CharacterKind kind() const noexcept { return static_cast<CharacterKind>(bits_ & 7); }
  bool is_decimal_digit() const noexcept { return (bits_ & 8) != 0; }
  /// Two neighbours for which this is true belong to different graphemes, whatever stands around them.
  bool is_simple() const noexcept { return (bits_ & 16) != 0; }
  /// What comes before it does not change it when a text is normalized, nor is changed by it.
  bool is_boundary() const noexcept { return (bits_ & 32) != 0; }
  /// Normalizing it alone leaves it as it is.
  bool is_nfc() const noexcept { return (bits_ & 64) != 0; }
  bool is_nfkc() const noexcept { return (bits_ & 128) != 0; }
  /// The lower-case letter (Unicode's simple mapping, the same in every language); itself if it has none.
  std::int32_t lowercase() const noexcept { return bits_ >> 8; }

 private:
  friend class CharacterTable;
  std::int32_t bits_;
};

/// Whether graphemes (extended grapheme clusters of Unicode's annex 29) break between neighbours. Call it for all
/// neighbours in order; `state` begins as 0.
bool is_grapheme_break(std::int32_t before, std::int32_t after, std::int32_t& state) noexcept;

}  // namespace equivec
