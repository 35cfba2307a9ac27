#include "equivec/math/statistics.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "src/base/parallel.hpp"
#include "src/math/binomial.hpp"
#include "src/math/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace equivec {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

bool all_finite(std::span<const double> values) {
  return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

void require_same_size(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size())
    throw Error("both sides need the same number of values, got " + std::to_string(a.size()) + " and " +
                std::to_string(b.size()));
}

/// Indices of the values, ascending by value.
std::vector<std::size_t> sorted_order(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  return order;
}

}  // namespace

std::vector<double> ranks(std::span<const double> values) {
  const std::vector<std::size_t> order = sorted_order(values);
  std::vector<double> result(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) result[order[i]] = static_cast<double>(begin + end + 1) / 2;
    begin = end;
  }
  return result;
}

std::optional<double> pearson(std::span<const double> x, std::span<const double> y) {
  require_same_size(x, y);
  if (x.size() < 2 || !all_finite(x) || !all_finite(y)) return std::nullopt;
  const auto [x_least, x_most] = std::ranges::minmax(x);
  const auto [y_least, y_most] = std::ranges::minmax(y);
  if (x_least == x_most || y_least == y_most) return std::nullopt;  // constant, which rounding would hide below
  // Plain sums: the order of vectorized ones would depend on the values' alignment in memory.
  const auto count = static_cast<double>(x.size());
  const double x_mean = std::accumulate(x.begin(), x.end(), 0.0) / count;
  const double y_mean = std::accumulate(y.begin(), y.end(), 0.0) / count;
  double x_squares = 0, y_squares = 0, products = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double a = x[i] - x_mean, b = y[i] - y_mean;
    x_squares += a * a;
    y_squares += b * b;
    products += a * b;
  }
  const double spread = std::sqrt(x_squares) * std::sqrt(y_squares);
  if (!(spread > 0)) return std::nullopt;
  return std::clamp(products / spread, -1.0, 1.0);
}

std::optional<double> spearman(std::span<const double> x, std::span<const double> y) {
  require_same_size(x, y);
  if (!all_finite(x) || !all_finite(y)) return std::nullopt;
  return pearson(ranks(x), ranks(y));
}

std::string_view name_of(Correlation correlation) {
  return correlation == Correlation::pearson ? "pearson" : "spearman";
}

std::optional<double> correlation(Correlation kind, std::span<const double> x, std::span<const double> y) {
  return kind == Correlation::pearson ? pearson(x, y) : spearman(x, y);
}

namespace {

void require_confidence(double confidence) { require_between("confidence", confidence, 0.01, 0.9999); }

/// Resamples that a thread takes at once: enough to make the cost of its buffers negligible.
constexpr std::size_t piece = 64;

/// The values of all resamples, ascending, without NaN. make() returns a function that computes the value of one
/// resample from its own generator. Each piece of the work calls make() once, so that function may hold buffers.
template <class Make>
std::vector<double> resampled(const BootstrapOptions& options, const Make& make) {
  std::vector<double> values(static_cast<std::size_t>(options.resamples));
  parallel_ranges(values.size(), piece, options.threads, [&](std::size_t begin, std::size_t end) {
    auto value = make();
    for (std::size_t i = begin; i < end; ++i) {
      Rng rng(options.seed, i);
      values[i] = value(rng);
    }
  });
  std::erase_if(values, [](double value) { return std::isnan(value); });
  std::ranges::sort(values);
  return values;
}

using Times = std::span<const std::uint32_t>;

/// The same for a stratified bootstrap: a resample is how often each item was drawn within its stratum.
template <class Make>
std::vector<double> resampled(std::span<const std::size_t> strata, const BootstrapOptions& options, const Make& make) {
  const std::size_t items = std::accumulate(strata.begin(), strata.end(), std::size_t{0});
  if (items > std::numeric_limits<std::uint32_t>::max())
    throw Error("no more than 4294967295 things can be resampled, got " + std::to_string(items));
  if (items == 0) return {};
  return resampled(options, [&] {
    return [strata, times = std::vector<std::uint32_t>(items), value = make()](Rng& rng) mutable {
      std::ranges::fill(times, 0);
      std::size_t begin = 0;
      for (const std::size_t size : strata) {
        const auto count = static_cast<std::uint32_t>(size);
        for (std::uint32_t i = 0; i < count; ++i) ++times[begin + rng.below(count)];
        begin += size;
      }
      return value(Times(times));
    };
  });
}

template <class Make>
std::vector<double> resampled(std::size_t items, const BootstrapOptions& options, const Make& make) {
  return resampled(std::span(&items, 1), options, make);
}

/// One side of a correlation. Sorts once, so that resampling takes time proportional to its size.
class ResampledSide {
 public:
  /// REQUIRES: finite values, at least one.
  ResampledSide(Correlation kind, std::span<const double> values)
      : kind_(kind), groups_(values.size()), values_(values.begin(), values.end()), deviations_(values.size()) {
    const std::vector<std::size_t> order = sorted_order(values);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      group += i > 0 && values[order[i]] != values[order[i - 1]];
      groups_[order[i]] = group;
    }
    if (kind == Correlation::spearman) {
      doubled_ranks_.resize(std::size_t{group} + 1);
      return;
    }
    // Shifted and scaled: the correlation stays the same, and large offsets or units cannot spoil the sums.
    const double middle = std::midpoint(values[order.front()], values[order.back()]);
    const double unit = std::max(values[order.back()] - middle, middle - values[order.front()]);
    for (double& value : values_) value = unit > 0 ? (value - middle) / unit : 0;
  }

  void resample(Times times) {
    squares_ = 0;
    if (constant(times)) return;
    if (kind_ == Correlation::spearman)
      rank(times);
    else
      centre(times);
    for (std::size_t i = 0; i < times.size(); ++i) squares_ += times[i] * deviations_[i] * deviations_[i];
  }

  /// Correlation of the resample; NaN if a side of it is constant.
  friend double correlation_of(const ResampledSide& x, const ResampledSide& y, Times times) {
    const double spread = std::sqrt(x.squares_ * y.squares_);
    if (!(spread > 0)) return nothing;
    double sum = 0;
    for (std::size_t i = 0; i < times.size(); ++i) sum += times[i] * x.deviations_[i] * y.deviations_[i];
    return std::clamp(sum / spread, -1.0, 1.0);
  }

 private:
  /// Whether only equal values were drawn. Fast, because usually the first two differ.
  bool constant(Times times) const {
    std::size_t first = 0;
    while (times[first] == 0) ++first;
    for (std::size_t i = first + 1; i < times.size(); ++i)
      if (times[i] > 0 && groups_[i] != groups_[first]) return false;
    return true;
  }

  /// Twice the ranks' deviations from their mean, which are integers: sums of their products are exact for up to some
  /// 200,000 items.
  void rank(Times times) {
    std::ranges::fill(doubled_ranks_, 0);
    for (std::size_t i = 0; i < times.size(); ++i) doubled_ranks_[groups_[i]] += times[i];
    auto before = -static_cast<std::int64_t>(times.size());
    for (std::int64_t& group : doubled_ranks_) {
      const std::int64_t drawn = group;
      group = before + drawn;
      before += 2 * drawn;
    }
    for (std::size_t i = 0; i < times.size(); ++i) deviations_[i] = static_cast<double>(doubled_ranks_[groups_[i]]);
  }

  void centre(Times times) {
    double sum = 0;
    for (std::size_t i = 0; i < times.size(); ++i) sum += times[i] * values_[i];
    const double mean = sum / static_cast<double>(times.size());
    for (std::size_t i = 0; i < times.size(); ++i) deviations_[i] = values_[i] - mean;
  }

  Correlation kind_;
  std::vector<std::uint32_t> groups_;  // of equal values, numbered in ascending order
  std::vector<double> values_;
  std::vector<std::int64_t> doubled_ranks_;  // of the groups, for Spearman
  std::vector<double> deviations_;           // of the resample's values or ranks from their mean
  double squares_ = 0;                       // sum of the resample's squared deviations
};

}  // namespace

void validate(const BootstrapOptions& options) {
  require_between("resamples", options.resamples, 1, 10000000);
  require_confidence(options.confidence);
  require_between("threads", options.threads, 0, 4096);
}

std::vector<double> bootstrap(std::size_t items, const std::function<std::optional<double>(Times times)>& statistic,
                              const BootstrapOptions& options) {
  validate(options);
  return resampled(items, options, [&] { return [&](Times times) { return statistic(times).value_or(nothing); }; });
}

std::vector<double> bootstrap(std::span<const std::size_t> strata,
                              const std::function<std::optional<double>(Times times)>& statistic,
                              const BootstrapOptions& options) {
  validate(options);
  return resampled(strata, options, [&] { return [&](Times times) { return statistic(times).value_or(nothing); }; });
}

std::optional<Interval> percentile_interval(std::span<const double> ascending, const BootstrapOptions& options) {
  validate(options);
  if (ascending.size() * 20 < static_cast<std::size_t>(options.resamples) * 19) return std::nullopt;
  return Interval{quantile_of(ascending, (1 - options.confidence) / 2),
                  quantile_of(ascending, (1 + options.confidence) / 2)};
}

std::optional<Interval> correlation_interval(Correlation kind, std::span<const double> x, std::span<const double> y,
                                             const BootstrapOptions& options) {
  validate(options);
  if (!correlation(kind, x, y)) return std::nullopt;
  const ResampledSide x_side(kind, x), y_side(kind, y);
  const auto make = [&] {
    return [a = x_side, b = y_side](Times times) mutable {
      a.resample(times);
      b.resample(times);
      return correlation_of(a, b, times);
    };
  };
  return percentile_interval(resampled(x.size(), options, make), options);
}

double bootstrap_p_value(std::span<const double> ascending) {
  constexpr double rounding = 1e-12;
  const auto at_most_0 = std::ranges::upper_bound(ascending, rounding) - ascending.begin();
  const auto at_least_0 = ascending.end() - std::ranges::lower_bound(ascending, -rounding);
  return std::min(
      1.0, 2 * static_cast<double>(std::min(at_most_0, at_least_0) + 1) / static_cast<double>(ascending.size() + 1));
}

std::optional<Difference> compare_correlations(Correlation kind, std::span<const double> scores,
                                               std::span<const double> first, std::span<const double> second,
                                               const BootstrapOptions& options) {
  validate(options);
  const auto with_first = correlation(kind, scores, first), with_second = correlation(kind, scores, second);
  if (!with_first || !with_second) return std::nullopt;
  Difference result{*with_first - *with_second, {}, {}, scores.size()};
  const ResampledSide scores_side(kind, scores), first_side(kind, first), second_side(kind, second);
  const auto make = [&] {
    return [s = scores_side, a = first_side, b = second_side](Times times) mutable {
      s.resample(times);
      a.resample(times);
      b.resample(times);
      return correlation_of(s, a, times) - correlation_of(s, b, times);
    };
  };
  const std::vector<double> differences = resampled(scores.size(), options, make);
  result.interval = percentile_interval(differences, options);
  if (!result.interval) return result;
  result.p_value = bootstrap_p_value(differences);
  return result;
}

namespace {

void require_possible(const Proportion& proportion) {
  if (proportion.count > proportion.total)
    throw Error("a proportion needs a count that is at most the total, got " + std::to_string(proportion.count) +
                " of " + std::to_string(proportion.total));
}

/// Draws how many items of a resample have a property that `count` of `total` items have. Tabulates the probabilities
/// that are not too small ever to be drawn, so its size grows with the square root of the total.
class ResampledCount {
 public:
  /// REQUIRES: total > 0, count <= total.
  explicit ResampledCount(const Proportion& proportion) : least_(static_cast<double>(proportion.count)) {
    const auto count = static_cast<double>(proportion.count), total = static_cast<double>(proportion.total);
    // Probabilities are relative to that of `count`, the most probable number.
    constexpr double negligible = 1e-22;
    std::vector<double> probabilities;
    const double odds_against = (total - count) / count;
    for (double p = 1; least_ > 0;) {
      p *= least_ / (total - least_ + 1) * odds_against;
      if (!(p > negligible)) break;
      probabilities.push_back(p);
      --least_;
    }
    std::ranges::reverse(probabilities);
    probabilities.push_back(1);
    const double odds = count / (total - count);
    double p = 1;
    for (double k = count; k < total; ++k) {
      p *= (total - k) / (k + 1) * odds;
      if (!(p > negligible)) break;
      probabilities.push_back(p);
    }
    std::partial_sum(probabilities.begin(), probabilities.end(), probabilities.begin());
    for (double& cumulative : probabilities) cumulative /= probabilities.back();
    cumulative_ = std::move(probabilities);
  }

  double draw(Rng& rng) const {
    return least_ +
           static_cast<double>(std::ranges::lower_bound(cumulative_, rng.uniform_double()) - cumulative_.begin());
  }

 private:
  double least_;                    // the first number in the table
  std::vector<double> cumulative_;  // ends with 1
};

}  // namespace

std::optional<Interval> proportion_interval(const Proportion& proportion, double confidence) {
  require_confidence(confidence);
  require_possible(proportion);
  if (proportion.total == 0) return std::nullopt;
  const auto count = static_cast<double>(proportion.count), total = static_cast<double>(proportion.total);
  return Interval{binomial_quantile(total, count / total, (1 - confidence) / 2) / total,
                  binomial_quantile(total, count / total, (1 + confidence) / 2) / total};
}

std::optional<Interval> mean_proportion_interval(std::span<const Proportion> proportions,
                                                 const BootstrapOptions& options) {
  validate(options);
  struct Part {
    ResampledCount count;
    double total;
  };
  std::vector<Part> parts;
  for (const Proportion& proportion : proportions) {
    require_possible(proportion);
    if (proportion.total > 0) parts.push_back({ResampledCount(proportion), static_cast<double>(proportion.total)});
  }
  if (parts.empty()) return std::nullopt;
  const auto mean = [&](Rng& rng) {
    double sum = 0;
    for (const Part& part : parts) sum += part.count.draw(rng) / part.total;
    return sum / static_cast<double>(parts.size());
  };
  return percentile_interval(resampled(options, [&] { return mean; }), options);
}

std::vector<double> false_discovery_rates(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> rates(p_values.size());
  double least = 1;
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    least = std::min(least, p_values[order[rank - 1]] * static_cast<double>(order.size()) / static_cast<double>(rank));
    rates[order[rank - 1]] = least;
  }
  return rates;
}

double mcnemar(const Discordance& discordance) {
  const auto fewer = static_cast<double>(std::min(discordance.only_first, discordance.only_second));
  const auto more = static_cast<double>(std::max(discordance.only_first, discordance.only_second));
  return fewer == more ? 1 : std::min(1.0, 2 * binomial_cdf(fewer + more, 0.5, fewer));
}

std::optional<Difference> compare_proportions(const Discordance& discordance, const BootstrapOptions& options) {
  validate(options);
  const auto [only_first, only_second, total] = discordance;
  if (only_first > total || only_second > total - only_first)
    throw Error("no more things can be discordant than there are, got " + std::to_string(only_first) + " and " +
                std::to_string(only_second) + " of " + std::to_string(total));
  if (total == 0) return std::nullopt;
  // The smaller side is drawn, so that exchanging the two sides negates every resample.
  const auto fewer = static_cast<double>(std::min(only_first, only_second));
  const auto discordant = static_cast<double>(only_first + only_second), things = static_cast<double>(total);
  const double share = discordant == 0 ? 0 : fewer / discordant;
  const bool second_is_better = only_first < only_second;
  const ResampledCount discordant_count({only_first + only_second, total});
  const auto difference = [&](Rng& rng) {
    const double drawn = discordant_count.draw(rng);
    const double drawn_fewer = binomial_quantile(drawn, share, rng.uniform_double());
    return (second_is_better ? 2 * drawn_fewer - drawn : drawn - 2 * drawn_fewer) / things;
  };
  return Difference{(static_cast<double>(only_first) - static_cast<double>(only_second)) / things,
                    percentile_interval(resampled(options, [&] { return difference; }), options), mcnemar(discordance),
                    total};
}

}  // namespace equivec
