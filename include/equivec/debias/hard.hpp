#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <span>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Hard debiasing (Bolukbasi et al. 2016, section 6). All functions take unit vectors (normalized()), compute in
// double, use all cores and return new embeddings with the same metadata. Rows that have no length or are not finite
// stay unchanged. The authors' program gives the same vectors, except for words of the definitional and equalize sets
// that are not among the specific words (john, mary): it neutralizes these, while words_kept() includes them.

struct Neutralized {
  Embeddings embeddings;
  std::vector<WordId> vanished;  ///< words inside the subspace; their vectors became zero
};

/// Removes the subspace from every word except `keep`, and scales the rest to length 1:
///     w <- (w - w_B) / |w - w_B|
Neutralized neutralize(const Embeddings& embeddings, const BiasSubspace& subspace, std::span<const WordId> keep = {});

struct Equalized {
  Embeddings embeddings;
  std::vector<std::vector<WordId>> sets;  ///< equalized, including the clamped ones
  /// Not changed, because two words would become the same (they differ too little in the subspace, or there are too
  /// many words for its directions: a set of three needs rank 2) or a word is in an earlier set that was equalized.
  std::vector<std::vector<WordId>> degenerate;
  /// Those of `sets` with |nu| > 1, which unit vectors cannot have: the root was taken as 0.
  std::vector<std::vector<WordId>> clamped;
};

/// Makes the words of each set differ inside the subspace only, all by the same amount. With mu the mean of the
/// set, nu its part outside the subspace and w_B, mu_B the parts inside:
///     w <- nu + sqrt(1 - |nu|^2) (w_B - mu_B) / |w_B - mu_B|
Equalized equalize(const Embeddings& embeddings, const BiasSubspace& subspace,
                   std::span<const std::vector<WordId>> sets);

/// Proves that no neutralized word has a part in the subspace, and that each is its old part outside the subspace
/// scaled to length 1.
std::vector<PostCondition> verify_neutralized(const Embeddings& before, const Embeddings& after,
                                              const BiasSubspace& subspace, std::span<const WordId> neutralized);

/// Proves that the words of equalized sets differ inside the subspace only and have length 1; and, if words were
/// neutralized too, that each of these is equally far from all words of a set.
std::vector<PostCondition> verify_equalized(const Embeddings& embeddings, const BiasSubspace& subspace,
                                            std::span<const std::vector<WordId>> sets,
                                            std::span<const WordId> neutralized);

}  // namespace equivec
