#pragma once

#include "equivec/bias.hpp"
#include "equivec/embeddings.hpp"
#include "equivec/statistics.hpp"
#include "equivec/types.hpp"
#include "equivec/vocabulary.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace equivec {

// Bias that can be recovered from vectors (Gonen and Goldberg 2019, "Lipstick on a Pig: Debiasing Methods Cover up
// Systematic Gender Biases in Word Embeddings But do not Remove Them", NAACL). Which words are biased, and how much, is
// said by a reference, in the paper the vectors before debiasing; what remains of it is looked for in other vectors,
// which may be the reference itself.
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
  /// other ones would have given. Nothing if too few resamples have words that were tested.
  std::optional<Interval> interval;
  double least, most;  ///< accuracies of the worst and of the best try
};

struct ClusterBiasOptions {
  int repeats = 10;   ///< clusterings, at least 1
  int restarts = 10;  ///< of each clustering, at least 1, as in KMeansOptions
  /// Of the interval. Its seed decides about the clusterings too; its threads do all of the work.
  BootstrapOptions bootstrap = {};
};

/// Whether the biased words fall into the two clusters of k-means by side. Of each clustering counts the better of both
/// ways to match clusters and sides, in a resample too: accuracies are 0.5 to 1. Throws Error if a side is empty or if
/// a word stands twice; OptionError.
RecoveredSides cluster_bias(const Embeddings& embeddings, const BiasedWords& words,
                            const ClusterBiasOptions& options = {});

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

struct NeighborBias {
  struct Word {
    WordId word;
    double bias;   ///< as given
    double share;  ///< of its nearest neighbours, those whose bias is above 0: 0 to 1
    friend bool operator==(const Word&, const Word&) = default;
  };
  std::vector<Word> words;            ///< in the order given
  std::optional<double> correlation;  ///< Pearson's of bias and share; nothing if pearson() is
  std::optional<Interval> interval;   ///< of the correlation, as correlation_interval()
};

struct NeighborBiasOptions {
  int neighbors = 100;              ///< of each word, at least 1
  BootstrapOptions bootstrap = {};  ///< of the interval; its threads search too
};

/// Whether words have neighbours of their own bias. The neighbours of a word are the candidates with the largest
/// cosines, equal ones (rounded to float) by WordId; a word is not its own neighbour, a candidate of the same vector
/// is. The biases of the words and of the candidates, as many as these, are cosines in the reference, or any numbers of
/// which the sign is the side; 0 is on neither, while programs derived from the paper count it for the negative one.
/// The paper takes the ordinary words for candidates, and for words all of these or, of a list of occupations, those
/// that are among them. Throws Error if sizes differ, if a bias is not finite, if a candidate stands twice or if a word
/// has fewer candidates than it shall have neighbours; OptionError.
NeighborBias neighbor_bias(const Embeddings& embeddings, std::span<const WordId> words,
                           std::span<const double> word_bias, std::span<const WordId> candidates,
                           std::span<const double> candidate_bias, const NeighborBiasOptions& options = {});

}  // namespace equivec
