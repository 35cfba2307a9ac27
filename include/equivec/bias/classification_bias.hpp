#pragma once

#include "equivec/bias/biased_words.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

namespace equivec {

struct ClassificationBiasOptions {
  int repeats = 10;             ///< splits into words to train with and words to test, at least 1
  int training_per_side = 500;  ///< at least 1; the others are tested, 2000 of a side in the paper
  /// Of the intervals. Its seed decides about the splits too; its threads do all of the work.
  BootstrapOptions bootstrap = {};
};

struct ClassificationBias {
  RecoveredSides support_vectors;  ///< C-SVC: kernel exp(-|x - y|^2 / dimension), C = 1
  RecoveredSides logistic;         ///< logistic regression: |weights|^2 / 2 + sum of log-losses
};

/// Whether the side of biased words can be learnt from some of them, drawn at random, for the others. 0.5 is chance
/// where as many of either side are tested. A score of 0 says `last`. The intervals are of the share of right answers
/// among all that the words of a resample were given. Throws Error unless both sides have more than training_per_side
/// words, or if a word stands twice; OptionError.
ClassificationBias classification_bias(const Embeddings& embeddings, const BiasedWords& words,
                                       const ClassificationBiasOptions& options = {});

}  // namespace equivec
