#include "equivec/bias/wefat.hpp"

#include "equivec/bias/association.hpp"
#include "equivec/bias/measures.hpp"
#include "src/bias/association_lists.hpp"
#include "src/bias/query.hpp"

namespace equivec {

std::vector<std::optional<double>> wefat(const Embeddings& embeddings, const AssociationQuery& query,
                                         Deviation deviation) {
  require_lists("WEFAT", query, {1, 2});
  require_different(embeddings.vocabulary(), "target", query.targets);
  require_different(embeddings.vocabulary(), "attribute", query.attributes);
  require_disjoint(embeddings.vocabulary(), "attribute", query.attributes);

  const auto targets = unit_vectors(embeddings, query.targets);
  const auto attributes = unit_vectors(embeddings, query.attributes);
  const auto cosines = [](const Eigen::VectorXd& target, const Vectors& vectors) {
    std::vector<double> result;
    for (const Eigen::VectorXd& vector : vectors) result.push_back(target.dot(vector));
    return result;
  };
  std::vector<std::optional<double>> result;
  for (const Eigen::VectorXd& target : targets[0])
    result.push_back(effect_size(cosines(target, attributes[0]), cosines(target, attributes[1]), deviation));
  return result;
}

namespace {

void run_wefat(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const AssociationQuery lists = lists_of(input, result);
  const auto scores = wefat(input.embeddings, lists, input.options.deviation);
  std::vector<double> known;
  result.columns = {"effect_size"};
  for (std::size_t i = 0; i < scores.size(); ++i) {
    result.rows.push_back({{text_of(input.embeddings.vocabulary(), lists.targets[0][i])}, {scores[i]}});
    if (scores[i]) known.push_back(*scores[i]);
  }
  if (!known.empty()) result.value = mean_of(known);
  result.interval = mean_interval(known, input.options);
  result.conventions = {
      {"value", "mean of the targets' effect sizes"},
      {"effect_size", input.options.deviation == Deviation::sample ? "by the sample deviation, N - 1"
                                                                   : "by the population deviation, N"},
      {"interval", "bootstrap of the targets"}};
}

}  // namespace

constinit const BiasMeasure wefat_measure = {.name = "wefat",
                                             .title = "word embedding factual association test",
                                             .paper = "Caliskan, Bryson and Narayanan 2017",
                                             .takes = "1 list of targets, 2 of attributes",
                                             .range = "-2 to 2",
                                             .better = "nearer to 0",
                                             .unbiased = 0,
                                             .default_sets = "weat",
                                             .has_direction = false,
                                             .queries = queries_with<1, 2>,
                                             .run = run_wefat};

}  // namespace equivec
