#pragma once
#include "equivec/math/statistics.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace equivec {

/// How often each example is drawn in a resample.
using DrawnTimes = std::span<const std::uint32_t>;

/// The mean F1 of the classes that occur or are predicted, each example counted as often as it is drawn; empty if none
/// does. All labels are below `classes`.
std::optional<double> macro_f1(std::span<const std::uint32_t> labels, std::span<const std::uint32_t> predicted,
                               std::size_t classes, DrawnTimes times);

/// Empty where all resamples are alike.
std::optional<Interval> resampled_interval(std::size_t items,
                                           const std::function<std::optional<double>(DrawnTimes)>& statistic,
                                           const BootstrapOptions& options);

}  // namespace equivec
