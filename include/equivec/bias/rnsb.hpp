#pragma once

#include "equivec/base/export.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

struct NegativeSentimentOptions {
  int resamples = 100;       ///< 0 to 10,000,000; 0: no interval. Each resample trains a new model
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
/// Unintended Demographic Bias in Word Embeddings", ACL): N x 2 lists, N >= 1; the attributes are positive words and
/// negative words. All targets of all lists are compared with each other; a word in two lists of targets is an Error.
/// Attributes may be in both lists, as some are in Hu and Liu's lexicon, and count for both.
///
/// A logistic regression separates the negative words from the positive, on vectors scaled to length 1. It minimises
/// |weights|^2 / 2 plus the sum of the log-losses, which is scikit-learn's default, and every word weighs the same, as
/// in the paper. The paper's program held out a tenth of the words and others hold out a fifth at random; here all are
/// trained on, so divergence and probabilities do not depend on a seed. The accuracy on held-out words is that of
/// stratified, seeded 10-fold cross-validation; guessing gives the share of the longer list. Lists of fewer than 10
/// words have a fold for each word of the longer one.
///
/// The overall level of the probabilities follows from the sizes of the two lists, and the fewer the words, the nearer
/// all probabilities are to it: values can be compared between embeddings and targets, but not between attribute lists.
///
/// The interval is the percentile interval over resamples of the attributes, each list resampled separately. Noise
/// makes targets differ, so the resamples have larger divergences than the original: on average by 6 to 29 % with
/// sentiment lists of 7 to 4,000 words, and by twice as much if there is nothing to learn. So the interval is biased
/// upwards and cannot show whether a divergence is 0.
///
/// Time: with 1,893 and 4,344 words of dimension 100 some 20 ms for each resample and thread; quadratic in the
/// dimension.
NegativeSentiment negative_sentiment(const Embeddings& embeddings, const AssociationQuery& query,
                                     const NegativeSentimentOptions& options = {});

}  // namespace equivec
