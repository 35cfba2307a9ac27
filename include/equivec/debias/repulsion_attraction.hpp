#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace equivec {

// Repulsion, attraction and neutralization, RAN (Kumar, Bhotia, Kumar and Chakraborty 2020, "Nurse is Closer to Woman
// than Surgeon? Mitigating Gender-Biased Proximities in Word Embeddings", TACL). A word's vector w becomes the vector
// w' of length 1 that minimises
//     J(w') = repulsion * mean of |w'.n| + attraction * (1 - w'.w) / 2 + neutralization * |w'.g|,
// where g is the bias direction, w was scaled to length 1, and the n, of length 1 too, are those of its nearest
// neighbours that owe some of their nearness to the bias: indirect_bias() above the threshold. Of none, the mean is 0.
// w, n and g are as they were before, so words do not depend on each other's results.
//
// Where this is not as in the authors' code:
//  - w' has length 1 from the beginning. They leave the length free, so that a short vector makes the third term
//    nothing, and scale the result.
//  - The weights are the paper's three; their code multiplies neutralization by the weight of attraction.
//  - Neighbours are `neighbors` in number, of which the biased ones repel; their code takes the first 100 biased ones
//    of 199, with a bias of the threshold too.
//  - Their solver is Adam, 300 steps of 0.01. Here J is minimised to 1e-14 times the weight of attraction, globally.
//
// J is not smooth, and on the sphere it is not convex; in the ball |w'| <= 1 it is, and with enough attraction its
// least value there lies on the sphere. By duality w' is r / |r|, where r is the shortest of the vectors
//     attraction / 2 * w - sum of s_i n_i - s g,   |s_i| <= repulsion / count of the n,   |s| <= neutralization,
// and J(w') = attraction / 2 - |r|; any s within its bounds proves that no vector has less than its own J. The s are
// found one after the other, in rounds, until what they prove is met, or after 10,000 rounds.

/// Ranges make sure that attraction outweighs the rest; otherwise the least J could be that of a vector that has
/// nothing in common with the word.
struct RepulsionAttractionOptions {
  double repulsion = 1.0 / 8;       ///< 0 to 1
  double attraction = 6.0 / 8;      ///< 0 to 1, and more than 2 * (repulsion + neutralization)
  double neutralization = 1.0 / 8;  ///< 0 to 1
  int neighbors = 100;              ///< nearest ones that are looked at for bias, at least 1
  double threshold = 0.05;          ///< 0 to 1: indirect bias above which a neighbour repels
  /// Words after the first so many are no neighbours, and are themselves neutralized only, as by neutralize(): the
  /// vectors of rare words, and so their neighbours, are mostly noise, and a search for all words would take time by
  /// the square of their number. 0: all words.
  std::size_t restrict = 50000;
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const RepulsionAttractionOptions& options);

struct RepulsionAttraction {
  Embeddings embeddings;
  std::vector<WordId> moved;     ///< words whose J was minimised, ascending
  std::vector<WordId> repelled;  ///< those of `moved` that have biased neighbours
  /// Those of `moved` that still have a part along the direction, since it costs more to take that out. With the
  /// default weights and no neighbours, words with a |cosine| above 1/3.
  std::vector<WordId> leaning;
  std::vector<WordId> vanished;  ///< as in Neutralized: words after the first `restrict` whose vectors became zero
  double objective_before = 0, objective_after = 0;  ///< means of J over `moved`; 0 for no words
  double gap = 0;                                    ///< what a word's J may at most be above the least possible
  int rounds = 0;                                    ///< of the word that took most
};

/// Takes unit vectors (normalized()). The words of `keep` stay as they are; all others get length 1, but for vectors
/// that have none or are not finite, which stay, and for the vanished. A part along the direction is left only if
///     attraction / 2 * |w.g| + repulsion * mean of |n.g| > neutralization,
/// and is then at most the difference, divided by attraction / 2 - J. The vocabulary and the metadata are kept.
/// Computed in double. Progress counts the words to be moved.
/// REQUIRES: words of the embeddings' vocabulary. Throws Error unless the subspace has rank 1 and the vectors'
/// dimension; OptionError; Cancelled if asked to stop.
RepulsionAttraction repel_and_attract(const Embeddings& embeddings, const BiasSubspace& subspace,
                                      std::span<const WordId> keep = {}, const RepulsionAttractionOptions& options = {},
                                      Progress* progress = nullptr);

/// Proves of vectors `after` that they are those `before` after repel_and_attract() with the same arguments: all that
/// is said there, and that no word has a larger J than its old vector, than that vector without its part along the
/// direction, and than the least possible. Takes about as long. Throws as repel_and_attract(), and Error unless both
/// have as many vectors of as many numbers.
std::vector<PostCondition> verify_repulsion_attraction(const Embeddings& before, const Embeddings& after,
                                                       const BiasSubspace& subspace, std::span<const WordId> keep = {},
                                                       const RepulsionAttractionOptions& options = {},
                                                       Progress* progress = nullptr);

}  // namespace equivec
