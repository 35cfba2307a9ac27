#pragma once

#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <vector>

namespace equivec {

// Conventions: every word is moved by a formula of its own vector and one direction or two; no list says which words
// are neutral. Vectors may have any length and are not scaled to length 1. Everything is computed in double on up to
// `threads` threads (0: all cores), with the same result for any number of them. The vocabulary and the metadata are
// kept. Rows that have no length or are not finite stay as they are. REQUIRES: subspaces of the vectors' dimension.

struct LinearProjected {
  Embeddings embeddings;
  std::vector<WordId> vanished;  ///< words that lay in the subspace alone, to 1e-6 of their length; now zero. Ascending
};

/// Takes the subspace out of every word, definitional ones too (Dev and Phillips 2019, "Attenuating Bias in Word
/// Vectors", AISTATS, "Linear Projection"):
///     w <- w - sum of (w.v) v over the directions v of the subspace
/// Vectors become shorter by what was taken out, as in the paper.
LinearProjected linear_projection(const Embeddings& embeddings, const BiasSubspace& subspace, int threads = 0);

/// That no word has a part in the subspace, that the rest of every word is what it was, and that words which are zero
/// now had no rest.
std::vector<PostCondition> verify_linear_projection(const Embeddings& before, const Embeddings& after,
                                                    const BiasSubspace& subspace);

}  // namespace equivec
