#include "src/downstream/class_scores.hpp"

#include <vector>

namespace equivec {

std::optional<double> macro_f1(std::span<const std::uint32_t> labels, std::span<const std::uint32_t> predicted,
                               std::size_t classes, DrawnTimes times) {
  std::vector<std::uint64_t> common(classes), all(classes);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    all[labels[i]] += times[i];
    all[predicted[i]] += times[i];
    if (labels[i] == predicted[i]) common[labels[i]] += times[i];
  }
  double sum = 0, occurring = 0;
  for (std::size_t k = 0; k < classes; ++k) {
    if (all[k] == 0) continue;
    sum += 2 * static_cast<double>(common[k]) / static_cast<double>(all[k]);
    ++occurring;
  }
  if (occurring == 0) return std::nullopt;
  return sum / occurring;
}

std::optional<Interval> resampled_interval(std::size_t items,
                                           const std::function<std::optional<double>(DrawnTimes)>& statistic,
                                           const BootstrapOptions& options) {
  const std::vector<double> ascending = bootstrap(items, statistic, options);
  if (ascending.empty() || ascending.front() == ascending.back()) return std::nullopt;
  return percentile_interval(ascending, options);
}

}  // namespace equivec
