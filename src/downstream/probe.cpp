#include "equivec/downstream/probe.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"
#include "src/base/parallel.hpp"
#include "src/base/suggestion.hpp"
#include "src/downstream/class_scores.hpp"
#include "src/downstream/paired_means.hpp"
#include "src/downstream/text_means.hpp"
#include "src/evaluate/outcomes.hpp"
#include "src/math/singular_directions.hpp"
#include "src/math/softmax_regression.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>

namespace equivec {

/// Computes the texts' vectors and how many of their words are known.
class ProbeTexts {
 public:
  ProbeTexts(const Embeddings& embeddings, const ProbeOptions& options, const Progress* progress)
      : options_(options),
        progress_(progress),
        dimension_(embeddings.dimension()),
        means_(embeddings, options.texts, true),
        directions_(embeddings.dimension(), 0) {}

  /// Those of the training, whose common directions are taken out from then on.
  Examples of_training(std::span<const std::string> texts, TextCoverage& coverage) {
    require_removable(options_.texts.remove, static_cast<int>(dimension_), texts.size());
    Examples examples = means_of(texts, coverage);
    const RowBlock block = [&](Eigen::Index first, Eigen::Index height) -> Eigen::MatrixXd {
      return examples.middleRows(first, height);
    };
    if (options_.texts.remove > 0)
      directions_ = right_singular_vectors(examples.rows(), dimension_, block, options_.texts.remove, options_.threads,
                                           progress_);
    finish(examples);
    return examples;
  }
  Examples of_test(std::span<const std::string> texts, TextCoverage& coverage) const {
    Examples examples = means_of(texts, coverage);
    finish(examples);
    return examples;
  }

 private:
  Examples means_of(std::span<const std::string> texts, TextCoverage& coverage) const {
    Examples means(static_cast<Eigen::Index>(texts.size()), dimension_);
    std::atomic<std::uint64_t> empty = 0, without_known = 0, words = 0, known = 0;
    parallel_ranges(texts.size(), 64, options_.threads, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        check_cancelled(progress_);
        const TextMeans::Counts counts = means_.compute(texts[i], means.row(static_cast<Eigen::Index>(i)).transpose());
        empty += counts.words == 0;
        without_known += counts.known == 0;
        words += counts.words;
        known += counts.known;
      }
    });
    coverage = {texts.size(), empty, without_known, words, known};
    return means;
  }

  void finish(Examples& examples) const {
    parallel_ranges(static_cast<std::size_t>(examples.rows()), 64, options_.threads,
                    [&](std::size_t begin, std::size_t end) {
                      for (std::size_t i = begin; i < end; ++i)
                        means_.finish(directions_, examples.row(static_cast<Eigen::Index>(i)).transpose());
                    });
  }

  ProbeOptions options_;
  const Progress* progress_;
  Eigen::Index dimension_;
  TextMeans means_;
  Eigen::MatrixXd directions_;  // one a column
};

namespace {

/// For each label of the test set, its number in the training set. Throws Error for one that is not there.
std::vector<std::uint32_t> numbers_in(const std::string& training, std::span<const std::string> classes,
                                      const LabelledTexts& test) {
  std::vector<std::uint32_t> numbers;
  for (std::size_t k = 0; k < test.classes.size(); ++k) {
    const auto found = std::ranges::lower_bound(classes, test.classes[k]);
    if (found == classes.end() || *found != test.classes[k]) {
      const auto lines = std::ranges::count(test.labels, static_cast<std::uint32_t>(k));
      throw Error(test.name + ": the label '" + escaped(test.classes[k]) + "', of " + std::to_string(lines) +
                  (lines == 1 ? " text" : " texts") + ", is not in " + training + "; leave these out or train on some");
    }
    numbers.push_back(static_cast<std::uint32_t>(found - classes.begin()));
  }
  return numbers;
}

void require_texts(const LabelledTexts& texts) {
  if (texts.texts.empty()) throw Error(texts.name + ": holds no labelled text");
}

void require_trainable(const LabelledTexts& training) {
  require_texts(training);
  if (training.classes.size() == 1)
    throw Error(training.name + ": all texts have the label '" + escaped(training.classes[0]) +
                "'; a classifier needs two labels or more");
}

using Counts = std::vector<std::uint64_t>;

}  // namespace

void require_learnable(const LabelledTexts& training, const LabelledTexts& test) {
  require_texts(training);
  require_texts(test);
  require_trainable(training);
  numbers_in(training.name, training.classes, test);
}

void validate(const ProbeOptions& options) {
  require_between("strength", options.strength, 1e-6, 1e6);
  require_between("threads", options.threads, 0, 4096);
  validate(options.texts);
  validate(options.bootstrap);
}

std::optional<double> ProbeResult::Class::f1() const {
  if (test + predicted == 0) return std::nullopt;
  return 2 * static_cast<double>(correct) / static_cast<double>(test + predicted);
}

struct ProbeClassifier::State {
  State(const Embeddings& embeddings, const LabelledTexts& training, const ProbeOptions& given, const Progress* work)
      : options(given),
        progress(work),
        name(training.name),
        classes(training.classes),
        counts(training.classes.size()),
        vectors(embeddings, given, work) {
    const Examples examples = vectors.of_training(training.texts, coverage);
    if (coverage.known == 0)
      throw Error(name + ": none of its " + std::to_string(coverage.words) +
                  " words is in the vectors; check that both have the same language and tokenization");
    for (const std::uint32_t label : training.labels) ++counts[label];
    model = fit_softmax({.examples = examples,
                         .labels = training.labels,
                         .classes = static_cast<Eigen::Index>(classes.size()),
                         .strength = options.strength,
                         .threads = options.threads,
                         .progress = progress});
  }

  ProbeOptions options;
  const Progress* progress;
  std::string name;  // of the training, for messages
  std::vector<std::string> classes;
  Counts counts;  // of the training's texts, by class
  ProbeTexts vectors;
  TextCoverage coverage;  // of the training
  SoftmaxModel model;
};

ProbeClassifier::ProbeClassifier(const Embeddings& embeddings, const LabelledTexts& training,
                                 const ProbeOptions& options, const Progress* progress) {
  validate(options);
  require_trainable(training);
  state_ = std::make_unique<const State>(embeddings, training, options, progress);
}
ProbeClassifier::~ProbeClassifier() = default;
ProbeClassifier::ProbeClassifier(ProbeClassifier&&) noexcept = default;
ProbeClassifier& ProbeClassifier::operator=(ProbeClassifier&&) noexcept = default;

const std::vector<std::string>& ProbeClassifier::classes() const noexcept { return state_->classes; }

ProbeAnswers ProbeClassifier::classify(std::span<const std::string> texts) const {
  ProbeAnswers answers;
  if (texts.empty()) return answers;
  const Examples logs =
      log_probabilities(state_->model, state_->vectors.of_test(texts, answers.coverage), state_->options.threads);
  for (Eigen::Index i = 0; i < logs.rows(); ++i) {
    const auto row = logs.row(i);
    std::uint32_t best = 0;
    for (std::uint32_t k = 1; k < row.size(); ++k)
      if (row[k] > row[best]) best = k;
    answers.predictions.push_back(best);
    for (const double log : row) answers.log_probabilities.push_back(std::min(0.0, log));
  }
  return answers;
}

ProbeResult ProbeClassifier::test(const LabelledTexts& test) const {
  const std::vector<std::uint32_t> numbers = numbers_in(state_->name, state_->classes, test);
  const std::size_t classes = state_->classes.size(), size = test.texts.size();
  require_texts(test);
  ProbeAnswers answers = classify(test.texts);
  ProbeResult result;
  result.training = state_->coverage;
  result.test = answers.coverage;
  std::vector<std::uint32_t> labels(size);
  Counts in_test(classes), predicted(classes), correct(classes);
  for (std::size_t i = 0; i < size; ++i) {
    labels[i] = numbers[test.labels[i]];
    const std::uint32_t best = answers.predictions[i];
    const bool right = best == labels[i];
    result.outcomes.push_back(right ? Outcome::right : Outcome::wrong);
    result.log_losses.push_back(std::max(0.0, -answers.log_probabilities[i * classes + labels[i]]));
    result.log_loss += result.log_losses.back() / static_cast<double>(size);
    ++in_test[labels[i]];
    ++predicted[best];
    correct[best] += right;
  }
  result.predictions = std::move(answers.predictions);
  for (std::size_t k = 0; k < classes; ++k)
    result.classes.push_back({state_->classes[k], state_->counts[k], in_test[k], predicted[k], correct[k]});

  const BootstrapOptions& resampling = state_->options.bootstrap;
  result.accuracy = accuracy_of(test.name, result.outcomes, resampling);
  const std::vector<std::uint32_t> once(size, 1);
  result.macro_f1 = *macro_f1(labels, result.predictions, classes, once);
  result.macro_f1_interval = resampled_interval(
      size,
      [&](DrawnTimes times) {
        check_cancelled(state_->progress);
        return macro_f1(labels, result.predictions, classes, times);
      },
      resampling);
  result.log_loss_interval = resampled_interval(
      size,
      [&](DrawnTimes times) {
        check_cancelled(state_->progress);
        return mean_over(times, result.log_losses);
      },
      resampling);
  return result;
}

ProbeResult probe(const Embeddings& embeddings, const LabelledTexts& training, const LabelledTexts& test,
                  const ProbeOptions& options, Progress* progress) {
  validate(options);
  require_learnable(training, test);
  return ProbeClassifier(embeddings, training, options, progress).test(test);
}

ProbeDifference compare(const ProbeResult& first, const ProbeResult& second, const BootstrapOptions& options) {
  const Discordance discordant = discordance(first.outcomes, second.outcomes);
  const std::size_t size = first.log_losses.size();
  std::vector<double> differences(size);
  for (std::size_t i = 0; i < size; ++i) differences[i] = first.log_losses[i] - second.log_losses[i];
  return {compare_proportions(discordant, options).value(), mean_difference(differences, options)};
}

}  // namespace equivec
