#pragma once

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

namespace equivec {

// Bias that can be recovered from vectors (Gonen and Goldberg 2019, "Lipstick on a Pig: Debiasing Methods Cover up
// Systematic Gender Biases in Word Embeddings But do not Remove Them", NAACL). A
// reference, in the paper the vectors before debiasing, says which words are biased and how much. Other vectors, or the
// reference itself, are searched for what remains of it.
//
// Where this is not as in the paper:
//  - Bias is the cosine with any direction, of which theirs, he - she, is one.
//  - All vectors are scaled to length 1. The paper says so of those that the bias is computed from; lengths would also
//    tell clusters and classifiers how frequent words are.
//  - Nothing hangs on one draw: clusterings and splits are repeated, and there are intervals.
//  - A logistic regression stands beside the support vector machine. With the paper's gamma, 1 / dimension, and C = 1
//    this is almost linear and hardly free for vectors that are at most 2 apart, so that it may find less than there
//    is.
//
// All is computed in double. All functions throw Error for a word whose vector has no length or is not finite.
// REQUIRES: words of the embeddings' vocabulary.

/// The words among which the paper looks for biased ones, in the order of the vocabulary: of its first `restrict` (the
/// paper: 50,000; 0: all) those without A-Z, 0-9 and ASCII punctuation but '_', which joins phrases, and of fewer than
/// 20 characters. Characters are those of UTF-8. Large letters of other alphabets, which the paper leaves out too,
/// stay: here words are bytes. `except` are words that are biased by meaning, such as BiasWordSets::specific; A-Z in
/// them counts as a-z, since no other case is left.
std::vector<WordId> ordinary_words(const Vocabulary& vocabulary, std::size_t restrict,
                                   std::span<const std::string> except);

/// Words at the two ends of a direction, the most biased ones first.
struct BiasedWords {
  std::vector<WordId> first;  ///< at the positive end
  std::vector<WordId> last;   ///< at the negative end
};

/// The `per_side` words with the largest and those with the smallest cosine with the direction, ties by WordId. The
/// paper takes 500 for clusters and 2500 for classification. Each word counts once. Throws Error unless the subspace
/// has rank 1 and the vectors' dimension, or if there are fewer words than that on a side of 0, where they would be
/// biased the other way; OptionError if per_side < 1.
BiasedWords most_biased(const Embeddings& embeddings, const BiasSubspace& subspace, std::span<const WordId> words,
                        int per_side);

/// How well the sides of biased words are told apart, by several tries.
struct RecoveredSides {
  double accuracy;  ///< share of the words on their side: the mean of the tries, which weigh the same
  /// Percentile bootstrap of the words. Clusters, classifiers and splits stay as they are, so it does not cover what
  /// other ones would have given. Empty if too few resamples have words that were tested.
  std::optional<Interval> interval;
  double least, most;  ///< accuracies of the worst and of the best try
};

}  // namespace equivec
