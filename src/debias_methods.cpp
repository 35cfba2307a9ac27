#include "equivec/debias_methods.hpp"

#include "src/null_space.hpp"
#include "src/remedies.hpp"
#include "src/suggestion.hpp"
#include "src/text_numbers.hpp"

#include <algorithm>
#include <array>

namespace equivec {

namespace {

/// Adds the words of the equalize sets and the specific ones that the vocabulary has not.
void add_missing(const Vocabulary& vocabulary, const BiasWordSets& sets, WordSet& missing) {
  for (const WordSet& words : {resolve(vocabulary, sets.equalize).missing, resolve(vocabulary, sets.specific).missing})
    missing.insert(missing.end(), words.begin(), words.end());
  std::ranges::sort(missing);
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
}

const auto& table() {
  static const std::array methods = {hard_method,
                                     multiclass_hard_method,
                                     neutralize_method,
                                     equalize_method,
                                     soft_method,
                                     linear_projection_method,
                                     partial_projection_method,
                                     double_hard_method,
                                     inlp_method,
                                     leace_method,
                                     half_sibling_method,
                                     repulsion_attraction_method,
                                     oscar_method};
  return methods;
}

}  // namespace

void validate(const DebiasOptions& options) {
  validate(options.direction);
  if (options.strength) require_at_least("strength", *options.strength, 0);
  require_between("biased words", options.biased_words, 0, 1000000);
  require_between("rounds", options.rounds, 1, 10000);
  require_between("threads", options.threads, 0, 4096);
}

std::span<const DebiasMethod> debias_methods() { return table(); }

const DebiasMethod& debias_method(std::string_view name) {
  std::vector<std::string_view> names;
  for (const DebiasMethod& known : table()) {
    if (known.name == name) return known;
    names.push_back(known.name);
  }
  throw OptionError("there is no method '" + escaped(name) + "'; " + suggestion(name, names));
}

Debiased debias(const DebiasMethod& method, const Embeddings& embeddings, const BiasWordSets& sets,
                const DebiasOptions& options, Progress* progress) {
  validate(options);
  Debiased result = method.run({embeddings, sets, options, progress});
  add_missing(embeddings.vocabulary(), sets, result.missing);
  for (const PostCondition& condition : result.conditions)
    if (!condition.holds())
      throw Error(std::string(method.name) + " does not keep its promise that " + condition.promise + ": found " +
                  rounded(condition.worst) + ", allowed is " + rounded(condition.bound) + "; nothing was written");
  return result;
}

// ---- what the remedies have in common ----

std::size_t words_looked_at(const DebiasMethod::Input& input) {
  const std::size_t all = input.embeddings.size();
  return input.options.restrict == 0 ? all : std::min(input.options.restrict, all);
}

namespace {

/// From fewer there is little to learn.
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
  const std::size_t looked_at = words_looked_at(input);
  if (per_side == 0) {
    const BiasSubspace& subspace = result.direction.subspace;
    const auto biased = direct_bias(input.embeddings, subspace, words).words;
    const auto positive = std::ranges::count_if(biased, [](const WordBias& word) { return word.cosine > 0; });
    const auto negative = std::ranges::count_if(biased, [](const WordBias& word) { return word.cosine < 0; });
    const auto share = static_cast<std::ptrdiff_t>(looked_at * static_cast<std::size_t>(percent) / 100);
    per_side = static_cast<int>(std::min({std::max(share, fewest_biased_words), positive, negative}));
    if (per_side == 0) throw Error("no ordinary word is biased to one of the sides, so there is nothing to learn from");
  }
  result.choices.emplace_back("biased words",
                              std::to_string(per_side) + " a side of the first " + std::to_string(looked_at));
  return most_biased(input.embeddings, result.direction.subspace, words, per_side);
}

std::string rounded(double measured) {
  char buffer[max_number_bytes];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, measured, std::chars_format::general, 6).ptr};
}

}  // namespace equivec
