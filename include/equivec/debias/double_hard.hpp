#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Conventions: everything is computed in double and rounded to 32 bits once, at the end; equal vectors of words that
// are treated alike stay equal. The vocabulary and the metadata are kept, and a vector of zeros stays zero. All
// functions throw OptionError, and Error for a vector that is not finite or a labelled word whose vector has no length.
// Results do not depend on the number of threads. REQUIRES: words of the embeddings' vocabulary.
//
// verify_...() uses the resulting vectors alone. Rounding moves a vector, and its part along any direction, by at most
// 2^-24 of its length; the bounds follow from that.

struct DoubleHardOptions {
  int components = 20;  ///< the most candidates, at least 1
  int repeats = 3;      ///< clusterings of each candidate, as in ClusterBiasOptions
  int restarts = 10;    ///< of each clustering
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: all cores
};

void validate(const DoubleHardOptions& options);

struct DoubleHard {
  Embeddings embeddings;
  Eigen::VectorXd mean;       ///< subtracted from every vector
  Eigen::VectorXd component;  ///< removed from all words, of length 1
  Eigen::VectorXd direction;  ///< removed from the words not kept, of length 1, orthogonal to the component
  int chosen;                 ///< index of the component, from 0, by descending variance
  /// For each candidate, how well clusters find the sides: RecoveredSides::accuracy; 2 where it cannot be removed.
  std::vector<double> clustered;
  double clustered_without;      ///< the same with no component removed
  std::vector<WordId> kept;      ///< words_kept(): their part along the direction is their meaning
  std::vector<WordId> vanished;  ///< words with no other part; their vectors became zero
  WordSet missing;               ///< words of the definitional sets that are not in the vocabulary
};

/// Double-hard debiasing (Wang, Lin, Rajani, McCann, Ordonez and Xiong 2020, "Double-Hard Debias: Tailoring Word
/// Embeddings for Gender Bias Mitigation", ACL, algorithm 1): a principal component of all vectors, which encodes the
/// frequency of words rather than their meaning, hides part of the bias direction from hard debiasing. Candidates are
/// the components of largest variance. Each is removed from the definitional and the most biased words; the direction
/// of the former is then removed from the latter, which are put into two clusters. The candidate whose clusters match
/// the sides worst (on a tie the first) is removed from all words:
///     v = w - mean - (c.(w - mean)) c;  w <- (v - (g.v) g) / |v - (g.v) g|, or v / |v| for words_kept()
/// So all vectors have length 1. `words` are the most biased words in the vectors before: the authors' program takes
/// 1,000 of each side among the first 50,000 words without the gender-specific ones.
///
/// Differences from the authors' program:
///  - All words are centred and lose the component, including those that keep their gender. Theirs subtracts the mean
///    after the component, so that a constant part along the component remains; here none does.
///  - The direction is BiasSubspace::from_sets() of vectors of length 1, and the clusters are those of cluster_bias(),
///    of vectors of length 1 and from several seeds with restarts. Theirs keeps the lengths in both and uses one seed,
///    which may choose another component.
///  - Theirs finds the most biased words by cos(he) - cos(she), which may also choose another component.
///  - Theirs does not scale the results to length 1.
///  - Vectors of zeros stay unchanged and are left out of the mean and the components.
/// As in theirs, sets are not equalized. Progress counts the candidates and one run without a component. Throws Error
/// if no definitional set is in the vocabulary, a side is empty, a word occurs twice, all vectors are the same, or the
/// removal of every candidate leaves nothing of the definitional sets' direction or of a biased word.
DoubleHard double_hard_debias(const Embeddings& embeddings, const BiasWordSets& sets, const BiasedWords& words,
                              const DoubleHardOptions& options = {}, Progress* progress = nullptr);

/// Proves that no vector of `result` has a part along the component, that only those kept have a part along the
/// direction, and that all have length 1 or 0.
std::vector<PostCondition> verify_double_hard(const DoubleHard& result);

}  // namespace equivec
