#include "equivec/math/alias_sampler.hpp"

#include "equivec/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace equivec {

AliasSampler::AliasSampler(std::span<const double> weights) : slots_(weights.size()) {
  if (weights.size() > std::numeric_limits<std::uint32_t>::max())
    throw OptionError("more than 2^32 - 1 sampling weights");
  double largest = 0;
  for (const double weight : weights) {
    if (!std::isfinite(weight) || weight < 0) throw OptionError("a sampling weight is negative or not finite");
    largest = std::max(largest, weight);
  }
  if (largest == 0) throw OptionError("all sampling weights are zero");
  double sum = 0;  // in units of the largest weight, so that it cannot overflow
  for (const double weight : weights) sum += weight / largest;

  // Scale to mean 1, then fill up each poor slot from a rich one.
  std::vector<double> scaled(weights.size());
  std::vector<std::uint32_t> poor, rich;
  for (std::uint32_t i = 0; i < scaled.size(); ++i) {
    scaled[i] = weights[i] / largest / sum * static_cast<double>(scaled.size());
    (scaled[i] < 1 ? poor : rich).push_back(i);
  }
  while (!poor.empty() && !rich.empty()) {
    const std::uint32_t p = poor.back(), r = rich.back();
    poor.pop_back();
    slots_[p] = {static_cast<std::uint32_t>(scaled[p] * 0x1p32), r};
    scaled[r] -= 1 - scaled[p];
    if (scaled[r] < 1) {
      rich.pop_back();
      poor.push_back(r);
    }
  }
  // The remaining slots are full except for rounding. Each is its own alias, so `keep` does not matter.
  for (const std::uint32_t i : poor) slots_[i] = {0, i};
  for (const std::uint32_t i : rich) slots_[i] = {0, i};
}

}  // namespace equivec
