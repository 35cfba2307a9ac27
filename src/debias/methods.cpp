#include "equivec/debias/methods.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/base/suggestion.hpp"
#include "src/debias/remedies.hpp"

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

}  // namespace equivec
