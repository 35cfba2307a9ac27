#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace equivec {

// Conventions: everything is computed in double and rounded to 32 bits once, at the end; equal vectors of words that
// are treated alike stay equal. The vocabulary and the metadata are kept, and a vector of zeros stays one. All
// functions throw Error for a vector that is not finite or a labelled word whose vector has no length, and OptionError.
// Results do not depend on the number of threads. REQUIRES: words of the embeddings' vocabulary.
//
// verify_...() looks at the resulting vectors alone. Rounding moves a vector, and its part along any direction, by at
// most 2^-24 of its length; the bounds are derived from that.

struct DoubleHardOptions {
  int components = 20;  ///< candidates, at least 1; fewer if there are fewer
  int repeats = 3;      ///< clusterings of each, as in ClusterBiasOptions
  int restarts = 10;    ///< of each clustering
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: all cores
};

void validate(const DoubleHardOptions& options);

struct DoubleHard {
  Embeddings embeddings;
  Eigen::VectorXd mean;       ///< subtracted from every vector
  Eigen::VectorXd component;  ///< taken out of all words, of length 1
  Eigen::VectorXd direction;  ///< taken out of the words not kept, of length 1, orthogonal to the component
  int chosen;                 ///< number of the component, from 0, by descending variance
  /// Of each candidate, how well clusters find the sides: RecoveredSides::accuracy; 2 where it cannot be taken out.
  std::vector<double> clustered;
  double clustered_without;      ///< the same with no component taken out
  std::vector<WordId> kept;      ///< words_kept(): their parts along the direction are theirs by meaning
  std::vector<WordId> vanished;  ///< words of which nothing was left; their vectors became zero
  WordSet missing;               ///< words of the definitional sets that the vocabulary has not
};

/// Double-hard debiasing (Wang, Lin, Rajani, McCann, Ordonez and Xiong 2020, "Double-Hard Debias: Tailoring Word
/// Embeddings for Gender Bias Mitigation", ACL, algorithm 1): a principal component of all vectors, which tells how
/// frequent words are rather than what they mean, hides part of the bias direction from hard debiasing. Candidates are
/// the components of largest variance. Each is taken out of the definitional and the most biased words, the direction
/// of the former out of the latter, and two clusters are made of these; the candidate whose clusters tell the sides
/// worst, of equals the first, is taken out of all words:
///     v = w - mean - (c.(w - mean)) c;  w <- (v - (g.v) g) / |v - (g.v) g|, or v / |v| for words_kept()
/// So all vectors have length 1. The most biased words are given, and found in the vectors before: their program takes
/// 1,000 of either side among the first 50,000 words but the gender-specific ones.
///
/// Where this is not as in the authors' program:
///  - All words are centred and lose the component, also those that keep their gender. Theirs subtracts the mean after
///    the component, which so stays as a constant part; here nothing of it does.
///  - The direction is BiasSubspace::from_sets(), of vectors of length 1, and clusters are cluster_bias(): of vectors
///  of
///    length 1, by several seeds with restarts. Theirs has the lengths as they are in both, and one seed, which may
///    choose another component.
///  - Their most biased words are so by cos(he) - cos(she), which may choose another component too.
///  - They do not scale the results to length 1.
///  - Vectors of zeros, which stay what they are, are left out of mean and components.
/// Sets are not equalized, as there. Progress counts candidates, none being one more. Throws Error if no definitional
/// set is left in the vocabulary, if a side is empty, if a word stands twice, if all vectors are the same, or if
/// without any candidate nothing were left of the definitional sets' direction or of a biased word.
DoubleHard double_hard_debias(const Embeddings& embeddings, const BiasWordSets& sets, const BiasedWords& words,
                              const DoubleHardOptions& options = {}, Progress* progress = nullptr);

/// Of the vectors of `result`: none has a part along the component; none but those kept has one along the direction;
/// all have length 1, or 0.
std::vector<PostCondition> verify_double_hard(const DoubleHard& result);

}  // namespace equivec
