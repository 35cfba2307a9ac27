#pragma once

#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <span>
#include <vector>

namespace equivec {

/// Two words that differ along a direction: if that is she - he, "first is to last as she is to he".
struct BiasedAnalogy {
  WordId first, last;
  double cosine;  ///< of first - last, both of length 1, with the direction; 0.001 to 1
  friend bool operator==(const BiasedAnalogy&, const BiasedAnalogy&) = default;
};

struct BiasedAnalogyOptions {
  int count = 150;      ///< analogies at most: 1 to 10,000
  double distance = 1;  ///< delta: the largest |first - last|, both of length 1; 1e-6 to 2
  int threads = 0;      ///< 0: all cores; results do not depend on it
};

/// Generated analogies (Bolukbasi et al. 2016, the score S_(a,b)(x, y)). A pair x, y of `words`, scaled to length 1,
/// has the score
///     S(x, y) = cos(direction, x - y) if |x - y| <= delta, else 0.
/// Pairs are taken by their scores, best first, ties by WordId of first, then of last; one is passed over if its first
/// word has been a first one before, or its last a last one, so that a word stands at most once on each side. It ends
/// with a score of 0.001, below which the authors' program (github.com/tolga-b/debiaswe) takes none either. That
/// program computes in float, takes the square of delta and has no order for ties; else its answers are the same.
///
/// Words without length or not finite are in no analogy, nor are pairs whose vectors point the same way; a word given
/// twice counts once. Scores are computed in double. Time grows with the square of the number of words, memory with
/// the number: 50,000 words of 100 numbers take seconds and 100 MB.
/// Throws OptionError, and Error unless the subspace has rank 1 and the vectors' dimension.
std::vector<BiasedAnalogy> biased_analogies(const Embeddings& embeddings, const BiasSubspace& subspace,
                                            std::span<const WordId> words, const BiasedAnalogyOptions& options = {});

}  // namespace equivec
