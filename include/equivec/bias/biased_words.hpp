#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Bias that can be recovered from vectors (Gonen and Goldberg 2019, "Lipstick on a Pig: Debiasing Methods Cover up
// Systematic Gender Biases in Word Embeddings But do not Remove Them", NAACL). A
// reference, in the paper the vectors before debiasing, says which words are biased and how much. Other vectors, or the
// reference itself, are searched for what remains of it.
//
// Differences from the paper:
//  - Bias is the cosine with any direction; the paper's is he - she.
//  - All vectors are scaled to length 1. The paper states this for the vectors from which bias is computed; otherwise
//    lengths would also show clusters and classifiers how frequent words are.
//  - No result depends on a single draw: clusterings and splits are repeated, and there are intervals.
//  - Beside the support vector machine there is a logistic regression. With the paper's gamma, 1 / dimension, and C = 1
//    the former is almost linear and strongly regularized for vectors at most 2 apart, so it may recover less than
//    possible.
//
// All is computed in double. All functions throw Error for a word whose vector is zero or not finite.
// REQUIRES: words of the embeddings' vocabulary.

/// The words among which the paper looks for biased ones, in the order of the vocabulary: of its first `restrict` (the
/// paper: 50,000; 0: all), those of fewer than 20 UTF-8 characters without A-Z, 0-9 and ASCII punctuation other than
/// '_', which joins phrases. Capitals of other alphabets, which the paper also excludes, are allowed: here words are
/// bytes. `except` are words biased by meaning, such as BiasWordSets::specific, which are left out; A-Z in them counts
/// as a-z, since no other case is left.
std::vector<WordId> ordinary_words(const Vocabulary& vocabulary, std::size_t restrict,
                                   std::span<const std::string> except);

/// Words at the two ends of a direction, the most biased ones first.
struct BiasedWords {
  std::vector<WordId> first;  ///< at the positive end
  std::vector<WordId> last;   ///< at the negative end
};

/// The `per_side` words with the largest and those with the smallest cosine with the direction, ties by WordId. The
/// paper uses 500 for clusters and 2500 for classification. Each word counts once. Throws Error unless the subspace has
/// rank 1 and the vectors' dimension, or if fewer than `per_side` words are on a side of 0 (the rest would be biased
/// the other way); OptionError if per_side < 1.
BiasedWords most_biased(const Embeddings& embeddings, const BiasSubspace& subspace, std::span<const WordId> words,
                        int per_side);

/// How well the two sides of biased words can be separated, over several tries.
struct RecoveredSides {
  double accuracy;  ///< share of the words on their side: the mean of the tries, which weigh the same
  /// Percentile bootstrap of the words. Clusters, classifiers and splits stay as they are, so it does not cover what
  /// other ones would have given. Empty if too few resamples have words that were tested.
  std::optional<Interval> interval;
  double least, most;  ///< accuracies of the worst and of the best try
};

}  // namespace equivec
