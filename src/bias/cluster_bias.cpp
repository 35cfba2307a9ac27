#include "equivec/bias/cluster_bias.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/bias/measures.hpp"
#include "src/base/parallel.hpp"
#include "src/bias/query.hpp"
#include "src/bias/recovered_sides.hpp"
#include "src/math/clustering.hpp"

#include <algorithm>
#include <numeric>

namespace equivec {

namespace {

using Counts = std::vector<std::uint32_t>;

/// For each word 1 if its cluster number equals its side's number, else 0.
Counts agreement(const Points& points, std::size_t first_size, const KMeansOptions& options) {
  const std::vector<int> clusters = kmeans_clusters(points, options);
  Counts agrees(clusters.size());
  for (std::size_t i = 0; i < agrees.size(); ++i) agrees[i] = (clusters[i] == 0) == (i < first_size);
  return agrees;
}

/// Accuracy of the better matching of clusters and sides, each word counting `times`.
double matched_share(const Counts& agrees, std::span<const std::uint32_t> times) {
  const auto agreeing = std::inner_product(agrees.begin(), agrees.end(), times.begin(), std::uint64_t{0});
  return static_cast<double>(std::max(agreeing, times.size() - agreeing)) / static_cast<double>(times.size());
}

}  // namespace

RecoveredSides cluster_bias(const Embeddings& embeddings, const BiasedWords& words, const ClusterBiasOptions& options) {
  require_at_least("repeats", options.repeats, 1);
  validate(options.bootstrap);
  if (words.first.empty() || words.last.empty())
    throw Error("both sides need biased words to cluster, got " + std::to_string(words.first.size()) + " and " +
                std::to_string(words.last.size()));

  const Points points = unit_rows(embeddings, words);
  std::vector<Counts> tries(static_cast<std::size_t>(options.repeats));
  parallel_for(tries.size(), options.bootstrap.threads, [&](std::size_t i) {
    tries[i] = agreement(points, words.first.size(),
                         {.clusters = 2,
                          .restarts = options.restarts,
                          .seed = Rng(options.bootstrap.seed, streams_of_tries + i)(),
                          .threads = 1});
  });

  const auto result = [&](std::span<const std::uint32_t> times) {
    std::vector<double> accuracies;
    for (const Counts& agrees : tries) accuracies.push_back(matched_share(agrees, times));
    return recovered_sides(accuracies);
  };
  const Counts once(static_cast<std::size_t>(points.rows()), 1);
  RecoveredSides sides = result(once);
  sides.interval = percentile_interval(
      bootstrap(
          once.size(), [&](std::span<const std::uint32_t> times) { return result(times).accuracy; }, options.bootstrap),
      options.bootstrap);
  return sides;
}

namespace {

void run_cluster_bias(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const BiasMeasureOptions& options = input.options;
  const BiasedWords words =
      most_biased_in_reference(input, options.biased_words == 0 ? 500 : options.biased_words, result);
  const RecoveredSides found =
      cluster_bias(input.embeddings, words, {.repeats = options.repeats, .bootstrap = bootstrap_options(options)});
  result.value = found.accuracy;
  result.interval = found.interval;
  result.figures = {{"least", found.least}, {"most", found.most}};
  result.conventions.emplace_back("value", "mean over " + std::to_string(options.repeats) + " clusterings");
  result.conventions.emplace_back("interval", "bootstrap of the words");
}

}  // namespace

constinit const BiasMeasure cluster_bias_measure = {
    .name = "cluster-bias",
    .title = "share of the most biased words that two clusters tell apart by side",
    .paper = "Gonen and Goldberg 2019",
    .takes = "a direction",
    .range = "0.5 to 1",
    .better = "nearer to 0.5",
    .unbiased = 0.5,
    .default_sets = "gender",
    .has_direction = true,
    .has_reference = true,
    .queries = direction_of,
    .run = run_cluster_bias};

}  // namespace equivec
