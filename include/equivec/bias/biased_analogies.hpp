#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <span>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// Two words that differ along a direction: if it is she - he, "first is to last as she is to he".
struct BiasedAnalogy {
  WordId first, last;
  double cosine;  ///< of first - last, both scaled to length 1, with the direction; 0.001 to 1
  friend bool operator==(const BiasedAnalogy&, const BiasedAnalogy&) = default;
};

struct BiasedAnalogyOptions {
  int count = 150;      ///< largest number of analogies: 1 to 10,000
  double distance = 1;  ///< delta: the largest |first - last|, both scaled to length 1; 1e-6 to 2
  int threads = 0;      ///< 0: all cores; results do not depend on it
};

/// Generated analogies (Bolukbasi et al. 2016, the score S_(a,b)(x, y)). A pair x, y of `words`, scaled to length 1,
/// has the score
///     S(x, y) = cos(direction, x - y) if |x - y| <= delta, else 0.
/// Pairs are taken by score, best first, ties by WordId of first, then of last. A pair is skipped if its first word is
/// already the first of another, or its last word the last, so a word is at most once on each side. Scores below 0.001
/// are not used, as in the authors' program (github.com/tolga-b/debiaswe). That program computes in float, uses the
/// square of delta and does not order ties; otherwise its answers are the same.
///
/// Words whose vectors are zero or not finite are in no analogy, nor are pairs whose vectors point the same way; a word
/// given twice counts once. Scores are computed in double. Time is quadratic in the number of words, memory linear:
/// 50,000 words of dimension 100 take seconds and 100 MB.
/// Progress is used for cancelling only. Throws OptionError, and Error unless the subspace has rank 1 and the vectors'
/// dimension.
std::vector<BiasedAnalogy> biased_analogies(const Embeddings& embeddings, const BiasSubspace& subspace,
                                            std::span<const WordId> words, const BiasedAnalogyOptions& options = {},
                                            const Progress* progress = nullptr);

}  // namespace equivec
