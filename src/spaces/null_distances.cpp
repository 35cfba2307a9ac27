#include "src/spaces/null_distances.hpp"

#include "src/math/quantile.hpp"

#include <algorithm>
#include <cmath>

namespace equivec {

namespace {

constexpr std::size_t most_bands = 20, least_of_band = 100;
constexpr double deviation_quantile = 0.8413447460685429;  // of the standard normal distribution at 1
constexpr double least_scale = 1e-9;                       // rounding of distances

}  // namespace

NullDistribution::NullDistribution(std::vector<NullDistance> distances) {
  std::ranges::stable_sort(distances, {}, &NullDistance::frequency);
  const std::size_t bands = std::clamp<std::size_t>(distances.size() / least_of_band, 1, most_bands);
  for (std::size_t b = 0; b < bands; ++b) {
    const std::size_t begin = distances.size() * b / bands, end = distances.size() * (b + 1) / bands;
    std::vector<double> values, frequencies;
    for (std::size_t i = begin; i < end; ++i) {
      values.push_back(distances[i].distance);
      frequencies.push_back(distances[i].frequency);
    }
    std::ranges::sort(values);
    const double median = quantile_of(values, 0.5);
    bands_.push_back({quantile_of(frequencies, 0.5), median,
                      std::max(quantile_of(values, deviation_quantile) - median, least_scale)});
  }
  for (const NullDistance& one : distances) excesses_.push_back(excess(one.frequency, one.distance));
  std::ranges::sort(excesses_);
}

NullDistribution::Band NullDistribution::at(double frequency) const {
  const auto above = std::ranges::upper_bound(bands_, frequency, {}, &Band::frequency);
  if (above == bands_.begin()) return bands_.front();
  if (above == bands_.end()) return bands_.back();
  const Band &low = *(above - 1), &high = *above;
  const double share = (frequency - low.frequency) / (high.frequency - low.frequency);
  return {frequency, std::lerp(low.median, high.median, share), std::lerp(low.scale, high.scale, share)};
}

double NullDistribution::excess(double frequency, double distance) const {
  const Band band = at(frequency);
  return (distance - band.median) / band.scale;
}

double NullDistribution::p_value(double excess) const {
  const auto more = static_cast<double>(excesses_.end() - std::ranges::lower_bound(excesses_, excess));
  return (more + 1) / (static_cast<double>(excesses_.size()) + 1);
}

Interval NullDistribution::interval(double frequency, double distance, double confidence) const {
  const double scale = at(frequency).scale, tail = (1 - confidence) / 2;
  return {distance - scale * quantile_of(excesses_, 1 - tail), distance - scale * quantile_of(excesses_, tail)};
}

}  // namespace equivec
