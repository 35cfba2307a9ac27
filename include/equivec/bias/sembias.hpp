#pragma once

#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <span>
#include <vector>

namespace equivec {

/// A question of SemBias (Zhao, Zhou, Li, Wang and Chang 2018, "Learning Gender-Neutral Word Embeddings", EMNLP):
/// which pair of words differs as he and she do?
struct PairQuestion {
  using Pair = std::array<WordId, 2>;  ///< his word, then hers: {waiter, waitress}
  Pair definition;                     ///< differs by definition
  Pair stereotype;                     ///< differs by a stereotype: {doctor, nurse}
  std::vector<Pair> none;              ///< differ in other things: {pen, pencil}
};

enum class PairKind { definition, stereotype, none };

/// For each question, the kind of the pair whose difference, second - first, has the largest cosine with the direction
/// (she - he: her words are on its positive side). Of equal ones definition comes before none before stereotype. All
/// vectors are scaled to length 1 first; programs that leave their lengths as they are choose differently now and then.
/// Pairs whose vectors point the same way are not chosen. Throws Error if a question has only such pairs, and unless
/// the subspace has rank 1 and the vectors' dimension.
std::vector<PairKind> choose_pairs(const Embeddings& embeddings, const BiasSubspace& subspace,
                                   std::span<const PairQuestion> questions);

}  // namespace equivec
