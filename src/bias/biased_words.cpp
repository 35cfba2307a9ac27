#include "equivec/bias/biased_words.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/direct_bias.hpp"
#include "src/base/characters.hpp"
#include "src/bias/association_lists.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace equivec {

namespace {

constexpr std::size_t too_long = 20;

/// A-Z, 0-9 and C's punctuation other than '_'.
bool unusual(char c) { return c > ' ' && c < '\x7f' && c != '_' && !(c >= 'a' && c <= 'z'); }

std::size_t characters(std::string_view word) {
  return static_cast<std::size_t>(
      std::ranges::count_if(word, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::vector<WordId> ordinary_words(const Vocabulary& vocabulary, std::size_t restrict,
                                   std::span<const std::string> except) {
  std::unordered_set<std::string> excepted;
  for (const std::string& word : except) excepted.insert(lowered(word));
  std::vector<WordId> result;
  const std::size_t size = restrict == 0 ? vocabulary.size() : std::min(restrict, vocabulary.size());
  for (std::size_t row = 0; row < size; ++row) {
    const std::string_view word = vocabulary.word(word_id(row));
    if (std::ranges::none_of(word, unusual) && characters(word) < too_long && !excepted.contains(std::string(word)))
      result.push_back(word_id(row));
  }
  return result;
}

BiasedWords most_biased(const Embeddings& embeddings, const BiasSubspace& subspace, std::span<const WordId> words,
                        int per_side) {
  require_at_least("words per side", per_side, 1);
  if (subspace.rank() != 1)
    throw Error("the most biased words need a bias subspace of rank 1, got rank " + std::to_string(subspace.rank()));
  if (subspace.basis().cols() != embeddings.dimension())
    throw Error("the direction has " + std::to_string(subspace.basis().cols()) + " numbers, the vectors have " +
                std::to_string(embeddings.dimension()));
  const Eigen::VectorXd direction = subspace.basis().row(0).transpose();
  std::vector<WordId> distinct(words.begin(), words.end());
  std::ranges::sort(distinct);
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<WordBias> positive, negative;
  for (const WordId word : distinct) {
    // Computed from separately allocated, equally aligned vectors: words with the same vector have the same bits.
    const double cosine = required_unit_vector(embeddings, word).dot(direction);
    if (cosine > 0) positive.push_back({word, cosine});
    if (cosine < 0) negative.push_back({word, -cosine});
  }
  const auto count = static_cast<std::size_t>(per_side);
  if (positive.size() < count || negative.size() < count)
    throw Error("the direction has " + std::to_string(positive.size()) + " words on its positive side and " +
                std::to_string(negative.size()) + " on its negative, not " + std::to_string(per_side) +
                " on each; take more words, or fewer per side");
  const auto strongest = [&](std::vector<WordBias>& side) {
    std::ranges::stable_sort(side, std::ranges::greater(), &WordBias::cosine);
    std::vector<WordId> result;
    for (std::size_t i = 0; i < count; ++i) result.push_back(side[i].word);
    return result;
  };
  return {strongest(positive), strongest(negative)};
}

}  // namespace equivec
