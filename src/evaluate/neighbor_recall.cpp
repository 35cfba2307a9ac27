#include "equivec/evaluate/neighbor_recall.hpp"

#include "equivec/base/error.hpp"
#include "equivec/search/neighbors.hpp"
#include "src/evaluate/drawn_words.hpp"

#include <algorithm>
#include <vector>

namespace equivec {

namespace {

std::vector<std::vector<Neighbor>> neighbors_of(const Embeddings& embeddings, const std::vector<WordId>& words,
                                                const RecallOptions& options, Progress* progress) {
  const NearestNeighbors index(embeddings, 0, options.threads);
  std::vector<std::vector<float>> vectors;
  for (const WordId word : words) vectors.push_back(embeddings.vector_of(word));
  std::vector<NeighborQuery> queries;
  for (std::size_t i = 0; i < words.size(); ++i) queries.push_back({vectors[i], std::span(&words[i], 1)});
  return index.find(queries, options.neighbors, progress);
}

}  // namespace

NeighborRecall neighbor_recall(const Embeddings& before, const Embeddings& after, const RecallOptions& options,
                               Progress* progress) {
  if (options.words == 0 || options.neighbors == 0)
    throw OptionError("the recall of neighbours needs a word and a neighbour at least");
  if (!std::ranges::equal(before.vocabulary().offsets(), after.vocabulary().offsets()) ||
      before.vocabulary().bytes() != after.vocabulary().bytes())
    throw Error("the recall of neighbours compares vectors of the same words in the same order");
  const std::vector<WordId> words = drawn_words(before.size(), options.words, options.seed);
  const auto expected = neighbors_of(before, words, options, progress);
  const auto found = neighbors_of(after, words, options, progress);
  NeighborRecall result{0, options.neighbors, std::nullopt};
  double sum = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (expected[i].empty()) continue;
    ++result.words;
    const auto is_found = [&](const Neighbor& neighbor) {
      return std::ranges::find(found[i], neighbor.word, &Neighbor::word) != found[i].end();
    };
    sum += static_cast<double>(std::ranges::count_if(expected[i], is_found)) / static_cast<double>(expected[i].size());
  }
  if (result.words > 0) result.value = sum / static_cast<double>(result.words);
  return result;
}

}  // namespace equivec
