#include "apps/occupation_bias.hpp"

#include <algorithm>

using namespace equivec;

OccupationBias occupation_bias(const Embeddings& embeddings, const Debiased& debiased, const BiasWordSets& sets) {
  const ResolvedWords found = resolve(embeddings.vocabulary(), sets.occupations);
  const BiasSubspace& subspace = debiased.direction.subspace;
  const DirectBias bias = direct_bias(embeddings, subspace, found.words);
  OccupationBias result{bias.words, bias.value, 0, {}, found.missing};
  const std::vector<WordId> meant = words_kept(embeddings.vocabulary(), sets);
  std::vector<WordId> neutral;
  for (const WordId word : found.words)
    (std::ranges::binary_search(meant, word) ? result.by_meaning : neutral).push_back(word);
  result.of_neutral = direct_bias(embeddings, subspace, neutral).value;
  return result;
}
