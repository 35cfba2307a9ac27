#pragma once

#include "equivec/base/export.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// Ranks from 1; equal values get the mean of their ranks. REQUIRES: no NaN.
std::vector<double> ranks(std::span<const double> values);

/// Pearson's correlation; empty for fewer than two values, if one side is constant, or if a value is not finite.
/// Throws Error unless both sides have the same size, like every function here that takes several.
std::optional<double> pearson(std::span<const double> x, std::span<const double> y);
/// Spearman's correlation: Pearson's of the ranks.
std::optional<double> spearman(std::span<const double> x, std::span<const double> y);

enum class Correlation { pearson, spearman };

std::string_view name_of(Correlation correlation);
std::optional<double> correlation(Correlation kind, std::span<const double> x, std::span<const double> y);

struct Interval {
  double low, high;
  friend bool operator==(const Interval&, const Interval&) = default;
};

struct BootstrapOptions {
  int resamples = 10000;     ///< 1 to 10,000,000
  double confidence = 0.95;  ///< 0.01 to 0.9999: share of the resampled values inside an interval
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// Throws OptionError. All functions that take the options call it.
void validate(const BootstrapOptions& options);

/// Values of a statistic over resamples of `items` things with replacement (Efron 1979), ascending. Resamples where the
/// statistic is empty or NaN are left out, so there may be fewer values than resamples; zero items give no values.
/// `statistic` gets how often each thing was drawn, `items` draws in all; several threads call it at once. Every
/// resample has its own random stream and depends only on that and the number of things. Throws Error for 2^32 things
/// or more, and whatever `statistic` throws.
std::vector<double> bootstrap(
    std::size_t items, const std::function<std::optional<double>(std::span<const std::uint32_t> times)>& statistic,
    const BootstrapOptions& options = {});

/// Stratified bootstrap: the things come in consecutive groups of the sizes `strata`, each resampled separately.
std::vector<double> bootstrap(
    std::span<const std::size_t> strata,
    const std::function<std::optional<double>(std::span<const std::uint32_t> times)>& statistic,
    const BootstrapOptions& options = {});

/// The percentile interval (Efron and Tibshirani 1993, chapter 13) of what bootstrap() gives for the same options: its
/// ends are interpolated between the values next to them, as NumPy's percentile does. Empty if fewer than 95 % of the
/// resamples have a value: those without would have lain at some end, nobody knows which.
std::optional<Interval> percentile_interval(std::span<const double> ascending, const BootstrapOptions& options = {});

/// Percentile interval of a correlation, from resamples of the pairs (x[i], y[i]). Empty if the correlation is, or if
/// more than 5 % of the resamples have none since one side of them is constant: of three pairs every ninth is.
std::optional<Interval> correlation_interval(Correlation kind, std::span<const double> x, std::span<const double> y,
                                             const BootstrapOptions& options = {});

struct Difference {
  double value;                      ///< first minus second
  std::optional<Interval> interval;  ///< of that; empty if too few resamples have a value
  std::optional<double> p_value;     ///< two-sided, at most 1; empty if there is no interval
  std::uint64_t count;               ///< things that were compared
};

/// Two-sided p-value of the null hypothesis of no difference, from B ascending bootstrap values d of a difference:
/// 2 min(#(d <= 0) + 1, #(d >= 0) + 1) / (B + 1), at most 1. The observed value counts once more on either side
/// (Davison and Hinkley 1997, chapter 4), so the p-value is never 0. Differences below 1e-12 are rounding and count as
/// 0.
double bootstrap_p_value(std::span<const double> ascending);

/// Whether `first` agrees better with `scores` than `second` does, over the same things: the difference of their
/// correlations with the scores, its percentile interval from resamples that both share, and bootstrap_p_value of
/// these. Empty if either correlation is.
std::optional<Difference> compare_correlations(Correlation kind, std::span<const double> scores,
                                               std::span<const double> first, std::span<const double> second,
                                               const BootstrapOptions& options = {});

/// The p-values of several tests, adjusted: calling those at most q keeps the expected share of false calls at q or
/// below if the tests are independent or positively dependent (Benjamini and Hochberg 1995; Benjamini and Yekutieli
/// 2001). In the order given. REQUIRES: no NaN.
std::vector<double> false_discovery_rates(std::span<const double> p_values);

/// `count` of `total` things have a property. Functions throw Error if count > total.
struct Proportion {
  std::uint64_t count = 0, total = 0;
};

/// Percentile interval of a proportion, in the limit of infinitely many resamples: the count in a resample is binomial,
/// and the quantiles used are exact. If none or all have the property, all resamples are equal and the interval is that
/// single point. Empty if total is 0. Throws OptionError for a confidence outside the range of BootstrapOptions.
std::optional<Interval> proportion_interval(const Proportion& proportion, double confidence = 0.95);

/// Percentile interval of the mean of several proportions that weigh the same, each resampled by itself (stratified).
/// Those with total 0 are left out; empty if none is left.
std::optional<Interval> mean_proportion_interval(std::span<const Proportion> proportions,
                                                 const BootstrapOptions& options = {});

/// Of `total` things answered by two systems: how many only the first got right, and how many only the second.
struct Discordance {
  std::uint64_t only_first = 0, only_second = 0, total = 0;
};

/// McNemar's test (1947), exact and two-sided: the probability of a split of the discordant things at least as uneven
/// as this, if each were equally likely to be on either side; 1 if there is none. Does not depend on the total.
double mcnemar(const Discordance& discordance);

/// (only_first - only_second) / total with its percentile interval and McNemar's p-value. A resample draws two binomial
/// counts rather than things, so the time hardly grows with the total. Empty if total is 0. Throws Error if
/// only_first + only_second > total.
std::optional<Difference> compare_proportions(const Discordance& discordance, const BootstrapOptions& options = {});

}  // namespace equivec
