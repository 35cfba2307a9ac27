#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <span>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// A word and its component in the subspace.
struct WordBias {
  WordId word;
  double cosine;  ///< rank 1: signed cosine with the direction; otherwise the length of the part inside, >= 0
};

struct DirectBias {
  double value = 0;             ///< mean of |cosine|^strictness over the words; 0 if there are none
  std::vector<WordBias> words;  ///< in the order given
};

/// Direct bias (Bolukbasi et al. 2016, section 5.2) of words that should be neutral; `strictness` is its exponent c.
/// Zero vectors have cosine 0; with strictness 0 every word counts 1. Throws OptionError if strictness < 0.
DirectBias direct_bias(const Embeddings& embeddings, const BiasSubspace& subspace, std::span<const WordId> words,
                       double strictness = 1);

}  // namespace equivec
