#pragma once

#include "equivec/bias.hpp"
#include "equivec/debias_methods.hpp"

#include <optional>
#include <vector>

/// How occupations lie along the direction that debiasing went by: the same before and after, so that the two compare.
struct OccupationBias {
  std::vector<equivec::WordBias> words;     ///< those that have a direction
  std::optional<double> value;              ///< direct bias of all, 0 to 1; nothing if there are none
  std::optional<double> of_neutral;         ///< of those that should have none
  std::vector<equivec::WordId> by_meaning;  ///< the others, whose meaning it is as the sets say (words_kept())
  equivec::WordSet missing;
};

/// Of the embeddings before `debiased` or of those after it.
OccupationBias occupation_bias(const equivec::Embeddings& embeddings, const equivec::Debiased& debiased,
                               const equivec::BiasWordSets& sets);
