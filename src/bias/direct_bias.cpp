#include "equivec/bias/direct_bias.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/measures.hpp"
#include "src/base/text_numbers.hpp"
#include "src/bias/query.hpp"

#include <cmath>

namespace equivec {

DirectBias direct_bias(const Embeddings& embeddings, const BiasSubspace& subspace, std::span<const WordId> words,
                       double strictness) {
  require_at_least("strictness", strictness, 0);
  DirectBias result;
  double sum = 0;
  for (const WordId word : words) {
    const Eigen::VectorXd coordinates = subspace.basis() * unit_vector(embeddings[word]);
    const double length = coordinates.norm();
    result.words.push_back({word, subspace.rank() == 1 ? coordinates[0] : length});
    sum += std::pow(length, strictness);
  }
  if (!words.empty()) result.value = sum / static_cast<double>(words.size());
  return result;
}

namespace {

void run_direct_bias(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const BiasDirection direction = direction_in(input, input.embeddings, result);
  const std::vector<WordId> words = words_of(input, input.sets.occupations, result);
  if (words.empty()) throw Error("none of the occupations is in the vocabulary");
  const DirectBias found = direct_bias(input.embeddings, direction.subspace, words, input.options.strictness);
  result.value = found.value;
  result.words = words.size();
  std::vector<double> shares;
  result.columns = {"cosine"};
  for (const WordBias& word : found.words) {
    shares.push_back(std::pow(std::abs(word.cosine), input.options.strictness));
    result.rows.push_back({{text_of(input.embeddings.vocabulary(), word.word)}, {word.cosine}});
  }
  result.interval = mean_interval(shares, input.options);
  result.conventions.emplace_back("strictness", shortest(input.options.strictness));
  result.conventions.emplace_back("interval", "bootstrap of the occupations");
}

}  // namespace

constinit const BiasMeasure direct_bias_measure = {.name = "direct-bias",
                                                   .title = "mean |cosine| of occupations with the direction",
                                                   .paper = "Bolukbasi, Chang, Zou, Saligrama and Kalai 2016",
                                                   .takes = "a direction, occupations",
                                                   .range = "0 to 1",
                                                   .better = "lower",
                                                   .unbiased = 0,
                                                   .default_sets = "gender",
                                                   .has_direction = true,
                                                   .queries = occupations_of,
                                                   .run = run_direct_bias};

}  // namespace equivec
