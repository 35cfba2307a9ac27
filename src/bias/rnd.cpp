#include "equivec/bias/rnd.hpp"

#include "equivec/bias/association.hpp"
#include "equivec/bias/measures.hpp"
#include "src/bias/association_lists.hpp"
#include "src/bias/query.hpp"

#include <numeric>

namespace equivec {

RelativeNormDistance relative_norm_distance(const Embeddings& embeddings, const AssociationQuery& query) {
  require_lists("RND", query, {2, 1});
  require_different(embeddings.vocabulary(), "target", query.targets);
  require_different(embeddings.vocabulary(), "attribute", query.attributes);

  const auto targets = unit_vectors(embeddings, query.targets);
  const auto attributes = unit_vectors(embeddings, query.attributes);
  const Eigen::VectorXd first = mean_of(targets[0]), second = mean_of(targets[1]);
  std::vector<double> values;
  for (const Eigen::VectorXd& attribute : attributes[0])
    values.push_back((attribute - first).norm() - (attribute - second).norm());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return {sum / static_cast<double>(values.size()), sum, std::move(values)};
}

namespace {

void run_rnd(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const AssociationQuery lists = lists_of(input, result);
  const RelativeNormDistance found = relative_norm_distance(input.embeddings, lists);
  result.value = found.mean;
  result.interval = mean_interval(found.values, input.options);
  result.figures.push_back({"sum", found.sum});
  result.columns = {"distance"};
  add_rows(result, input.embeddings.vocabulary(), lists.attributes[0], found.values);
  result.conventions = {{"value", "mean of the attributes; negative: nearer to the first targets"},
                        {"vectors", "of length 1"},
                        {"interval", "bootstrap of the attributes"}};
}

}  // namespace

constinit const BiasMeasure rnd_measure = {.name = "rnd",
                                           .title = "relative norm distance",
                                           .paper = "Garg, Schiebinger, Jurafsky and Zou 2018",
                                           .takes = "2 lists of targets, 1 of attributes",
                                           .range = "-2 to 2",
                                           .better = "nearer to 0",
                                           .unbiased = 0,
                                           .default_sets = "gender",
                                           .has_direction = false,
                                           .queries = queries_with<2, 1>,
                                           .run = run_rnd};

}  // namespace equivec
