#pragma once

#include "equivec/base/types.hpp"
#include "equivec/bias/direct_bias.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/debias/methods.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <optional>
#include <vector>

namespace equivec {

/// Direct bias of occupations along the direction that debiasing used, which is the same before and after, so that the
/// two can be compared.
struct OccupationBias {
  std::vector<WordBias> words;       ///< occupations with a vector that has a direction
  std::optional<double> value;       ///< direct bias of these, 0 to 1; empty if there are none
  std::optional<double> of_neutral;  ///< of those that should have none
  std::vector<WordId> by_meaning;    ///< the others, biased by their meaning as the sets say (words_kept())
  WordSet missing;
};

/// `embeddings` are those before debiasing or debiased.embeddings.
OccupationBias occupation_bias(const Embeddings& embeddings, const Debiased& debiased, const BiasWordSets& sets);

}  // namespace equivec
