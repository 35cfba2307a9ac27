#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace equivec {

// Numbers in text, independent of the locale. Written so that they read back exactly; a field is parsed as a whole or
// not at all.

/// Room for any number that append_number writes.
inline constexpr std::size_t max_number_bytes = 32;

template <class T>
void append_number(std::string& text, T value) {
  char buffer[max_number_bytes];
  text.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

template <class T>
std::string shortest(T value) {
  std::string text;
  append_number(text, value);
  return text;
}

/// digits / 10^decimals, rounded correctly; empty if that takes more than one division, since the digits or the power
/// are no floats (Clinger 1990, "How to Read Floating Point Numbers Accurately", section 4).
inline std::optional<float> short_decimal(std::uint64_t digits, std::size_t decimals, bool negative) noexcept {
  constexpr std::array<float, 11> powers = {1e0F, 1e1F, 1e2F, 1e3F, 1e4F, 1e5F, 1e6F, 1e7F, 1e8F, 1e9F, 1e10F};
  if (digits > 1 << 24 || decimals >= powers.size()) return std::nullopt;
  const float magnitude = static_cast<float>(digits) / powers[decimals];
  return negative ? -magnitude : magnitude;
}

/// A float; empty if `field` is not one number. Out of float's range it becomes 0 or infinite, as with strtof.
inline std::optional<float> parse_float(std::string_view field) {
  if (field.starts_with('+')) field.remove_prefix(1);
  float value = 0;
  const char* const end = field.data() + field.size();
  const auto [stop, status] = std::from_chars(field.data(), end, value);
  if (stop != end || field.empty()) return std::nullopt;
  if (status == std::errc()) return value;
  if (status != std::errc::result_out_of_range) return std::nullopt;
  // from_chars does not report whether the number was too large or too small. It is too small if it has a negative
  // exponent, or only zeros before its point.
  const std::size_t exponent = field.find_first_of("eE");
  const bool small = exponent != field.npos ? field.substr(exponent + 1).starts_with('-')
                                            : field.substr(0, field.find('.')).find_first_of("123456789") == field.npos;
  const float magnitude = small ? 0.0f : std::numeric_limits<float>::infinity();
  return field.starts_with('-') ? -magnitude : magnitude;
}

template <class T>
std::optional<T> parse_number(std::string_view field) {
  T value{};
  const char* const end = field.data() + field.size();
  const auto [stop, status] = std::from_chars(field.data(), end, value);
  if (stop != end || status != std::errc()) return std::nullopt;
  return value;
}

/// 1234567 as "1,234,567".
inline std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3;) digits.insert(i -= 3, ",");
  return digits;
}

}  // namespace equivec
