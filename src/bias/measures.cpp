#include "equivec/bias/measures.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/math/permutation_test.hpp"
#include "src/base/parallel.hpp"
#include "src/base/suggestion.hpp"
#include "src/bias/query.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace equivec {

namespace {

const auto& table() {
  static const std::array measures = {weat_measure,
                                      wefat_measure,
                                      rnd_measure,
                                      rnsb_measure,
                                      mac_measure,
                                      ect_measure,
                                      ripa_measure,
                                      direct_bias_measure,
                                      indirect_bias_measure,
                                      biased_analogies_measure,
                                      sembias_measure,
                                      neighbor_bias_measure,
                                      cluster_bias_measure,
                                      classification_bias_measure,
                                      occupation_shares_measure};
  return measures;
}

}  // namespace

void validate(const BiasMeasureOptions& options) {
  validate(options.direction);
  require_at_least("strictness", options.strictness, 0);
  validate(PermutationOptions{options.exact, options.draws, options.seed, options.threads});
  validate(bootstrap_options(options));
  require_between("biased words", options.biased_words, 0, 1000000);
  require_between("neighbors", options.neighbors, 1, 100000);
  require_between("repeats", options.repeats, 1, 1000);
  require_between("analogies", options.analogies, 1, 10000);
}

std::span<const BiasMeasure> bias_measures() { return table(); }

const BiasMeasure& bias_measure(std::string_view name) {
  std::vector<std::string_view> names;
  for (const BiasMeasure& known : table()) {
    if (known.name == name) return known;
    names.push_back(known.name);
  }
  throw OptionError("there is no measure '" + escaped(name) + "'; " + suggestion(name, names));
}

BiasMeasurement measure(const BiasMeasure& measure, const Embeddings& embeddings, const BiasWordSets& sets,
                        const std::string& query, const BiasMeasureOptions& options, const Embeddings* reference,
                        const Progress* progress) {
  validate(options);
  const std::vector<std::string> queries = measure.queries(sets, measure.name);
  if (std::ranges::find(queries, query) == queries.end())
    throw Error(std::string(measure.name) + " takes " + std::string(measure.takes) + "; the sets '" + sets.name +
                "' have no such query '" + query + "'");
  check_cancelled(progress);
  const CancelScope scope(progress);
  BiasMeasurement result;
  result.measure = measure.name;
  result.query = query;
  within_threads(options.threads, [&] {
    measure.run({embeddings, reference ? *reference : embeddings, sets, query, options,
                 is_cased(embeddings.vocabulary()), progress},
                result);
  });
  return result;
}

std::optional<double> bias_size(const BiasMeasure& measure, const BiasMeasurement& measurement) {
  if (measurement.effect_size) return std::abs(*measurement.effect_size);
  if (measurement.value) return std::abs(*measurement.value - measure.unbiased);
  return std::nullopt;
}

}  // namespace equivec
