#include "src/debias/remedies.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direct_bias.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/base/text_numbers.hpp"
#include "src/debias/labelled_words.hpp"

#include <algorithm>

namespace equivec {

std::size_t words_searched(const DebiasMethod::Input& input) {
  const std::size_t all = input.embeddings.size();
  return input.options.restrict == 0 ? all : std::min(input.options.restrict, all);
}

namespace {

/// Fewer are too few to learn from.
constexpr std::ptrdiff_t fewest_biased_words = 50;

}  // namespace

Debiased begin(const DebiasMethod::Input& input, std::optional<int> rank) {
  require_finite(input.embeddings, input.options.threads);
  DirectionOptions options = input.options.direction;
  if (rank) options.rank = *rank;
  BiasDirection direction = find_direction(input.embeddings, input.sets, options);
  WordSet missing = direction.missing;
  Debiased result{input.embeddings, std::move(direction), {}, {}, {}, {}, std::move(missing), {}, {}};
  result.choices.emplace_back("direction", name_of(options.method));
  if (result.direction.subspace.rank() > 1)
    result.choices.emplace_back("rank", std::to_string(result.direction.subspace.rank()));
  return result;
}

Debiased begin_with_one_direction(const DebiasMethod::Input& input, std::string_view method) {
  if (input.options.direction.rank != 1)
    throw OptionError(std::string(method) + " takes one direction; rank must be 1, got " +
                      std::to_string(input.options.direction.rank));
  return begin(input);
}

BiasedWords biased_words(const DebiasMethod::Input& input, Debiased& result, int percent) {
  const Vocabulary& vocabulary = input.embeddings.vocabulary();
  WordSet except;
  for (const WordId word : words_kept(vocabulary, input.sets)) except.emplace_back(vocabulary.word(word));
  std::vector<WordId> words = ordinary_words(vocabulary, input.options.restrict, except);
  std::erase_if(words, [&](WordId word) { return unit_vector(input.embeddings[word]).isZero(0); });
  int per_side = input.options.biased_words;
  const std::size_t searched = words_searched(input);
  if (per_side == 0) {
    const BiasSubspace& subspace = result.direction.subspace;
    const auto biased = direct_bias(input.embeddings, subspace, words).words;
    const auto positive = std::ranges::count_if(biased, [](const WordBias& word) { return word.cosine > 0; });
    const auto negative = std::ranges::count_if(biased, [](const WordBias& word) { return word.cosine < 0; });
    const auto share = static_cast<std::ptrdiff_t>(searched * static_cast<std::size_t>(percent) / 100);
    per_side = static_cast<int>(std::min({std::max(share, fewest_biased_words), positive, negative}));
    if (per_side == 0) throw Error("no ordinary word is biased to one of the sides, so there is nothing to learn from");
  }
  result.choices.emplace_back("biased words",
                              std::to_string(per_side) + " a side of the first " + std::to_string(searched));
  return most_biased(input.embeddings, result.direction.subspace, words, per_side);
}

std::string rounded(double measured) {
  char buffer[max_number_bytes];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, measured, std::chars_format::general, 6).ptr};
}

}  // namespace equivec
