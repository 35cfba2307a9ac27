#include "src/debias/occupation_bias.hpp"

#include "equivec/bias/direction.hpp"

#include <algorithm>

namespace equivec {

OccupationBias occupation_bias(const Embeddings& embeddings, const Debiased& debiased, const BiasWordSets& sets) {
  const ResolvedWords found = resolve(embeddings.vocabulary(), sets.occupations);
  const std::vector<WordId> meant = words_kept(embeddings.vocabulary(), sets);
  OccupationBias result{.words = {}, .value = {}, .of_neutral = {}, .by_meaning = {}, .missing = found.missing};
  std::vector<WordId> known, neutral;
  for (const WordId word : found.words) {
    if (unit_vector(embeddings[word]).isZero(0)) continue;
    known.push_back(word);
    (std::ranges::binary_search(meant, word) ? result.by_meaning : neutral).push_back(word);
  }
  const BiasSubspace& subspace = debiased.direction.subspace;
  const DirectBias bias = direct_bias(embeddings, subspace, known);
  result.words = bias.words;
  if (!known.empty()) result.value = bias.value;
  if (!neutral.empty()) result.of_neutral = direct_bias(embeddings, subspace, neutral).value;
  return result;
}

}  // namespace equivec
