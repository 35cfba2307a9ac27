#include "src/spaces/pair_graph.hpp"

#include "src/base/parallel.hpp"
#include "src/debias/word_by_word.hpp"

#include <algorithm>
#include <cstring>

namespace equivec {

ExactRows exact_rows(const Embeddings& embeddings, std::span<const WordId> words, int threads) {
  ExactRows rows(static_cast<Eigen::Index>(words.size()), embeddings.dimension());
  parallel_ranges(words.size(), 1024, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      rows.row(static_cast<Eigen::Index>(i)) = column(embeddings[words[i]]).cast<double>().transpose();
  });
  return rows;
}

std::vector<WordId> words_of_pairs(std::span<const RelatedPair> pairs) {
  std::vector<WordId> words;
  words.reserve(2 * pairs.size());
  for (const RelatedPair& pair : pairs) {
    words.push_back(pair.first);
    words.push_back(pair.second);
  }
  std::ranges::sort(words);
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

PostCondition other_words_stay(const Embeddings& before, const Embeddings& after, std::span<const WordId> words) {
  const double worst = worst_of(before.size(), [&](std::size_t i) {
    const bool same =
        std::memcmp(before[word_id(i)].data(), after[word_id(i)].data(), before[word_id(i)].size_bytes()) == 0;
    return same || std::ranges::binary_search(words, word_id(i)) ? 0.0 : 1.0;
  });
  return {"words that take no part are as they were (1: some are not)", worst, 0};
}

PairGraph::PairGraph(std::span<const RelatedPair> pairs) : words_(words_of_pairs(pairs)) {
  const auto place = [&](WordId word) {
    return static_cast<std::size_t>(std::ranges::lower_bound(words_, word) - words_.begin());
  };
  begins_.assign(words_.size() + 1, 0);
  for (const RelatedPair& pair : pairs) {
    ++begins_[place(pair.first) + 1];
    ++begins_[place(pair.second) + 1];
  }
  for (std::size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
  std::vector<std::size_t> ends = begins_;
  neighbors_.resize(begins_.back());
  for (const RelatedPair& pair : pairs) {
    const std::size_t first = place(pair.first), second = place(pair.second);
    neighbors_[ends[first]++] = static_cast<std::uint32_t>(second);
    neighbors_[ends[second]++] = static_cast<std::uint32_t>(first);
  }
  for (std::size_t i = 0; i < words_.size(); ++i)
    std::sort(neighbors_.begin() + static_cast<std::ptrdiff_t>(begins_[i]),
              neighbors_.begin() + static_cast<std::ptrdiff_t>(begins_[i + 1]));
}

}  // namespace equivec
