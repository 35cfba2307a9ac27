#include "equivec/bias/weat.hpp"

#include "equivec/bias/association.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/math/statistics.hpp"
#include "src/bias/association_lists.hpp"
#include "src/bias/query.hpp"
#include "equivec/math/permutation_test.hpp"

#include <cmath>
#include <numeric>

namespace equivec {

WeatResult weat(const Embeddings& embeddings, const AssociationQuery& query, const WeatOptions& options) {
  validate(options.permutations);
  require_lists("WEAT", query, {2, 2});
  require_different(embeddings.vocabulary(), "target", query.targets);
  require_different(embeddings.vocabulary(), "attribute", query.attributes);
  require_disjoint(embeddings.vocabulary(), "target", query.targets);

  const auto targets = unit_vectors(embeddings, query.targets);
  const auto attributes = unit_vectors(embeddings, query.attributes);
  // A mean of cosines is the inner product with the mean of the unit vectors.
  const Eigen::VectorXd contrast = mean_of(attributes[0]) - mean_of(attributes[1]);
  std::vector<std::vector<double>> associations(2);
  for (std::size_t list = 0; list < 2; ++list)
    for (const Eigen::VectorXd& target : targets[list]) associations[list].push_back(target.dot(contrast));

  const auto sum = [](const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); };
  const double statistic = sum(associations[0]) - sum(associations[1]);
  const auto d = effect_size(associations[0], associations[1], options.deviation);
  const PermutationTest test = permutation_test(associations[0], associations[1], options.permutations);
  return {statistic, d, test, std::move(associations)};
}

namespace {

/// The effect size if each word occurs `times` times.
std::optional<double> resampled_effect_size(const WeatResult& observed, Deviation deviation,
                                            std::span<const std::uint32_t> times) {
  double sums[2] = {}, counts[2] = {}, squares = 0;
  std::size_t next = 0;
  for (std::size_t list = 0; list < 2; ++list)
    for (const double value : observed.associations[list]) {
      const double count = times[next++];
      sums[list] += count * value;
      counts[list] += count;
    }
  const double total = counts[0] + counts[1], middle = (sums[0] + sums[1]) / total;
  next = 0;
  for (const auto& list : observed.associations)
    for (const double value : list) squares += times[next++] * (value - middle) * (value - middle);
  const double spread = std::sqrt(squares / (deviation == Deviation::sample ? total - 1 : total));
  if (!(spread > 1e-12)) return std::nullopt;
  return (sums[0] / counts[0] - sums[1] / counts[1]) / spread;
}

void run_weat(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const BiasMeasureOptions& options = input.options;
  const AssociationQuery lists = lists_of(input, result);
  const WeatResult found =
      weat(input.embeddings, lists, {options.deviation, {options.exact, options.draws, options.seed, options.threads}});
  result.value = found.statistic;
  result.effect_size = found.effect_size;
  result.p_value = found.test.p_value;
  const std::size_t sizes[] = {lists.targets[0].size(), lists.targets[1].size()};
  const BootstrapOptions resampling = bootstrap_options(options);
  result.interval = percentile_interval(
      bootstrap(
          sizes, [&](auto times) { return resampled_effect_size(found, options.deviation, times); }, resampling),
      resampling);
  if (found.test.interval) result.figures.push_back({"p_value", found.test.p_value, found.test.interval});
  result.columns = {"association"};
  for (std::size_t list = 0; list < 2; ++list)
    add_rows(result, input.embeddings.vocabulary(), lists.targets[list], found.associations[list]);
  result.conventions = {{"value", "the statistic S, a sum over the targets"},
                        {"effect_size", options.deviation == Deviation::sample ? "d by the sample deviation, N - 1"
                                                                               : "d by the population deviation, N"},
                        {"p_value", "one-sided, ties count, " + std::to_string(found.test.at_least) + " of " +
                                        std::to_string(found.test.partitions) +
                                        (found.test.exact ? " partitions" : " random partitions")},
                        {"interval", "of the effect size, bootstrap of each list of targets"}};
}

}  // namespace

constinit const BiasMeasure weat_measure = {.name = "weat",
                                            .title = "word embedding association test",
                                            .paper = "Caliskan, Bryson and Narayanan 2017",
                                            .takes = "2 lists of targets, 2 of attributes",
                                            .range = "-2 to 2 (the effect size)",
                                            .better = "nearer to 0",
                                            .unbiased = 0,
                                            .default_sets = "weat",
                                            .has_direction = false,
                                            .queries = queries_with<2, 2>,
                                            .run = run_weat};

}  // namespace equivec
