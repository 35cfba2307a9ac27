#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace equivec {

constexpr bool is_ascii(char c) noexcept { return static_cast<unsigned char>(c) < 0x80; }
constexpr bool is_ascii_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr char ascii_lowercase(char c) noexcept { return static_cast<char>(c + (c >= 'A' && c <= 'Z' ? 32 : 0)); }

/// How many bytes at the start of `text` are ASCII.
inline std::size_t ascii_length(std::string_view text) noexcept {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, text.data() + i, 8);
    if ((eight & 0x8080808080808080u) != 0) break;
  }
  while (i < text.size() && is_ascii(text[i])) ++i;
  return i;
}

/// How many bytes at the start of `text` are ASCII and followed by ASCII or nothing: what comes after the others may
/// belong to them, as an accent does to its letter.
inline std::size_t plain_length(std::string_view text) noexcept {
  const std::size_t length = ascii_length(text);
  return length == text.size() || length == 0 ? length : length - 1;
}

}  // namespace equivec
