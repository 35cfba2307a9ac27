#pragma once

#include "equivec/bias/direction.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/subwords.hpp"

#include <vector>

namespace equivec {

/// The vectors of n-grams without their parts in the subspace, so that words made of them have none either: what the
/// methods do that take a direction out of words, whatever the words are. Computed in double, on the threads of the
/// caller's arena; `conditions` gets the proof.
Subwords without_subspace(const Subwords& subwords, const BiasSubspace& subspace,
                          std::vector<PostCondition>& conditions);

}  // namespace equivec
