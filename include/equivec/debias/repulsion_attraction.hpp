#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Repulsion, attraction and neutralization, RAN (Kumar, Bhotia, Kumar and Chakraborty 2020, "Nurse is Closer to Woman
// than Surgeon? Mitigating Gender-Biased Proximities in Word Embeddings", TACL). A word's vector w becomes the vector
// w' of length 1 that minimises
//     J(w') = repulsion * mean of |w'.n| + attraction * (1 - w'.w) / 2 + neutralization * |w'.g|,
// where g is the bias direction, w is scaled to length 1, and the n, also of length 1, are those of its nearest
// neighbours whose nearness is partly due to the bias: indirect_bias() above the threshold. If there are none, the mean
// is 0. w, n and g are those before debiasing, so no word's result depends on another's.
//
// Differences from the authors' code:
//  - w' has length 1 throughout. Theirs leaves the length free, so that a short vector makes the third term vanish, and
//    scales the result.
//  - The weights are the paper's three; their code multiplies neutralization by the weight of attraction.
//  - Of `neighbors` neighbours the biased ones repel; their code takes the first 100 biased ones of 199, including
//    those whose bias equals the threshold.
//  - Their solver is Adam, 300 steps of 0.01. Here J is minimised globally, to 1e-14 times the weight of attraction.
//
// J is not smooth, and not convex on the sphere. In the ball |w'| <= 1 it is convex, and with enough attraction its
// minimum there lies on the sphere. By duality w' is r / |r|, where r is the shortest of the vectors
//     attraction / 2 * w - sum of s_i n_i - s g,   |s_i| <= repulsion / count of the n,   |s| <= neutralization,
// and J(w') = attraction / 2 - |r|. Any s within the bounds gives a lower bound of J. The s are improved one after the
// other, in rounds, until w' reaches that bound, or for 10,000 rounds.

/// The ranges ensure that attraction outweighs the rest; otherwise the minimum of J could be a vector unrelated to the
/// word.
struct RepulsionAttractionOptions {
  double repulsion = 1.0 / 8;       ///< 0 to 1
  double attraction = 6.0 / 8;      ///< 0 to 1, and more than 2 * (repulsion + neutralization)
  double neutralization = 1.0 / 8;  ///< 0 to 1
  int neighbors = 100;              ///< number of nearest neighbours that are tested for bias, at least 1
  double threshold = 0.05;          ///< 0 to 1: indirect bias above which a neighbour repels
  /// Words after the first N are not used as neighbours, and are only neutralized, as by neutralize(): the vectors of
  /// rare words, and so their neighbours, are mostly noise, and a search for all words would take time in the square of
  /// their number. 0: all words.
  std::size_t restrict = 50000;
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const RepulsionAttractionOptions& options);

struct RepulsionAttraction {
  Embeddings embeddings;
  std::vector<WordId> moved;     ///< words whose J was minimised, ascending
  std::vector<WordId> repelled;  ///< those of `moved` that have biased neighbours
  /// Those of `moved` that still have a part along the direction, since removing it would increase J. With the default
  /// weights and no neighbours, words with a |cosine| above 1/3.
  std::vector<WordId> leaning;
  std::vector<WordId> vanished;  ///< as in Neutralized: words after the first `restrict` whose vectors became zero
  double objective_before = 0, objective_after = 0;  ///< means of J over `moved`; 0 for no words
  double gap = 0;                                    ///< the most by which a word's J may exceed the minimum
  int rounds = 0;                                    ///< the most that a word took
};

/// Takes unit vectors (normalized()). The words of `keep` and vectors that have no length or are not finite stay
/// unchanged; all others get length 1, except the vanished. A part along the direction remains only if
///     attraction / 2 * |w.g| + repulsion * mean of |n.g| > neutralization,
/// and is then at most the difference divided by attraction / 2 - J. The vocabulary and the metadata are kept.
/// Computed in double. Progress counts the words to be moved.
/// REQUIRES: words of the embeddings' vocabulary. Throws Error unless the subspace has rank 1 and the vectors'
/// dimension; OptionError; Cancelled.
RepulsionAttraction repel_and_attract(const Embeddings& embeddings, const BiasSubspace& subspace,
                                      std::span<const WordId> keep = {}, const RepulsionAttractionOptions& options = {},
                                      Progress* progress = nullptr);

/// Proves that `after` is the result of repel_and_attract() on `before` with the same arguments: everything stated
/// there, and that no word's J exceeds that of its old vector, that of the old vector without its part along the
/// direction, or the minimum. Takes about as long. Throws as repel_and_attract(), and Error unless both have the same
/// number of vectors and the same dimension.
std::vector<PostCondition> verify_repulsion_attraction(const Embeddings& before, const Embeddings& after,
                                                       const BiasSubspace& subspace, std::span<const WordId> keep = {},
                                                       const RepulsionAttractionOptions& options = {},
                                                       Progress* progress = nullptr);

}  // namespace equivec
