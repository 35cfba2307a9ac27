#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <span>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// A question of SemBias (Zhao, Zhou, Li, Wang and Chang 2018, "Learning Gender-Neutral Word Embeddings", EMNLP):
/// which pair of words differs as he and she do?
struct PairQuestion {
  using Pair = std::array<WordId, 2>;  ///< the male word, then the female one: {waiter, waitress}
  Pair definition;                     ///< differs by definition
  Pair stereotype;                     ///< differs by a stereotype: {doctor, nurse}
  std::vector<Pair> none;              ///< differ in something else: {pen, pencil}
};

enum class PairKind { definition, stereotype, none };

/// For each question, the kind of the pair whose difference, second - first, has the largest cosine with the direction
/// (she - he: female words are on its positive side). Ties go to definition, then none, then stereotype. All vectors
/// are scaled to length 1 first; programs that do not scale them sometimes choose differently. Pairs whose vectors
/// point the same way are not chosen. Throws Error if a question has only such pairs, and unless the subspace has rank
/// 1 and the vectors' dimension.
std::vector<PairKind> choose_pairs(const Embeddings& embeddings, const BiasSubspace& subspace,
                                   std::span<const PairQuestion> questions);

}  // namespace equivec
