#pragma once

#include "equivec/math/statistics.hpp"
#include "equivec/search/analogy.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace equivec {

struct EvaluateOptions {
  std::size_t restrict = 0;  ///< look only at the first words of the vocabulary; 0: at all
  bool fold_case = true;     ///< compare words with A-Z as a-z; of several words that fold alike the first counts
  /// With folded case, words that differ from a question's words by case alone may be its answers, as in word2vec's
  /// compute-accuracy; gensim has it otherwise.
  bool include_alike = false;
  AnalogyOptions analogies = {};
  BootstrapOptions bootstrap = {};  ///< of the intervals
  std::uint64_t seed = 1;           ///< of k-means
  int threads = 0;                  ///< 0: all cores; no result depends on them
};

// evaluate() scores vectors on a set; compare() tests whether the first of two results on one set is better, on what
// both could answer. It throws Error if the results are not of the same set.

enum class Outcome : std::uint8_t { missing, wrong, right };

/// Questions that are answered rightly or wrongly, or left out since a word is missing.
struct Accuracy {
  std::string name;
  std::uint64_t correct = 0, total = 0, missing = 0;
  std::optional<Interval> interval = {};  ///< empty where all resamples are alike, so that they say nothing
  std::optional<double> value() const;    ///< correct / total; empty if no question was answered
};

/// Of two sets of outcomes those that neither misses, for McNemar's test.
Discordance discordance(std::span<const Outcome> first, std::span<const Outcome> second);

}  // namespace equivec
