#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace equivec {

// Numbers of 16 bits: IEEE 754's binary16, and bf16, the upper half of a float.

/// Exact; infinities and NaN stay what they are.
inline float half_to_float(std::uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const float fraction = static_cast<float>(half & 1023);
  const float value = exponent == 0    ? std::ldexp(fraction, -24)
                      : exponent == 31 ? (fraction == 0 ? INFINITY : NAN)
                                       : std::ldexp(fraction + 1024, exponent - 25);
  return (half & 0x8000) ? -value : value;
}

/// To nearest, of equally near ones the even; infinite from 65520 on. REQUIRES: no NaN.
inline std::uint16_t float_to_half(float number) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000);
  const float size = std::abs(number);
  if (size >= 65520) return sign | 0x7C00;
  // Below the normal numbers, steps of 2^-24; the carry of the largest makes the least normal number.
  if (size < 0x1p-14f)
    return static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(std::nearbyint(size * 0x1p24f)));
  const std::uint32_t from = bits & 0x7FFFFFFF;
  return static_cast<std::uint16_t>(sign | ((from + 0xFFF + (from >> 13 & 1) - (112u << 23)) >> 13));
}

inline float bf16_to_float(std::uint16_t number) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(number) << 16);
}

/// To nearest, of equally near ones the even; may become infinite. REQUIRES: no NaN.
inline std::uint16_t float_to_bf16(float number) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  return static_cast<std::uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

}  // namespace equivec
