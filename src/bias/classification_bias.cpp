#include "equivec/bias/classification_bias.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/bias/measures.hpp"
#include "src/base/parallel.hpp"
#include "src/bias/query.hpp"
#include "src/bias/recovered_sides.hpp"
#include "src/math/clustering.hpp"
#include "src/math/logistic_regression.hpp"
#include "src/math/support_vectors.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace equivec {

namespace {

/// Training rows and test rows, each with those of the first side first.
struct Split {
  std::vector<Eigen::Index> training, tested;
  std::size_t tested_of_first;
};

Split random_split(const BiasedWords& words, std::size_t training_per_side, Rng rng) {
  Split split{{}, {}, words.first.size() - training_per_side};
  Eigen::Index begin = 0;
  for (const auto* side : {&words.first, &words.last}) {
    std::vector<Eigen::Index> rows(side->size());
    std::iota(rows.begin(), rows.end(), begin);
    begin += static_cast<Eigen::Index>(rows.size());
    for (std::size_t i = 0; i < training_per_side; ++i)
      std::swap(rows[i], rows[i + rng.below(static_cast<std::uint32_t>(rows.size() - i))]);
    const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(training_per_side);
    split.training.insert(split.training.end(), rows.begin(), middle);
    split.tested.insert(split.tested.end(), middle, rows.end());
  }
  return split;
}

/// The results of one split: for each tested word, whether it was put on its side.
struct Answers {
  std::vector<std::uint8_t> support_vectors, logistic;
};

std::vector<std::uint8_t> right(const Eigen::VectorXd& scores, std::size_t first_size) {
  std::vector<std::uint8_t> result;
  for (const double score : scores) result.push_back((score > 0) == (result.size() < first_size));
  return result;
}

Answers answers_of(const Points& rows, const Split& split) {
  const Eigen::MatrixXd examples = rows(split.training, Eigen::all);
  const Points tested = rows(split.tested, Eigen::all);
  Eigen::VectorXd labels = Eigen::VectorXd::Zero(examples.rows());
  labels.head(examples.rows() / 2).setOnes();
  const SupportVectors machine = fit_support_vectors(examples, labels, 1.0 / static_cast<double>(rows.cols()), 1);
  const LogisticModel logistic = fit_logistic(examples, labels, Eigen::VectorXd::Ones(labels.size()), 1);
  return {right(scores(machine, tested), split.tested_of_first),
          right((tested * logistic.weights).array() + logistic.intercept, split.tested_of_first)};
}

/// How often a word was tested, and how often it was put on its side.
struct Tested {
  std::uint64_t times = 0, right = 0;
};

RecoveredSides summary(std::size_t words, const std::vector<Split>& splits, const std::vector<Answers>& answers,
                       std::vector<std::uint8_t> Answers::*of, const BootstrapOptions& options) {
  std::vector<Tested> tested(words);
  std::vector<double> accuracies;
  for (std::size_t i = 0; i < splits.size(); ++i) {
    const std::vector<std::uint8_t>& is_right = answers[i].*of;
    for (std::size_t k = 0; k < is_right.size(); ++k) {
      Tested& word = tested[static_cast<std::size_t>(splits[i].tested[k])];
      ++word.times;
      word.right += is_right[k];
    }
    accuracies.push_back(static_cast<double>(std::ranges::count(is_right, 1)) / static_cast<double>(is_right.size()));
  }
  const auto share = [&](std::span<const std::uint32_t> times) -> std::optional<double> {
    std::uint64_t all = 0, right = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
      all += times[i] * tested[i].times;
      right += times[i] * tested[i].right;
    }
    if (all == 0) return std::nullopt;
    return static_cast<double>(right) / static_cast<double>(all);
  };
  RecoveredSides sides = recovered_sides(accuracies);
  sides.interval = percentile_interval(bootstrap(words, share, options), options);
  return sides;
}

}  // namespace

ClassificationBias classification_bias(const Embeddings& embeddings, const BiasedWords& words,
                                       const ClassificationBiasOptions& options) {
  require_at_least("repeats", options.repeats, 1);
  require_at_least("training words per side", options.training_per_side, 1);
  validate(options.bootstrap);
  const auto training = static_cast<std::size_t>(options.training_per_side);
  if (words.first.size() <= training || words.last.size() <= training)
    throw Error(std::to_string(training) + " training words a side leave none to test, got " +
                std::to_string(words.first.size()) + " and " + std::to_string(words.last.size()) +
                " biased words; take more words, or train with fewer");

  const Points rows = unit_rows(embeddings, words);
  std::vector<Split> splits(static_cast<std::size_t>(options.repeats));
  std::vector<Answers> answers(splits.size());
  parallel_for(splits.size(), options.bootstrap.threads, [&](std::size_t i) {
    splits[i] = random_split(words, training, Rng(options.bootstrap.seed, streams_of_tries + i));
    answers[i] = answers_of(rows, splits[i]);
  });
  const auto summary_of = [&](std::vector<std::uint8_t> Answers::*of) {
    return summary(static_cast<std::size_t>(rows.rows()), splits, answers, of, options.bootstrap);
  };
  return {summary_of(&Answers::support_vectors), summary_of(&Answers::logistic)};
}

namespace {

void run_classification_bias(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const BiasMeasureOptions& options = input.options;
  const int per_side = options.biased_words == 0 ? 2500 : options.biased_words;
  // A fifth for training, as in the paper.
  const int training = std::max(1, per_side / 5);
  const BiasedWords words = most_biased_in_reference(input, per_side, result);
  const ClassificationBias found = classification_bias(
      input.embeddings, words,
      {.repeats = options.repeats, .training_per_side = training, .bootstrap = bootstrap_options(options)});
  result.value = found.support_vectors.accuracy;
  result.interval = found.support_vectors.interval;
  result.figures = {{"least", found.support_vectors.least},
                    {"most", found.support_vectors.most},
                    {"logistic", found.logistic.accuracy, found.logistic.interval},
                    {"logistic_least", found.logistic.least},
                    {"logistic_most", found.logistic.most}};
  result.conventions.emplace_back(
      "value", "support vectors with an RBF kernel, mean over " + std::to_string(options.repeats) + " splits");
  result.conventions.emplace_back("logistic", "by logistic regression");
  result.conventions.emplace_back("training words", std::to_string(training) + " a side");
  result.conventions.emplace_back("interval", "bootstrap of the words");
}

}  // namespace

constinit const BiasMeasure classification_bias_measure = {
    .name = "classification-bias",
    .title = "share of the most biased words whose side a classifier finds",
    .paper = "Gonen and Goldberg 2019",
    .takes = "a direction",
    .range = "0 to 1",
    .better = "nearer to 0.5",
    .unbiased = 0.5,
    .default_sets = "gender",
    .has_direction = true,
    .has_reference = true,
    .queries = direction_of,
    .run = run_classification_bias};

}  // namespace equivec
