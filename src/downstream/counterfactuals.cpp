#include "equivec/downstream/counterfactuals.hpp"

#include "equivec/base/error.hpp"
#include "src/downstream/paired_means.hpp"
#include "src/math/binomial.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace equivec {

namespace {

void require_judged(const Judgements& judged, std::size_t texts, const std::string& what) {
  if (judged.decisions.size() != texts || judged.scores.size() != texts)
    throw Error("the classifier gave " + std::to_string(judged.decisions.size()) + " decisions and " +
                std::to_string(judged.scores.size()) + " scores for " + std::to_string(texts) + " " + what +
                "; give one of each for each");
  for (std::size_t i = 0; i < texts; ++i)
    if (!std::isfinite(judged.scores[i]))
      throw Error("the classifier's score of " + what + " number " + std::to_string(i + 1) +
                  " is not finite; give a probability");
}

TextShare share_of(const Proportion& proportion, double confidence) {
  if (proportion.total == 0) return {proportion, std::nullopt};
  return {proportion, binomial_interval(proportion.count, proportion.total, confidence)};
}

/// What the two versions of a text that names one group were found to be.
struct VersionPair {
  bool is_second;                        // the text as it is
  bool first_positive, second_positive;  // decisions
  bool is_positive;                      // label
};

std::vector<VersionPair> labelled_pairs(const TwinTexts& texts, const Judgements& of_texts, const Judgements& of_twins,
                                        std::uint32_t positive) {
  std::vector<VersionPair> pairs;
  for (std::size_t i = 0; i < texts.labels.size(); ++i) {
    if (texts.groups[i] == TextGroup::both) continue;
    const bool is_second = texts.groups[i] == TextGroup::second;
    bool first = of_texts.decisions[i] == positive, second = of_twins.decisions[i] == positive;
    if (is_second) std::swap(first, second);
    pairs.push_back({is_second, first, second, texts.labels[i] == positive});
  }
  return pairs;
}

Proportion positives_of(std::span<const VersionPair> pairs, bool is_second, bool is_positive) {
  Proportion result;
  for (const VersionPair& pair : pairs) {
    if (pair.is_second != is_second || pair.is_positive != is_positive) continue;
    ++result.total;
    result.count += is_second ? pair.second_positive : pair.first_positive;
  }
  return result;
}

/// The difference of two proportions of separate texts. A resample of either is a number of texts with the property.
std::optional<Difference> gap_between(const Proportion& first, const Proportion& second,
                                      const BootstrapOptions& options, const Progress* progress) {
  if (first.total == 0 || second.total == 0) return std::nullopt;
  const std::size_t strata[] = {static_cast<std::size_t>(first.total), static_cast<std::size_t>(second.total)};
  const auto share = [](std::span<const std::uint32_t> times, std::uint64_t count) {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += times[i];
    return sum / static_cast<double>(times.size());
  };
  const std::vector<double> ascending = bootstrap(
      strata,
      [&](std::span<const std::uint32_t> times) {
        check_cancelled(progress);
        return share(times.first(strata[0]), first.count) - share(times.subspan(strata[0]), second.count);
      },
      options);
  const double value = static_cast<double>(first.count) / static_cast<double>(first.total) -
                       static_cast<double>(second.count) / static_cast<double>(second.total);
  // Resamples that are all alike say nothing.
  if (ascending.front() == ascending.back()) return Difference{value, {}, {}, first.total + second.total};
  return Difference{value, percentile_interval(ascending, options), bootstrap_p_value(ascending),
                    first.total + second.total};
}

std::optional<Difference> gap_of_versions(std::span<const VersionPair> pairs, bool is_positive,
                                          const BootstrapOptions& options) {
  Discordance discordance;
  for (const VersionPair& pair : pairs) {
    if (pair.is_positive != is_positive) continue;
    ++discordance.total;
    discordance.only_first += pair.first_positive && !pair.second_positive;
    discordance.only_second += pair.second_positive && !pair.first_positive;
  }
  return compare_proportions(discordance, options);
}

void measure_rates(std::span<const VersionPair> pairs, const BootstrapOptions& options, const Progress* progress,
                   CounterfactualResult& result) {
  for (const bool is_second : {false, true}) {
    DecisionRates& rates = result.rates[is_second ? 1 : 0];
    rates.false_positive = share_of(positives_of(pairs, is_second, false), options.confidence);
    rates.true_positive = share_of(positives_of(pairs, is_second, true), options.confidence);
  }
  result.false_positive_gap = gap_between(result.rates[0].false_positive.proportion,
                                          result.rates[1].false_positive.proportion, options, progress);
  result.true_positive_gap = gap_between(result.rates[0].true_positive.proportion,
                                         result.rates[1].true_positive.proportion, options, progress);
  result.false_positive_twin_gap = gap_of_versions(pairs, false, options);
  result.true_positive_twin_gap = gap_of_versions(pairs, true, options);
}

std::vector<double> absolutes_of(std::span<const double> values) {
  std::vector<double> result(values.begin(), values.end());
  for (double& value : result) value = std::abs(value);
  return result;
}

}  // namespace

std::optional<double> TextShare::value() const {
  if (proportion.total == 0) return std::nullopt;
  return static_cast<double>(proportion.count) / static_cast<double>(proportion.total);
}

CounterfactualResult counterfactuals(const TwinTexts& texts, const Judgements& of_texts, const Judgements& of_twins,
                                     const CounterfactualOptions& options, const Progress* progress) {
  const BootstrapOptions& resampling = options.bootstrap;
  validate(resampling);
  const std::size_t size = texts.texts.size();
  require_judged(of_texts, size, "texts");
  require_judged(of_twins, size, "twins");
  if (texts.groups.size() != size || (!texts.labels.empty() && texts.labels.size() != size))
    throw Error("there are " + std::to_string(size) + " texts, " + std::to_string(texts.groups.size()) +
                " groups and " + std::to_string(texts.labels.size()) + " labels; give one of each for each text");

  CounterfactualResult result;
  result.texts = size;
  result.without = texts.without;
  result.swapped = texts.swapped;
  std::vector<double> oriented;
  std::uint64_t flips = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const TextGroup group = texts.groups[i];
    const double shift = of_texts.scores[i] - of_twins.scores[i];
    result.score_shifts.push_back(group == TextGroup::second ? -shift : shift);
    if (group != TextGroup::both) oriented.push_back(result.score_shifts.back());
    result.flipped.push_back(of_texts.decisions[i] != of_twins.decisions[i]);
    flips += result.flipped.back();
    ++(group == TextGroup::both ? result.both : group == TextGroup::second ? result.second : result.first);
  }
  result.flips = share_of({flips, size}, resampling.confidence);
  if (!oriented.empty()) result.score = mean_difference(oriented, resampling, progress);
  if (size > 0) {
    const Difference absolute = mean_difference(absolutes_of(result.score_shifts), resampling, progress);
    result.absolute_score = absolute.value;
    result.absolute_score_interval = absolute.interval;
  }
  measure_rates(labelled_pairs(texts, of_texts, of_twins, options.positive), resampling, progress, result);
  return result;
}

CounterfactualResult counterfactuals(const TwinTexts& texts, const TextClassifier& classifier,
                                     const CounterfactualOptions& options, const Progress* progress) {
  const Judgements of_texts = classifier(texts.texts);
  return counterfactuals(texts, of_texts, classifier(texts.twins), options, progress);
}

std::optional<CounterfactualDifference> compare(const CounterfactualResult& first, const CounterfactualResult& second,
                                                const BootstrapOptions& options) {
  const std::size_t size = first.flipped.size();
  if (second.flipped.size() != size)
    throw Error("results of " + std::to_string(size) + " and " + std::to_string(second.flipped.size()) +
                " texts with twins cannot be compared; judge the same texts");
  if (size == 0) return std::nullopt;
  Discordance discordance{.only_first = 0, .only_second = 0, .total = size};
  std::vector<double> differences(size);
  for (std::size_t i = 0; i < size; ++i) {
    discordance.only_first += first.flipped[i] > second.flipped[i];
    discordance.only_second += second.flipped[i] > first.flipped[i];
    differences[i] = std::abs(first.score_shifts[i]) - std::abs(second.score_shifts[i]);
  }
  return CounterfactualDifference{compare_proportions(discordance, options).value(),
                                  mean_difference(differences, options)};
}

}  // namespace equivec
