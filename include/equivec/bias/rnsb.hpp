#pragma once

#include "equivec/bias/association.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace equivec {

struct NegativeSentimentOptions {
  int resamples = 100;       ///< 0 to 10,000,000; 0: no interval. Each is a model learnt anew
  double confidence = 0.95;  ///< 0.01 to 0.9999: of the interval
  std::uint64_t seed = 1;    ///< of the resamples and of the folds
  int threads = 0;           ///< 0: all cores; results do not depend on it
};

/// Throws OptionError. All functions that take the options call it.
void validate(const NegativeSentimentOptions& options);

struct NegativeSentiment {
  /// Of the probabilities, scaled to a sum of 1, from the uniform distribution, in nats: from 0, where all targets are
  /// rated alike, to the logarithm of their number, where one of them is negative and no other.
  double divergence;
  std::optional<Interval> interval;   ///< of the divergence, from resamples; nothing without them
  std::optional<double> accuracy;     ///< cross-validated, from 0 to 1; empty if a list has one word alone
  std::vector<double> probabilities;  ///< of each target, list after list: that it is negative
};

/// Relative negative sentiment bias, RNSB (Sweeney and Najafian 2019, "A Transparent Framework for Evaluating
/// Unintended Demographic Bias in Word Embeddings", ACL): one or more lists x 2, positive words and negative words. All
/// targets are compared with another, of whichever list; a word of two lists is an Error. Attributes may be in both
/// lists, as some are in Hu and Liu's lexicon, and count for both.
///
/// Logistic regression learns to tell the negative words from the positive, of vectors scaled to length 1: it minimises
/// |weights|^2 / 2 plus the sum of the log-losses, which is scikit-learn's default, and every word weighs the same, as
/// in the paper. Where the paper's program held out a tenth of the words and others hold out a fifth at random, all are
/// learnt from, so that divergence and probabilities do not depend on a seed. How well words are told that were not
/// learnt from is the accuracy of 10-fold cross-validation, stratified and seeded; to guess gives the share of the
/// longer list. Lists of fewer than 10 words have a fold for each word of the longer one.
///
/// The level of the probabilities follows from the shares of the two lists, and the fewer the words the nearer are all
/// probabilities to it: values can be compared among embeddings and targets, but not among attribute lists.
///
/// The interval is the percentile interval over resamples of the attributes, drawn from each list by itself. Any noise
/// makes targets differ, so that resamples diverge more than what they are drawn from: in the mean by 6 to 29 % with
/// lists of 7 to 4,000 words of sentiment, and twice as much where there is nothing to learn. So the interval leans
/// upwards, and never tells whether a divergence is 0.
///
/// Time: with 1,893 and 4,344 words of 100 numbers some 20 ms for each resample and thread; it grows with the square of
/// the dimension.
NegativeSentiment negative_sentiment(const Embeddings& embeddings, const AssociationQuery& query,
                                     const NegativeSentimentOptions& options = {});

}  // namespace equivec
