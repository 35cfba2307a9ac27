#pragma once

#include "equivec/base/export.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

namespace EQUIVEC_EXPORT equivec {

struct ClassificationBiasOptions {
  int repeats = 10;             ///< random splits into training and test words, at least 1
  int training_per_side = 500;  ///< at least 1; the others are tested, 2000 a side in the paper
  /// For the intervals. Its seed also draws the splits; its threads do all of the work.
  BootstrapOptions bootstrap = {};
};

struct ClassificationBias {
  RecoveredSides support_vectors;  ///< C-SVC: kernel exp(-|x - y|^2 / dimension), C = 1
  RecoveredSides logistic;         ///< logistic regression: |weights|^2 / 2 + sum of log-losses
};

/// How well a classifier trained on randomly drawn biased words predicts the side of the others. Chance is 0.5 if
/// equally many words of either side are tested. A score of 0 predicts `last`. The intervals are for the share of right
/// answers among all tests of the words of a resample. Throws Error unless both sides have more than training_per_side
/// words, or if a word occurs twice; OptionError. Uses LIBSVM, and has it print nothing: its print function is one for
/// the whole process.
ClassificationBias classification_bias(const Embeddings& embeddings, const BiasedWords& words,
                                       const ClassificationBiasOptions& options = {});

}  // namespace equivec
