#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Conventions: the new vector of a word depends on its own vector and one or two directions alone; there is no list of
// neutral words. Vectors may have any length and are not scaled to length 1. Everything is computed in double on up to
// `threads` threads (0: all cores); results do not depend on their number. The vocabulary and the metadata are kept.
// Rows that have no length or are not finite stay unchanged. REQUIRES: subspaces of the vectors' dimension.

struct LinearProjected {
  Embeddings embeddings;
  std::vector<WordId> vanished;  ///< words inside the subspace, to 1e-6 of their length; now zero. Ascending
};

/// Removes the subspace from every word, including the definitional ones (Dev and Phillips 2019, "Attenuating Bias in
/// Word Vectors", AISTATS, "Linear Projection"):
///     w <- w - sum of (w.v) v over the directions v of the subspace
/// Vectors become shorter by the part removed, as in the paper.
LinearProjected linear_projection(const Embeddings& embeddings, const BiasSubspace& subspace, int threads = 0);

/// Proves that no word has a part in the subspace, that every word's part outside is unchanged, and that words that
/// became zero had no part outside.
std::vector<PostCondition> verify_linear_projection(const Embeddings& before, const Embeddings& after,
                                                    const BiasSubspace& subspace);

}  // namespace equivec
