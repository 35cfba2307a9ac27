#pragma once

#include "equivec/base/export.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/search/analogy.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace EQUIVEC_EXPORT equivec {

struct EvaluateOptions {
  std::size_t restrict = 0;  ///< use only the first N words of the vocabulary; 0: all
  bool fold_case = true;     ///< compare words with A-Z as a-z; of words that differ only in that, the first is used
  /// With folded case, words that differ from a question's words by case alone may be its answers, as in word2vec's
  /// compute-accuracy; gensim excludes them.
  bool include_alike = false;
  AnalogyOptions analogies = {};
  BootstrapOptions bootstrap = {};  ///< for the intervals
  std::uint64_t seed = 1;           ///< for k-means
  int threads = 0;                  ///< 0: all cores; no result depends on them
};

// For each kind of set, evaluate() scores vectors on it, and compare() tests whether the first of two results on one
// set is better, over the items that both could answer. compare() throws Error if the results are not of the same set.

enum class Outcome : std::uint8_t { missing, wrong, right };

/// Counts of questions answered, and of those left out because a word is missing.
struct Accuracy {
  std::string name;
  std::uint64_t correct = 0, total = 0, missing = 0;
  std::optional<Interval> interval = {};  ///< empty where all resamples are alike, so that they say nothing
  std::optional<double> value() const;    ///< correct / total; empty if no question was answered
};

/// Counts for McNemar's test, over the questions that neither result misses.
Discordance discordance(std::span<const Outcome> first, std::span<const Outcome> second);

}  // namespace equivec
