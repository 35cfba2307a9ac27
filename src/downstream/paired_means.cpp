#include "src/downstream/paired_means.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace equivec {

double mean_over(std::span<const std::uint32_t> times, std::span<const double> values) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += times[i] * values[i];
  return sum / static_cast<double>(values.size());
}

Difference mean_difference(std::span<const double> differences, const BootstrapOptions& options,
                           const Progress* progress) {
  const std::size_t size = differences.size();
  double mean = 0;
  for (const double difference : differences) mean += difference / static_cast<double>(size);
  const std::vector<double> ascending = bootstrap(
      size,
      [&](std::span<const std::uint32_t> times) {
        check_cancelled(progress);
        return mean_over(times, differences);
      },
      options);
  const double least = std::min(std::ldexp(2.0, -static_cast<int>(std::min<std::size_t>(size, 1000))), 1.0);
  return {mean, percentile_interval(ascending, options), std::max(bootstrap_p_value(ascending), least), size};
}

}  // namespace equivec
