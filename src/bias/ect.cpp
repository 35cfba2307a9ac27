#include "equivec/bias/ect.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/math/statistics.hpp"
#include "src/bias/association_lists.hpp"
#include "src/bias/query.hpp"

#include <algorithm>
#include <numeric>

namespace equivec {

namespace {

/// Makes values equal that differ only by rounding, so that they get the same rank.
std::vector<double> with_ties(std::vector<double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (values[order[i]] - values[order[i - 1]] < 1e-12) values[order[i]] = values[order[i - 1]];
  return values;
}

}  // namespace

EmbeddingCoherence embedding_coherence(const Embeddings& embeddings, const AssociationQuery& query) {
  require_lists("ECT", query, {2, 1});
  require_different(embeddings.vocabulary(), "target", query.targets);
  require_different(embeddings.vocabulary(), "attribute", query.attributes);

  const auto targets = unit_vectors(embeddings, query.targets);
  const auto attributes = unit_vectors(embeddings, query.attributes);
  EmbeddingCoherence result;
  for (std::size_t list = 0; list < 2; ++list) {
    Eigen::VectorXd mean = mean_of(targets[list]);
    // The sum of vectors that cancel out is only rounding.
    if (!(mean.norm() > 1e-12))
      throw Error("the vectors of target list " + std::to_string(list + 1) + " cancel out: their mean is zero");
    mean.normalize();
    auto& row = result.cosines.emplace_back();
    for (const Eigen::VectorXd& attribute : attributes[0]) row.push_back(std::clamp(attribute.dot(mean), -1.0, 1.0));
  }
  result.correlation = spearman(with_ties(result.cosines[0]), with_ties(result.cosines[1]));
  return result;
}

namespace {

void run_ect(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const AssociationQuery lists = lists_of(input, result);
  const EmbeddingCoherence found = embedding_coherence(input.embeddings, lists);
  result.value = found.correlation;
  if (found.correlation)
    result.interval = correlation_interval(Correlation::spearman, found.cosines[0], found.cosines[1],
                                           bootstrap_options(input.options));
  result.columns = {"cosine_first", "cosine_second"};
  for (std::size_t i = 0; i < lists.attributes[0].size(); ++i)
    result.rows.push_back(
        {{text_of(input.embeddings.vocabulary(), lists.attributes[0][i])}, {found.cosines[0][i], found.cosines[1][i]}});
  result.conventions = {{"value", "Spearman's correlation; ties have the mean of their ranks"},
                        {"vectors", "of length 1, before their means are taken"},
                        {"interval", "bootstrap of the attributes"}};
}

}  // namespace

constinit const BiasMeasure ect_measure = {.name = "ect",
                                           .title = "embedding coherence test",
                                           .paper = "Dev and Phillips 2019",
                                           .takes = "2 lists of targets, 1 of attributes",
                                           .range = "-1 to 1",
                                           .better = "nearer to 1",
                                           .unbiased = 1,
                                           .default_sets = "gender",
                                           .has_direction = false,
                                           .queries = queries_with<2, 1>,
                                           .run = run_ect};

}  // namespace equivec
