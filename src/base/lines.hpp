#pragma once

#include "equivec/base/characters.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace equivec {

/// A text without leading and trailing white space.
inline std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// A text without a leading UTF-8 byte order mark, which Windows programs write.
inline std::string_view without_byte_order_mark(std::string_view text) {
  return text.substr(text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
}

/// What must stand before the first word of a text so that without_byte_order_mark() leaves that word whole: a byte
/// order mark if it begins with one, else nothing.
inline std::string_view mark_before(std::string_view first_word) {
  return first_word.starts_with(byte_order_mark) ? byte_order_mark : std::string_view();
}

/// Calls f(line, number) for each line of a text, without its line feed or carriage return, until f returns false.
/// Numbers begin at 1. Returns the number of calls.
template <class F>
std::size_t for_each_line(std::string_view text, F&& f) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!f(line, ++number)) break;
  }
  return number;
}

}  // namespace equivec
