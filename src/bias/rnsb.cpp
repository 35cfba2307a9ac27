#include "equivec/bias/rnsb.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/bias/measures.hpp"
#include "src/base/parallel.hpp"
#include "src/bias/association_lists.hpp"
#include "src/bias/query.hpp"
#include "src/math/logistic_regression.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

namespace equivec {

namespace {

constexpr double strength = 1;
constexpr std::size_t most_folds = 10;

BootstrapOptions bootstrap_options(const NegativeSentimentOptions& options) {
  return {std::max(options.resamples, 1), options.confidence, options.seed, options.threads};
}

/// The training data: the positive words, then the negative ones.
struct Lexicon {
  Eigen::MatrixXd vectors;   // rows of length 1
  Eigen::VectorXd negative;  // 1 or 0
  std::vector<std::size_t> sizes;

  explicit Lexicon(const std::vector<Vectors>& lists) : sizes{lists[0].size(), lists[1].size()} {
    const auto positives = static_cast<Eigen::Index>(sizes[0]), negatives = static_cast<Eigen::Index>(sizes[1]);
    negative.resize(positives + negatives);
    negative << Eigen::VectorXd::Zero(positives), Eigen::VectorXd::Ones(negatives);
    vectors.resize(negative.size(), lists[0].front().size());
    Eigen::Index row = 0;
    for (const Vectors& list : lists)
      for (const Eigen::VectorXd& vector : list) vectors.row(row++) = vector;
  }
};

/// A model trained with each word counted `times` times. REQUIRES: at least one word of each list.
LogisticModel learnt(const Lexicon& lexicon, const Eigen::VectorXd& times, const LogisticModel& start = {}) {
  std::vector<Eigen::Index> present;
  for (Eigen::Index i = 0; i < times.size(); ++i)
    if (times[i] > 0) present.push_back(i);
  return fit_logistic(lexicon.vectors(present, Eigen::all), lexicon.negative(present), times(present), strength, start);
}

/// P(negative).
std::vector<double> probabilities_of(const std::vector<Vectors>& targets, const LogisticModel& model) {
  std::vector<double> result;
  for (const Vectors& list : targets)
    for (const Eigen::VectorXd& target : list)
      result.push_back(1 / (1 + std::exp(-model.weights.dot(target) - model.intercept)));
  return result;
}

/// Kullback-Leibler divergence of the probabilities, scaled to sum 1, from the uniform distribution.
double divergence_of(std::span<const double> probabilities) {
  const double mean = mean_of(probabilities);
  double sum = 0;
  for (const double probability : probabilities) sum += probability / mean * std::log(probability / mean);
  return std::max(sum / static_cast<double>(probabilities.size()), 0.0);
}

/// The fold of each word: each list is spread evenly over the folds.
std::vector<std::size_t> folds_of(const Lexicon& lexicon, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<std::size_t> result;
  for (const std::size_t size : lexicon.sizes) {
    const std::size_t begin = result.size();
    for (std::size_t i = 0; i < size; ++i) {
      result.push_back(i % most_folds);
      std::swap(result.back(), result[begin + rng.below(static_cast<std::uint32_t>(i + 1))]);
    }
  }
  return result;
}

/// Accuracy of models on their held-out folds; an undecided word counts half.
double cross_validated(const Lexicon& lexicon, const LogisticModel& start, const NegativeSentimentOptions& options) {
  const std::vector<std::size_t> folds = folds_of(lexicon, options.seed);
  std::vector<double> right(std::min(most_folds, std::ranges::max(lexicon.sizes)));
  parallel_for(right.size(), options.threads, [&](std::size_t fold) {
    Eigen::VectorXd times(lexicon.negative.size());
    for (std::size_t i = 0; i < folds.size(); ++i) times[static_cast<Eigen::Index>(i)] = folds[i] == fold ? 0 : 1;
    const LogisticModel model = learnt(lexicon, times, start);
    for (Eigen::Index i = 0; i < times.size(); ++i) {
      if (times[i] > 0) continue;
      const double score = lexicon.vectors.row(i).dot(model.weights) + model.intercept;
      right[fold] += std::abs(score) < 1e-12 ? 0.5 : (score > 0) == (lexicon.negative[i] > 0) ? 1 : 0;
    }
  });
  return std::accumulate(right.begin(), right.end(), 0.0) / static_cast<double>(folds.size());
}

/// How often each word is drawn in a resample, each list separately.
Eigen::VectorXd resampled(const Lexicon& lexicon, Rng& rng) {
  Eigen::VectorXd times = Eigen::VectorXd::Zero(lexicon.negative.size());
  std::size_t begin = 0;
  for (const std::size_t size : lexicon.sizes) {
    for (std::size_t i = 0; i < size; ++i)
      ++times[static_cast<Eigen::Index>(begin + rng.below(static_cast<std::uint32_t>(size)))];
    begin += size;
  }
  return times;
}

}  // namespace

void validate(const NegativeSentimentOptions& options) {
  require_at_least("resamples", options.resamples, 0);
  validate(bootstrap_options(options));
}

NegativeSentiment negative_sentiment(const Embeddings& embeddings, const AssociationQuery& query,
                                     const NegativeSentimentOptions& options) {
  validate(options);
  require_lists("RNSB", query, {0, 2});
  require_different(embeddings.vocabulary(), "target", query.targets);
  require_different(embeddings.vocabulary(), "attribute", query.attributes);
  require_disjoint(embeddings.vocabulary(), "target", query.targets);

  const auto targets = unit_vectors(embeddings, query.targets);
  const Lexicon lexicon(unit_vectors(embeddings, query.attributes));
  const LogisticModel model = learnt(lexicon, Eigen::VectorXd::Ones(lexicon.negative.size()));
  NegativeSentiment result{};
  result.probabilities = probabilities_of(targets, model);
  result.divergence = divergence_of(result.probabilities);
  if (std::ranges::min(lexicon.sizes) > 1) result.accuracy = cross_validated(lexicon, model, options);
  if (options.resamples == 0) return result;

  std::vector<double> divergences(static_cast<std::size_t>(options.resamples));
  parallel_for(divergences.size(), options.threads, [&](std::size_t i) {
    Rng rng(options.seed, i + 1);  // the folds use stream 0
    divergences[i] = divergence_of(probabilities_of(targets, learnt(lexicon, resampled(lexicon, rng), model)));
  });
  std::ranges::sort(divergences);
  result.interval = percentile_interval(divergences, bootstrap_options(options));
  return result;
}

namespace {

void run_rnsb(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const BiasMeasureOptions& options = input.options;
  const AssociationQuery lists = lists_of(input, result);
  const NegativeSentiment found = negative_sentiment(
      input.embeddings, lists,
      {.resamples = std::max(1, options.resamples / 100), .seed = options.seed, .threads = options.threads});
  result.value = found.divergence;
  result.interval = found.interval;
  result.figures = {{"accuracy", found.accuracy}};
  result.columns = {"negative_probability"};
  std::vector<WordId> targets;
  for (const auto& list : lists.targets) targets.insert(targets.end(), list.begin(), list.end());
  add_rows(result, input.embeddings.vocabulary(), targets, found.probabilities);
  result.conventions = {{"value", "Kullback-Leibler divergence in nats"},
                        {"accuracy", "of the classifier, 10-fold cross-validation"},
                        {"classifier", "logistic regression on all attributes, vectors of length 1"},
                        {"interval", "bootstrap of the attributes, leans upwards"}};
}

}  // namespace

constinit const BiasMeasure rnsb_measure = {.name = "rnsb",
                                            .title = "relative negative sentiment bias",
                                            .paper = "Sweeney and Najafian 2019",
                                            .takes = "lists of targets, 2 of attributes: positive, negative",
                                            .range = "0 to log of the number of targets",
                                            .better = "lower",
                                            .unbiased = 0,
                                            .default_sets = "race",
                                            .has_direction = false,
                                            .queries = queries_with<0, 2>,
                                            .run = run_rnsb};

}  // namespace equivec
