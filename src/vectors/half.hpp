#pragma once

#include <cmath>
#include <cstdint>

namespace equivec {

/// A number of IEEE 754's binary16 (F16, NumPy's f2).
inline float half_to_float(std::uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const float fraction = static_cast<float>(half & 1023);
  const float value = exponent == 0    ? std::ldexp(fraction, -24)
                      : exponent == 31 ? (fraction == 0 ? INFINITY : NAN)
                                       : std::ldexp(fraction + 1024, exponent - 25);
  return (half & 0x8000) ? -value : value;
}

}  // namespace equivec
