#include "equivec/math/permutation_test.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "src/base/parallel.hpp"
#include "src/math/binomial.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <utility>

namespace equivec {

namespace {

/// Values and their sums as integers: the order of addition does not matter, and equal sums compare equal.
using Units = std::int64_t;

/// The choices of `chosen` of the values; those whose sum is at least `threshold` are counted.
struct Choices {
  std::vector<Units> values;
  std::size_t chosen;  // at most half of the values
  Units threshold;
};

Choices choices_of(std::span<const double> first, std::span<const double> second) {
  // A large sum of the first is a small one of the second, so the smaller side can be the chosen one.
  const bool exchanged = second.size() < first.size();
  const double sign = exchanged ? -1 : 1;
  if (exchanged) std::swap(first, second);
  // A unit of 2^-40, about 1e-12; a larger one if 2^20 values or more could overflow a sum.
  const int bits = std::min(40, 61 - static_cast<int>(std::bit_width(first.size() + second.size())));
  Choices result{{}, first.size(), 0};
  for (const auto& side : {first, second})
    for (const double value : side)
      result.values.push_back(static_cast<Units>(std::llround(std::ldexp(sign * value, bits))));
  for (std::size_t i = 0; i < result.chosen; ++i) result.threshold += result.values[i];
  // Sums that tie exactly may differ by half a unit for each of their values, by rounding.
  result.threshold -= static_cast<Units>(result.chosen);
  return result;
}

// All choices are counted for up to this many values or up to this many choices.
constexpr std::size_t most_values = 50;
constexpr std::uint64_t most_choices = 5000000;

/// The number of choices; empty if there are too many to count. REQUIRES: chosen <= values / 2.
std::optional<std::uint64_t> countable_choices(std::size_t values, std::size_t chosen) {
  std::uint64_t choices = 1;
  for (std::uint64_t i = 0; i < chosen; ++i) {
    choices = choices * (values - i) / (i + 1);  // at most 2^47 * 50, or 5,000,000 * 2^32
    // Up to half of the values the number only increases.
    if (values > most_values && choices > most_choices) return std::nullopt;
  }
  return choices;
}

/// [k]: the sums of all choices of k of the values, for k = 0 ... most.
using SumsBySize = std::vector<std::vector<Units>>;

SumsBySize sums_by_size(std::span<const Units> values, std::size_t most) {
  SumsBySize sums(std::min(most, values.size()) + 1);
  sums[0] = {0};
  for (const Units value : values) {
    for (std::size_t k = sums.size() - 1; k > 0; --k)
      for (const Units sum : sums[k - 1]) sums[k].push_back(sum + value);
  }
  return sums;
}

/// Number of pairs (one number of each side) whose sum is at least `threshold`. Both sides are ascending.
std::uint64_t pairs_at_least(std::span<const Units> a, std::span<const Units> b, Units threshold) {
  std::uint64_t pairs = 0;
  std::size_t i = 0, left = b.size();
  // No branch on the comparison, which would be unpredictable.
  while (i < a.size() && left > 0) {
    const bool enough = a[i] + b[left - 1] >= threshold;  // if true, also for all later numbers of a
    pairs += enough ? a.size() - i : 0;
    left -= enough;
    i += !enough;
  }
  return pairs;
}

/// How many choices reach the threshold (Horowitz and Sahni 1974): the sums of two halves of the values are sorted, and
/// the pairs of sums that are large enough are counted rather than enumerated. A few values that would make the halves
/// too large are enumerated.
std::uint64_t count_all(const Choices& choices, int threads) {
  constexpr std::size_t largest_half = 22;
  const std::span<const Units> values = choices.values;
  const std::size_t outer = values.size() > most_values ? 0 : values.size() - std::min(values.size(), 2 * largest_half);
  const std::size_t middle = (values.size() - outer) / 2;
  const std::span<const Units> outer_values = values.first(outer), halves = values.subspan(outer);
  SumsBySize low = sums_by_size(halves.first(middle), choices.chosen);
  SumsBySize high = sums_by_size(halves.subspan(middle), choices.chosen);
  parallel_for(low.size() + high.size(), threads,
               [&](std::size_t i) { std::ranges::sort(i < low.size() ? low[i] : high[i - low.size()]); });

  std::vector<std::uint64_t> counts((std::size_t{1} << outer) * low.size());
  parallel_for(counts.size(), threads, [&](std::size_t i) {
    const std::size_t outer_choice = i / low.size(), from_low = i % low.size();
    const std::size_t before = static_cast<std::size_t>(std::popcount(outer_choice)) + from_low;
    if (before > choices.chosen || choices.chosen - before >= high.size()) return;
    Units sum = 0;
    for (std::size_t k = 0; k < outer; ++k) sum += (outer_choice >> k & 1) != 0 ? outer_values[k] : 0;
    counts[i] = pairs_at_least(low[from_low], high[choices.chosen - before], choices.threshold - sum);
  });
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

/// How many of options.draws random choices reach the threshold.
std::uint64_t count_drawn(const Choices& choices, const PermutationOptions& options) {
  // Number of draws that share a random stream and a shuffled array.
  constexpr std::size_t piece = 1024;
  const auto draws = static_cast<std::size_t>(options.draws);
  std::vector<std::uint64_t> counts((draws + piece - 1) / piece);
  parallel_for(counts.size(), options.threads, [&](std::size_t i) {
    Rng rng(options.seed, i);
    std::vector<Units> values = choices.values;
    const auto size = static_cast<std::uint32_t>(values.size());
    for (std::size_t draw = i * piece; draw < std::min(draws, (i + 1) * piece); ++draw) {
      Units sum = 0;
      for (std::uint32_t k = 0; k < choices.chosen; ++k) {
        std::swap(values[k], values[k + rng.below(size - k)]);
        sum += values[k];
      }
      counts[i] += sum >= choices.threshold;
    }
  });
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

}  // namespace

void validate(const PermutationOptions& options) {
  require_between("draws", options.draws, 1, 1000000000);
  require_between("threads", options.threads, 0, 4096);
}

PermutationTest permutation_test(std::span<const double> first, std::span<const double> second,
                                 const PermutationOptions& options) {
  validate(options);
  const Choices choices = choices_of(first, second);
  const auto all = countable_choices(choices.values.size(), choices.chosen);
  if (options.exact && all) {
    const std::uint64_t at_least = count_all(choices, options.threads);
    return {static_cast<double>(at_least) / static_cast<double>(*all), at_least, *all, true, std::nullopt};
  }
  const auto draws = static_cast<std::uint64_t>(options.draws);
  const std::uint64_t at_least = count_drawn(choices, options);
  // The observed choice counts once more, so that the p-value is never 0 (Davison and Hinkley 1997, chapter 4).
  return {static_cast<double>(at_least + 1) / static_cast<double>(draws + 1), at_least, draws, false,
          binomial_interval(at_least, draws, 0.95)};
}

}  // namespace equivec
