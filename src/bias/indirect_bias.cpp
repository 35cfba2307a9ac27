#include "equivec/bias/indirect_bias.hpp"

#include "equivec/bias/association.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/bias/association_lists.hpp"
#include "src/bias/query.hpp"

#include <cmath>

namespace equivec {

std::optional<double> indirect_bias(const Embeddings& embeddings, const BiasSubspace& subspace, WordId w, WordId v) {
  const Eigen::VectorXd first = unit_vector(embeddings[w]), second = unit_vector(embeddings[v]);
  const Eigen::VectorXd first_outside = subspace.outside(first), second_outside = subspace.outside(second);
  const double product = first.dot(second), lengths = first_outside.norm() * second_outside.norm();
  // Smaller parts of a unit vector are only rounding.
  if (std::abs(product) < 1e-12 || first_outside.norm() < 1e-6 || second_outside.norm() < 1e-6) return std::nullopt;
  return (product - first_outside.dot(second_outside) / lengths) / product;
}

namespace {

void run_indirect_bias(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const BiasDirection direction = direction_in(input, input.embeddings, result);
  const AssociationQuery lists = lists_of(input, result);
  const Vocabulary& vocabulary = input.embeddings.vocabulary();
  std::vector<double> known;
  result.columns = {"beta", "cosine"};
  for (const WordId w : lists.targets[0])
    for (const WordId v : lists.attributes[0]) {
      if (w == v) continue;
      const auto beta = indirect_bias(input.embeddings, direction.subspace, w, v);
      result.rows.push_back(
          {{text_of(vocabulary, w), text_of(vocabulary, v)}, {beta, cosine(input.embeddings[w], input.embeddings[v])}});
      if (beta) known.push_back(*beta);
    }
  if (!known.empty()) result.value = mean_of(known);
  result.interval = mean_interval(known, input.options);
  result.conventions.emplace_back("value", "mean of the pairs' beta; large of pairs with a cosine near 0");
  result.conventions.emplace_back("interval", "bootstrap of the pairs");
}

}  // namespace

constinit const BiasMeasure indirect_bias_measure = {
    .name = "indirect-bias",
    .title = "share of words' similarity that comes from the direction, beta",
    .paper = "Bolukbasi, Chang, Zou, Saligrama and Kalai 2016",
    .takes = "a direction, 1 list of targets, 1 of attributes",
    .range = "unbounded, mostly 0 to 1",
    .better = "nearer to 0",
    .unbiased = 0,
    .default_sets = "gender",
    .has_direction = true,
    .queries = queries_with<1, 1>,
    .run = run_indirect_bias};

}  // namespace equivec
