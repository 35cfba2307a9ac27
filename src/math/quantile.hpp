#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace equivec {

/// The q-quantile, 0 <= q <= 1, interpolated between the values next to it, as NumPy's quantile does. REQUIRES: at
/// least one value.
inline double quantile_of(std::span<const double> ascending, double q) {
  const double position = q * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  return std::lerp(ascending[below], ascending[above], position - static_cast<double>(below));
}

}  // namespace equivec
