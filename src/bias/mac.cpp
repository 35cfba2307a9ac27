#include "equivec/bias/mac.hpp"

#include "equivec/base/types.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/bias/measures.hpp"
#include "src/bias/association_lists.hpp"
#include "src/bias/query.hpp"

namespace equivec {

MeanAverageCosine mean_average_cosine(const Embeddings& embeddings, const AssociationQuery& query) {
  require_lists("MAC", query, {0, 0});
  require_different(embeddings.vocabulary(), "target", query.targets);
  require_different(embeddings.vocabulary(), "attribute", query.attributes);

  const auto targets = unit_vectors(embeddings, query.targets);
  Vectors means;
  for (const Vectors& vectors : unit_vectors(embeddings, query.attributes)) means.push_back(mean_of(vectors));
  MeanAverageCosine result{};
  for (const Vectors& list : targets) {
    for (const Eigen::VectorXd& target : list) {
      auto& row = result.distances.emplace_back();
      for (const Eigen::VectorXd& mean : means) {
        row.push_back(1 - target.dot(mean));
        result.value += row.back();
      }
    }
  }
  result.value /= static_cast<double>(result.distances.size() * means.size());
  return result;
}

namespace {

void run_mac(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const AssociationQuery lists = lists_of(input, result);
  const MeanAverageCosine found = mean_average_cosine(input.embeddings, lists);
  result.value = found.value;
  std::vector<double> means;
  std::size_t next = 0;
  result.columns = {"mean_distance"};
  for (const auto& list : lists.targets)
    for (const WordId word : list) {
      const std::vector<double>& row = found.distances[next++];
      means.push_back(mean_of(row));
      result.rows.push_back({{text_of(input.embeddings.vocabulary(), word)}, {means.back()}});
    }
  result.interval = mean_interval(means, input.options);
  result.conventions = {{"value", "a cosine distance, 1 - cosine"}, {"interval", "bootstrap of the targets"}};
}

}  // namespace

constinit const BiasMeasure mac_measure = {.name = "mac",
                                           .title = "mean average cosine (distance)",
                                           .paper = "Manzini, Lim, Black and Tsvetkov 2019",
                                           .takes = "lists of targets, lists of attributes",
                                           .range = "0 to 2",
                                           .better = "nearer to 1",
                                           .unbiased = 1,
                                           .default_sets = "race",
                                           .has_direction = false,
                                           .queries = queries_with<0, 0>,
                                           .run = run_mac};

}  // namespace equivec
