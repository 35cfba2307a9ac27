#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/math/statistics.hpp"

#include <cstdint>
#include <span>

namespace equivec {

/// The mean of differences, one a thing, with its percentile interval and p-value by bootstrap over the things. The
/// p-value is at least the smallest of a two-sided sign test: a few things may all favour one side by chance. REQUIRES:
/// at least one, all finite.
Difference mean_difference(std::span<const double> differences, const BootstrapOptions& options,
                           const Progress* progress = nullptr);

/// The mean of values drawn with replacement, each so many times.
double mean_over(std::span<const std::uint32_t> times, std::span<const double> values);

}  // namespace equivec
