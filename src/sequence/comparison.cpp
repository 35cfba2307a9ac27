#include "equivec/sequence/comparison.hpp"

#include <boost/math/distributions/students_t.hpp>

#include <cmath>
#include <utility>

namespace equivec {

namespace {

struct SampleMoments {
  double mean = 0, error = 0;  // standard error of the mean
};

SampleMoments moments_of(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  SampleMoments result;
  for (const double value : values) result.mean += value / count;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  if (count > 1) result.error = std::sqrt(squares / (count - 1) / count);
  return result;
}

std::optional<Interval> t_interval(std::span<const double> values, double confidence) {
  if (values.size() < 2) return std::nullopt;
  const SampleMoments moments = moments_of(values);
  const boost::math::students_t t(static_cast<double>(values.size()) - 1);
  const double width = boost::math::quantile(t, 0.5 + confidence / 2) * moments.error;
  return Interval{moments.mean - width, moments.mean + width};
}

std::optional<Difference> over_seeds(const SeededScores& scores, const SeededScores& first, double confidence) {
  if (scores.values.size() < 2) return std::nullopt;
  std::vector<double> differences;
  for (std::size_t i = 0; i < scores.values.size(); ++i) differences.push_back(scores.values[i] - first.values[i]);
  const SampleMoments moments = moments_of(differences);
  const boost::math::students_t t(static_cast<double>(differences.size()) - 1);
  Difference result{moments.mean, t_interval(differences, confidence), 1.0, differences.size()};
  // Equal differences of all seeds have no error, and no t.
  if (moments.error > 0)
    result.p_value = 2 * boost::math::cdf(boost::math::complement(t, std::abs(moments.mean) / moments.error));
  else if (moments.mean != 0)
    result.p_value = 0;
  return result;
}

/// Numerators and denominators summed over the seeds.
MeasureParts summed(std::span<const MeasureParts> parts) {
  MeasureParts sum = parts[0];
  for (const MeasureParts& each : parts.subspan(1))
    for (std::size_t i = 0; i < sum.numerators.size(); ++i) {
      sum.numerators[i] += each.numerators[i];
      sum.denominators[i] += each.denominators[i];
    }
  return sum;
}

}  // namespace

std::optional<Difference> difference_of_sums(const MeasureParts& first, const MeasureParts& second, bool exponential,
                                             const BootstrapOptions& options) {
  if (first.numerators.empty() || second.numerators.empty()) return std::nullopt;
  const auto difference = [&](std::span<const std::uint32_t> times) -> std::optional<double> {
    const auto a = ratio_of(first, exponential, times), b = ratio_of(second, exponential, times);
    if (!a || !b) return std::nullopt;
    return *a - *b;
  };
  const std::size_t count = first.numerators.size();
  const std::optional<double> value = difference(std::vector<std::uint32_t>(count, 1));
  if (!value) return std::nullopt;
  const std::vector<double> ascending = bootstrap(count, difference, options);
  const std::optional<Interval> interval = percentile_interval(ascending, options);
  if (!interval) return std::nullopt;
  return Difference{*value, interval, bootstrap_p_value(ascending), count};
}

std::vector<ComparedScores> compare(std::vector<SeededScores> scores, bool exponential,
                                    const BootstrapOptions& options) {
  validate(options);
  std::vector<ComparedScores> result;
  for (SeededScores& each : scores) {
    ComparedScores compared;
    compared.mean = moments_of(each.values).mean;
    compared.interval = t_interval(each.values, options.confidence);
    if (!result.empty()) {
      compared.over_seeds = over_seeds(each, result[0].scores, options.confidence);
      if (!each.parts.empty() && !result[0].scores.parts.empty())
        compared.over_examples =
            difference_of_sums(summed(each.parts), summed(result[0].scores.parts), exponential, options);
    }
    compared.scores = std::move(each);
    result.push_back(std::move(compared));
  }
  return result;
}

}  // namespace equivec
