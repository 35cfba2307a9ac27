#pragma once

#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <span>
#include <vector>

namespace equivec {

// Hard debiasing (Bolukbasi et al. 2016, section 6). All functions take unit vectors (normalized()), compute in
// double, use all cores and return new embeddings; the metadata is kept. The authors' program gives the same vectors
// but for words of the definitional and equalize sets that are not among the specific ones (john, mary): it neutralizes
// them, words_kept() has them too.

struct Neutralized {
  Embeddings embeddings;
  std::vector<WordId> vanished;  ///< words that lay in the subspace alone; their vectors became zero
};

/// Takes the subspace out of every word except `keep`, and scales what remains to length 1:
///     w <- (w - w_B) / |w - w_B|
Neutralized neutralize(const Embeddings& embeddings, const BiasSubspace& subspace, std::span<const WordId> keep = {});

struct Equalized {
  Embeddings embeddings;
  std::vector<std::vector<WordId>> sets;  ///< equalized, those clamped included
  /// Left alone: two words would become the same (they differ too little in the subspace, or there are more words than
  /// directions of it: a set of three needs rank 2), or a word stands in an earlier set that was equalized.
  std::vector<std::vector<WordId>> degenerate;
  /// Those of `sets` with |nu| > 1, which are not of unit vectors: the root was taken as 0.
  std::vector<std::vector<WordId>> clamped;
};

/// Makes the words of each set differ inside the subspace only, and each by the same amount. With mu the mean of the
/// set, nu its part outside the subspace and w_B, mu_B the parts inside:
///     w <- nu + sqrt(1 - |nu|^2) (w_B - mu_B) / |w_B - mu_B|
Equalized equalize(const Embeddings& embeddings, const BiasSubspace& subspace,
                   std::span<const std::vector<WordId>> sets);

/// That no neutralized word has a part in the subspace, and that each is what it was before outside of it, of length 1.
std::vector<PostCondition> verify_neutralized(const Embeddings& before, const Embeddings& after,
                                              const BiasSubspace& subspace, std::span<const WordId> neutralized);

/// That the words of equalized sets differ inside the subspace alone and have length 1; if words were neutralized too,
/// that each of these is equally far from all words of a set.
std::vector<PostCondition> verify_equalized(const Embeddings& embeddings, const BiasSubspace& subspace,
                                            std::span<const std::vector<WordId>> sets,
                                            std::span<const WordId> neutralized);

}  // namespace equivec
