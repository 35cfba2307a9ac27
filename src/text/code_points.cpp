#include "src/text/code_points.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

namespace equivec {

CodePoint first_code_point(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  // The second byte has narrower limits after four leads: no overlong form, no surrogate, nothing above 0x10FFFF.
  const std::size_t size = lead >= 0xC2 && lead < 0xE0   ? 2
                           : lead >= 0xE0 && lead < 0xF0 ? 3
                           : lead >= 0xF0 && lead < 0xF5 ? 4
                                                         : 0;
  if (size == 0) return {CodePoint::invalid, 1};
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  std::int32_t value = lead & (0x7F >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (i == text.size() || byte(i) < (i == 1 ? low : 0x80) || byte(i) > (i == 1 ? high : 0xBF))
      return {CodePoint::invalid, i};
    value = value << 6 | (byte(i) & 0x3F);
  }
  return {value, size};
}

void append_utf8(std::string& text, std::int32_t code_point) {
  std::array<utf8proc_uint8_t, 4> bytes;
  const auto size = utf8proc_encode_char(code_point, bytes.data());
  text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
}

namespace {

struct Range {
  std::int32_t first, last;
};

/// Han, Hiragana, Katakana, Thai, Lao, Khmer and Myanmar of the Unicode Character Database (Scripts.txt of version 15),
/// with what ScriptExtensions.txt gives to kana; only letters, marks and letter numbers within them count.
constexpr std::array scripts_without_spaces = {
    Range{0x0E01, 0x0EFF},   Range{0x1000, 0x109F},   Range{0x1780, 0x17FF},   Range{0x2E80, 0x2FD5},
    Range{0x3005, 0x3007},   Range{0x3021, 0x3029},   Range{0x3031, 0x3035},   Range{0x3038, 0x303C},
    Range{0x3041, 0x3096},   Range{0x3099, 0x309F},   Range{0x30A1, 0x30FA},   Range{0x30FC, 0x30FF},
    Range{0x31F0, 0x31FF},   Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},   Range{0xA9E0, 0xA9FE},
    Range{0xAA60, 0xAA7F},   Range{0xF900, 0xFAD9},   Range{0xFF66, 0xFF9F},   Range{0x16FE2, 0x16FE3},
    Range{0x16FF0, 0x16FF1}, Range{0x1AFF0, 0x1AFFE}, Range{0x1B000, 0x1B122}, Range{0x1B132, 0x1B132},
    Range{0x1B150, 0x1B155}, Range{0x1B164, 0x1B167}, Range{0x20000, 0x3FFFF}};

bool is_without_spaces(std::int32_t c) {
  const auto range = std::ranges::lower_bound(scripts_without_spaces, c, {}, &Range::last);
  return range != scripts_without_spaces.end() && range->first <= c;
}

CharacterKind kind_of(std::int32_t c) {
  constexpr std::int32_t zero_width_space = 0x200B;  // where words end in scripts without spaces
  if (c == '\'' || c == '-' || c == 0x2019 || c == 0x2010 || c == 0x2011) return CharacterKind::joint;
  if (c == zero_width_space) return CharacterKind::space;
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_NL:
      return is_without_spaces(c) ? CharacterKind::single : CharacterKind::word;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NO:
      return CharacterKind::word;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
      return CharacterKind::space;
    case UTF8PROC_CATEGORY_CF:
      return CharacterKind::format;
    default:
      return CharacterKind::other;
  }
}

/// What a code point decomposes into; itself if it does not.
std::vector<std::int32_t> decomposed(std::int32_t c, int options) {
  std::vector<std::int32_t> result(32);  // the longest has 18
  int last_class = UTF8PROC_BOUNDCLASS_START;
  const auto size = utf8proc_decompose_char(c, result.data(), static_cast<utf8proc_ssize_t>(result.size()),
                                            static_cast<utf8proc_option_t>(options), &last_class);
  result.resize(static_cast<std::size_t>(std::max<utf8proc_ssize_t>(size, 0)));
  return result;
}

bool can_decompose(std::int32_t c) {
  return utf8proc_get_property(c)->decomp_seqindex != UINT16_MAX || (c >= 0xAC00 && c <= 0xD7A3);
}

bool is_normal(std::int32_t c, int options) {
  if (!can_decompose(c)) return true;
  std::vector<std::int32_t> points = decomposed(c, UTF8PROC_DECOMPOSE | options);
  const auto size = utf8proc_normalize_utf32(points.data(), static_cast<utf8proc_ssize_t>(points.size()),
                                             static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  return size == 1 && points[0] == c;
}

}  // namespace

/// Of all code points below a limit; rarer ones are looked up when they come.
class CharacterTable {
 public:
  static constexpr std::int32_t size = 0x20000;

  CharacterTable() {
    // The second of two that may become one is at the end of what these decompose into.
    for (std::int32_t c = 0; c < 0x30000; ++c)
      if (can_decompose(c)) add_second(decomposed(c, UTF8PROC_DECOMPOSE));
    std::ranges::sort(seconds_);
    seconds_.erase(std::unique(seconds_.begin(), seconds_.end()), seconds_.end());
    for (std::int32_t c = 0; c < size; ++c) characters_[static_cast<std::size_t>(c)] = make(c);
  }

  Character of(std::int32_t c) const noexcept { return c < size ? characters_[static_cast<std::size_t>(c)] : make(c); }

 private:
  void add_second(const std::vector<std::int32_t>& decomposition) {
    if (decomposition.size() > 1) seconds_.push_back(decomposition.back());
  }

  Character make(std::int32_t c) const {
    const utf8proc_property_t* const property = utf8proc_get_property(c);
    const std::int32_t first = can_decompose(c) ? decomposed(c, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT).front() : c;
    const bool boundary =
        utf8proc_get_property(first)->combining_class == 0 && !std::ranges::binary_search(seconds_, first);
    Character result;
    result.bits_ = static_cast<std::int32_t>(kind_of(c)) | (property->category == UTF8PROC_CATEGORY_ND) << 3 |
                   (property->boundclass == UTF8PROC_BOUNDCLASS_OTHER) << 4 | boundary << 5 | is_normal(c, 0) << 6 |
                   is_normal(c, UTF8PROC_COMPAT) << 7 | utf8proc_tolower(c) << 8;
    return result;
  }

  std::vector<std::int32_t> seconds_;  // ascending
  std::array<Character, size> characters_;
};

Character Character::of(std::int32_t code_point) noexcept {
  static const auto table = std::make_unique<const CharacterTable>();
  return table->of(code_point);
}

bool is_grapheme_break(std::int32_t before, std::int32_t after, std::int32_t& state) noexcept {
  return utf8proc_grapheme_break_stateful(before, after, &state);
}

}  // namespace equivec
