#include "equivec/debias/methods.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/base/parallel.hpp"
#include "src/base/suggestion.hpp"
#include "src/debias/ngrams.hpp"
#include "src/debias/remedies.hpp"
#include "src/debias/required_conditions.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace equivec {

namespace {

/// The methods' own options, with `restrict`, `seed` and `threads` set to the common ones.
DebiasOptions with_common_options(DebiasOptions options) {
  options.soft.threads = options.threads;
  options.partial_projection.threads = options.threads;
  options.double_hard.seed = options.seed;
  options.double_hard.threads = options.threads;
  options.inlp.seed = options.seed;
  options.inlp.threads = options.threads;
  options.half_sibling.threads = options.threads;
  options.repulsion_attraction.restrict = options.restrict;
  options.repulsion_attraction.threads = options.threads;
  return options;
}

Metadata metadata_after(const DebiasMethod& method, const Embeddings& before, const BiasWordSets& sets,
                        const DebiasOptions& options, const Debiased& result) {
  Metadata metadata = before.metadata();
  std::string& history = metadata["debiased"];
  history += (history.empty() ? "" : "; ") + std::string("equivec " EQUIVEC_VERSION " debias --method ") +
             std::string(method.name) + " --sets " + (options.sets_name.empty() ? sets.name : options.sets_name);
  for (const auto& [name, value] : result.choices) history += ", " + name + " " + value;
  return metadata;
}

/// Adds the words of the equalize sets and the specific ones that are not in the vocabulary.
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
  require_between("biased words", options.biased_words, 0, 1000000);
  require_between("threads", options.threads, 0, 4096);
  validate(options.soft);
  validate(options.partial_projection);
  validate(options.double_hard);
  validate(options.inlp);
  validate(options.half_sibling);
  validate(options.repulsion_attraction);
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
  const Embeddings known = embeddings.with_subwords(std::nullopt);  // methods change rows of words that have some
  std::optional<Debiased> made;
  within_threads(options.threads, [&] {
    const CancelScope scope(progress);
    start(progress, 0);  // some methods do not count
    made = method.run({known, sets, with_common_options(options), progress});
    if (const Subwords* subwords = embeddings.subwords(); subwords && method.projects_ngrams)
      made->embeddings =
          made->embeddings.with_subwords(without_subspace(*subwords, made->direction.subspace, made->conditions));
  });
  check_cancelled(progress);
  Debiased& result = *made;
  add_missing(known.vocabulary(), sets, result.missing);
  require_conditions(method.name, result.conditions);
  result.embeddings = result.embeddings.with_metadata(metadata_after(method, embeddings, sets, options, result));
  return std::move(result);
}

}  // namespace equivec
