#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/downstream/word_swaps.hpp"
#include "equivec/math/statistics.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// What a classifier does when nothing of a text changes but the group that it names (counterfactual fairness of single
// decisions; Garg, Perot, Limtiaco, Taly, Chi and Beutel 2019, "Counterfactual Fairness in Text Classification through
// Robustness", AIES; the mean difference of scores is that of Kiritchenko and Mohammad 2018, "Examining Gender and Race
// Bias in Two Hundred Sentiment Analysis Systems", *SEM). Which classifier it is does not matter: it is a function, or
// its answers are given.

/// What a classifier says of texts, in their order.
struct Judgements {
  std::vector<std::uint32_t> decisions;  ///< the class of each
  std::vector<double> scores;            ///< of each the probability of the positive class, or another finite number
};

/// Judges texts. It may be called several times; each text has to get the same judgement in each call.
using TextClassifier = std::function<Judgements(std::span<const std::string> texts)>;

struct CounterfactualOptions {
  std::uint32_t positive = 1;  ///< the class that scores are of; all others are negative
  BootstrapOptions bootstrap = {};
};

/// `count` of `total` texts, with the interval of Clopper and Pearson (1934), which also bounds a share of which none
/// was found; empty if total is 0.
struct TextShare {
  Proportion proportion;
  std::optional<Interval> interval;
  std::optional<double> value() const;  ///< empty if total is 0
};

/// How often a classifier says "positive", by what is so.
struct DecisionRates {
  TextShare false_positive;  ///< of the texts whose label is negative
  TextShare true_positive;   ///< of the texts whose label is positive
};

struct CounterfactualResult {
  std::uint64_t texts = 0;                        ///< with a twin
  std::uint64_t without = 0;                      ///< without, of which nothing is said
  std::uint64_t first = 0, second = 0, both = 0;  ///< texts by the group that they name
  std::uint64_t swapped = 0;                      ///< words
  TextShare flips;                                ///< texts whose twin is decided otherwise
  /// The mean score of the version of the first group minus that of the second, over the texts that name one group.
  /// Empty if there are none.
  std::optional<Difference> score;
  /// Mean absolute difference of the scores of a text and its twin; empty if there are no texts.
  std::optional<double> absolute_score;
  std::optional<Interval> absolute_score_interval;  ///< by bootstrap over the texts
  /// Of texts as they are, by the one group that they name. Without labels all totals are 0.
  std::array<DecisionRates, 2> rates;
  /// Rates of the first group minus those of the second; the groups are resampled separately. Their texts differ in
  /// more than the group. Empty if one of them has no such text.
  std::optional<Difference> false_positive_gap, true_positive_gap;
  /// The same gaps between the two versions of the texts that name one group: nothing else differs. With McNemar's
  /// exact test.
  std::optional<Difference> false_positive_twin_gap, true_positive_twin_gap;

  std::vector<std::uint8_t> flipped;  ///< of each text, 1 if its twin is decided otherwise
  std::vector<double> score_shifts;   ///< of each text: first version minus second; of `both`: text minus twin
};

/// Measures from the judgements of the texts and of their twins. Progress: only its cancellation is used. Throws Error
/// unless there are as many decisions and scores as texts, if a score is not finite, or if there are neither none nor
/// as many labels as texts; OptionError; Cancelled.
CounterfactualResult counterfactuals(const TwinTexts& texts, const Judgements& of_texts, const Judgements& of_twins,
                                     const CounterfactualOptions& options = {}, const Progress* progress = nullptr);
/// The same with a classifier, which judges the texts and then the twins.
CounterfactualResult counterfactuals(const TwinTexts& texts, const TextClassifier& classifier,
                                     const CounterfactualOptions& options = {}, const Progress* progress = nullptr);

/// First minus second, on the same texts: of another classifier, or after debiasing.
struct CounterfactualDifference {
  Difference flips;           ///< of the shares that flip, with McNemar's exact test
  Difference absolute_score;  ///< of the mean absolute differences of scores, by paired bootstrap
};

/// Empty if there are no texts. Throws Error if the results are of different numbers of texts; OptionError.
std::optional<CounterfactualDifference> compare(const CounterfactualResult& first, const CounterfactualResult& second,
                                                const BootstrapOptions& options = {});

}  // namespace equivec
