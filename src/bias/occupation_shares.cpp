#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/bias/rnd.hpp"
#include "equivec/bias/wefat.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/math/statistics.hpp"
#include "src/bias/query.hpp"

#include <algorithm>
#include <unordered_map>

namespace equivec {

namespace {

std::vector<std::string> queries_with_shares(const BiasWordSets& sets, std::string_view measure) {
  std::vector<std::string> names = queries_with<2, 1>(sets, measure);
  for (const std::string& name : queries_with<1, 2>(sets, measure)) names.push_back(name);
  std::erase_if(names, [&](const std::string& name) {
    return std::ranges::find(sets.queries, name, &BiasQuery::name)->shares.empty();
  });
  return names;
}

/// The index of the given year, or else of the last.
std::size_t place_of_year(const WordShares& shares, std::optional<int> year) {
  if (!year) return shares.years.size() - 1;
  const auto found = std::ranges::find(shares.years, *year);
  if (found != shares.years.end()) return static_cast<std::size_t>(found - shares.years.begin());
  std::string years;
  for (const int known : shares.years) years += (years.empty() ? "" : ", ") + std::to_string(known);
  throw Error("the shares '" + shares.name + "' have no year " + std::to_string(*year) + "; they have " + years);
}

/// Correlates the association of words with a group and the group's share among the people whom they denote.
void run_occupation_shares(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const BiasQuery& query = query_of(input);
  const WordShares& shares = *std::ranges::find(input.sets.shares, query.shares, &WordShares::name);
  const std::size_t place = place_of_year(shares, input.options.year);
  const Vocabulary& vocabulary = input.embeddings.vocabulary();
  const AssociationQuery lists = lists_of(input, result);
  const bool factual = lists.targets.size() == 1;
  const std::vector<WordId>& words = factual ? lists.targets[0] : lists.attributes[0];

  std::vector<std::optional<double>> scores;
  if (factual) {
    scores = wefat(input.embeddings, lists, input.options.deviation);
  } else {
    for (const double distance : relative_norm_distance(input.embeddings, lists).values) scores.push_back(-distance);
  }

  std::unordered_map<std::size_t, double> percent_of;
  for (const WordShares::Entry& entry : shares.entries)
    if (const ResolvedWords found = resolve_list(vocabulary, {entry.word}, input.cased);
        !found.words.empty() && entry.percent[place])
      percent_of.emplace(index(found.words[0]), *entry.percent[place]);
  std::vector<double> associations, percents;
  result.columns = {"association", "percent"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto percent = percent_of.find(index(words[i]));
    if (!scores[i] || percent == percent_of.end()) continue;
    associations.push_back(*scores[i]);
    percents.push_back(percent->second);
    result.rows.push_back({{text_of(vocabulary, words[i])}, {associations.back(), percents.back()}});
  }
  const BootstrapOptions resampling = bootstrap_options(input.options);
  result.words = associations.size();
  result.value = pearson(associations, percents);
  if (result.value) result.interval = correlation_interval(Correlation::pearson, associations, percents, resampling);
  const auto ranked = spearman(associations, percents);
  result.figures.push_back(
      {"spearman", ranked,
       ranked ? correlation_interval(Correlation::spearman, associations, percents, resampling) : std::nullopt});
  result.conventions = {
      {"value", "Pearson's correlation of association and per cent"},
      {"association", factual ? "WEFAT's effect size; positive: nearer to the first attributes"
                              : "minus the relative norm distance; positive: nearer to the first targets"},
      {"shares", shares.name + ", " + std::to_string(shares.years[place])},
      {"interval", "bootstrap of the words"}};
}

}  // namespace

constinit const BiasMeasure occupation_shares_measure = {
    .name = "occupation-shares",
    .title = "correlation of occupations' association with a group and its share in them",
    .paper = "Caliskan, Bryson and Narayanan 2017; Garg, Schiebinger, Jurafsky and Zou 2018",
    .takes = "a query with shares, of 2 lists of targets and 1 of attributes or of 1 and 2",
    .range = "-1 to 1",
    .better = "nearer to 0",
    .unbiased = 0,
    .default_sets = "occupation-shares",
    .has_direction = false,
    .queries = queries_with_shares,
    .run = run_occupation_shares};

}  // namespace equivec
