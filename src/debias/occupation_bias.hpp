#pragma once

#include "equivec/base/types.hpp"
#include "equivec/bias/direct_bias.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/debias/methods.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <optional>
#include <vector>

namespace equivec {

/// How occupations lie along the direction that debiasing went by: the same before and after, so that the two compare.
struct OccupationBias {
  std::vector<WordBias> words;       ///< those that have a direction
  std::optional<double> value;       ///< direct bias of all, 0 to 1; nothing if there are none
  std::optional<double> of_neutral;  ///< of those that should have none
  std::vector<WordId> by_meaning;    ///< the others, whose meaning it is as the sets say (words_kept())
  WordSet missing;
};

/// Of the embeddings before `debiased` or of those after it.
OccupationBias occupation_bias(const Embeddings& embeddings, const Debiased& debiased, const BiasWordSets& sets);

}  // namespace equivec
