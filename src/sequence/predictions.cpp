#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/sequence/bleu.hpp"
#include "equivec/sequence/model.hpp"
#include "src/sequence/classifier.hpp"
#include "src/sequence/encoding.hpp"
#include "src/sequence/language_model.hpp"
#include "src/sequence/model_state.hpp"
#include "src/sequence/tagger.hpp"
#include "src/sequence/translator.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace equivec {

namespace {

// Units of a batch at most: long texts are read alone.
constexpr std::size_t units_at_once = 20000;

/// The network of a model, which has to be of this task.
template <class Network>
Network& network_for(const NetworkShape& shape, SequenceNetwork& network, SequenceTask task) {
  if (shape.task != task)
    throw Error("the model is for " + std::string(name_of(shape.task)) + ", not for " + std::string(name_of(task)));
  return dynamic_cast<Network&>(network);
}

/// Calls f(texts, their numbers) for texts of about equal length at a time. Progress counts texts.
template <class F>
void for_each_group(const TokenVectorsImpl& vectors, std::span<const std::vector<std::string>> texts,
                    Progress* progress, F&& f) {
  std::vector<std::size_t> order(texts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return texts[i].size(); });
  start(progress, texts.size());
  for (std::size_t begin = 0; begin < order.size();) {
    check_cancelled(progress);
    std::size_t end = begin + 1;
    while (end < order.size() && end - begin < 256 && (end + 1 - begin) * texts[order[end]].size() <= units_at_once)
      ++end;
    std::vector<Tokens> tokens;
    for (std::size_t i = begin; i < end; ++i) {
      if (texts[order[i]].empty()) throw Error("text " + std::to_string(order[i] + 1) + " is empty; leave it out");
      tokens.push_back(vectors.tokens_of(texts[order[i]]));
    }
    std::vector<const Tokens*> group;
    for (const Tokens& each : tokens) group.push_back(&each);
    f(std::span<const Tokens* const>(group), std::span(order).subspan(begin, end - begin));
    if (progress) progress->done += end - begin;
    begin = end;
  }
}

void add_measure(SequenceEvaluation& evaluation, std::optional<SequenceMeasure> measure) {
  if (measure) evaluation.measures.push_back(std::move(*measure));
}

std::vector<SequenceMeasure> class_measures(const SequenceModel& model, const EncodedExamples& encoded,
                                            const SequenceExamples& test, const BootstrapOptions& options,
                                            Progress* progress) {
  const std::vector<ClassPrediction> predictions = model.classify(test.inputs, progress);
  std::vector<std::uint32_t> labels, predicted;
  std::vector<double> losses;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    labels.push_back(static_cast<std::uint32_t>(encoded.outputs[i][0]));
    predicted.push_back(predictions[i].label);
    losses.push_back(-std::log(std::max(predictions[i].probabilities[labels.back()], 1e-300)));
  }
  return measures_of_classes(labels, predicted, losses, model.labels().size(), options);
}

/// Losses of a stream's units as parts of a measure, by text.
MeasureParts parts_of_texts(const SequenceExamples& test, std::span<const double> losses) {
  MeasureParts parts;
  std::size_t place = 0;
  for (const std::vector<std::string>& text : test.inputs) {
    const std::size_t units = text.size() + 1;
    parts.numerators.push_back(std::accumulate(losses.begin() + static_cast<std::ptrdiff_t>(place),
                                               losses.begin() + static_cast<std::ptrdiff_t>(place + units), 0.0));
    parts.denominators.push_back(static_cast<double>(units));
    place += units;
  }
  return parts;
}

void evaluate_translations(const SequenceModel& model, const SequenceExamples& test,
                           const SequenceEvaluationOptions& options, SequenceEvaluation& evaluation,
                           Progress* progress) {
  const std::vector<SequenceTranslation> found = model.translate(test.inputs, test.outputs, options.beam, progress);
  MeasureParts exact;
  std::vector<BleuText> texts;
  for (std::size_t i = 0; i < found.size(); ++i) {
    exact.numerators.push_back(found[i].units == test.outputs[i]);
    ++evaluation.faults_found[static_cast<std::size_t>(found[i].fault)];
    texts.push_back({found[i].units, {test.outputs[i]}});
  }
  exact.denominators.assign(found.size(), 1);
  add_measure(evaluation, measure_of("accuracy", "exact", std::move(exact), options.bootstrap));
  SequenceMeasure score{
      .key = "bleu", .name = "BLEU", .share = true, .value = bleu(texts).score, .interval = {}, .parts = {}};
  const std::vector<double> ascending = bootstrap(texts.size(),
                                                  [&](std::span<const std::uint32_t> times) -> std::optional<double> {
                                                    std::vector<BleuText> drawn;
                                                    for (std::size_t i = 0; i < times.size(); ++i)
                                                      drawn.insert(drawn.end(), times[i], texts[i]);
                                                    return bleu(drawn).score;
                                                  },
                                                  {.resamples = std::min(options.bootstrap.resamples, 1000),
                                                   .confidence = options.bootstrap.confidence,
                                                   .seed = options.bootstrap.seed,
                                                   .threads = options.bootstrap.threads});
  if (!ascending.empty() && ascending.front() != ascending.back())
    score.interval = percentile_interval(ascending, options.bootstrap);
  evaluation.measures.push_back(std::move(score));
}

std::vector<TokenNumber> numbers_of(std::span<const std::string> units,
                                    const std::map<std::string, std::int64_t, std::less<>>& numbers) {
  std::vector<TokenNumber> result;
  for (const std::string& unit : units) {
    const auto found = numbers.find(unit);
    result.push_back(static_cast<TokenNumber>(found == numbers.end() ? unknown_label_of_target : found->second));
  }
  return result;
}

/// Draws a label. The unknown unit is no answer.
std::size_t drawn_label(const torch::Tensor& log_probabilities, double temperature, Rng& rng) {
  torch::Tensor logs = log_probabilities.to(torch::kFloat64) / temperature;
  logs[unknown_label_of_stream] = -std::numeric_limits<double>::infinity();
  const torch::Tensor probabilities = torch::softmax(logs, 0).contiguous();
  const std::span<const double> values(probabilities.data_ptr<double>(),
                                       static_cast<std::size_t>(probabilities.numel()));
  double left = rng.uniform_double();
  for (std::size_t i = 0; i < values.size(); ++i)
    if ((left -= values[i]) < 0) return i;
  return static_cast<std::size_t>(std::ranges::max_element(values) - values.begin());
}

}  // namespace

void validate(const SampleOptions& options) {
  require_between("longest", static_cast<double>(options.longest), 1, 1e6);
  require_between("temperature", options.temperature, 0.01, 100);
}

std::vector<ClassPrediction> SequenceModel::classify(std::span<const std::vector<std::string>> texts,
                                                     Progress* progress) const {
  auto& network = network_for<SequenceClassifier>(state_->shape, *state_->network, SequenceTask::classify);
  const torch::NoGradGuard no_gradient;
  std::vector<ClassPrediction> result(texts.size());
  for_each_group(network.vectors(), texts, progress, [&](auto group, std::span<const std::size_t> numbers) {
    const torch::Tensor logs = network.log_probabilities(group).to(torch::kFloat64).contiguous();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      ClassPrediction& prediction = result[numbers[i]];
      const double* const row = logs.data_ptr<double>() + static_cast<std::int64_t>(i) * logs.size(1);
      for (std::int64_t k = 0; k < logs.size(1); ++k) prediction.probabilities.push_back(std::exp(row[k]));
      prediction.label = static_cast<std::uint32_t>(std::ranges::max_element(prediction.probabilities) -
                                                    prediction.probabilities.begin());
    }
  });
  return result;
}

std::vector<std::vector<std::string>> SequenceModel::tag(std::span<const std::vector<std::string>> texts,
                                                         Progress* progress) const {
  auto& network = network_for<SequenceTagger>(state_->shape, *state_->network, SequenceTask::tag);
  const torch::NoGradGuard no_gradient;
  std::vector<std::vector<std::string>> result(texts.size());
  for_each_group(network.vectors(), texts, progress, [&](auto group, std::span<const std::size_t> numbers) {
    const std::vector<std::vector<std::int64_t>> tags = network.tags(group);
    for (std::size_t i = 0; i < numbers.size(); ++i)
      for (const std::int64_t tag : tags[i]) result[numbers[i]].push_back(labels()[static_cast<std::size_t>(tag)]);
  });
  return result;
}

std::string SequenceModel::sample(std::string_view beginning, const SampleOptions& options, Progress* progress) const {
  validate(options);
  auto& network = network_for<LanguageModel>(state_->shape, *state_->network, SequenceTask::language_model);
  const torch::NoGradGuard no_gradient;
  const SequenceUnits units = this->options().units;
  const std::string between = units == SequenceUnits::words ? " " : "";
  const Embeddings vectors = this->vectors();
  std::vector<std::string> given = units_of(beginning, units, &vectors);
  std::string text(beginning);
  given.insert(given.begin(), std::string(end_of_text));
  LanguageModel::Next next = network.next(network.vectors().tokens_of(std::move(given)), {});
  Rng rng(options.seed);
  start(progress, options.longest);
  for (std::size_t i = 0; i < options.longest; ++i) {
    check_cancelled(progress);
    const std::string& unit = labels()[drawn_label(next.log_probabilities, options.temperature, rng)];
    if (unit == end_of_text && !options.through_ends) break;
    if (!text.empty() && unit != end_of_text && !text.ends_with('\n')) text += between;
    text += unit;
    next = network.next(network.vectors().tokens_of({unit}), next.state);
    if (progress) ++progress->done;
  }
  return text;
}

std::vector<SequenceTranslation> SequenceModel::translate(std::span<const std::vector<std::string>> sources,
                                                          std::span<const std::vector<std::string>> references,
                                                          const BeamOptions& options, Progress* progress) const {
  auto& network = network_for<Translator>(state_->shape, *state_->network, SequenceTask::translate);
  if (!references.empty() && references.size() != sources.size())
    throw Error("expected a reference for each of " + std::to_string(sources.size()) + " sources, found " +
                std::to_string(references.size()));
  const torch::NoGradGuard no_gradient;
  std::vector<SequenceTranslation> result;
  start(progress, sources.size());
  for (std::size_t i = 0; i < sources.size(); ++i) {
    check_cancelled(progress);
    if (sources[i].empty()) throw Error("source " + std::to_string(i + 1) + " is empty; leave it out");
    const Tokens source = network.vectors().tokens_of(sources[i]);
    const std::unique_ptr<NextTokens> targets = network.targets_of(source);
    const Hypothesis found = beam_search(*targets, {}, options).front();
    SequenceTranslation& translation = result.emplace_back();
    for (const TokenNumber number : found.tokens) translation.units.push_back(labels()[number]);
    translation.score = found.score;
    if (!references.empty())
      translation.fault =
          fault_of(score_output(*targets, {}, numbers_of(references[i], state_->numbers), options), found);
    if (progress) ++progress->done;
  }
  return result;
}

SequenceEvaluation SequenceModel::evaluate(const SequenceExamples& test, const SequenceEvaluationOptions& options,
                                           Progress* progress) const {
  const torch::NoGradGuard no_gradient;
  SequenceEvaluation evaluation{.examples = test.size(), .measures = {}};
  const EncodedExamples examples = encoded(test, state_->shape, state_->numbers, state_->network->vectors());
  switch (task()) {
    case SequenceTask::classify:
      evaluation.measures = class_measures(*this, examples, test, options.bootstrap, progress);
      break;
    case SequenceTask::tag: {
      const std::vector<std::vector<std::string>> predicted = tag(test.inputs, progress);
      evaluation.measures = measures_of_tags({test.inputs, test.outputs, predicted}, options.bootstrap);
      break;
    }
    case SequenceTask::language_model: {
      const std::vector<double> losses = dynamic_cast<LanguageModel&>(*state_->network).log_losses(examples);
      MeasureParts parts = parts_of_texts(test, losses), bits = parts;
      for (double& loss : bits.numerators) loss /= std::numbers::ln2;
      add_measure(evaluation, measure_of("perplexity", "perplexity", std::move(parts), options.bootstrap, false, true));
      add_measure(evaluation, measure_of("bits", "bits of a unit", std::move(bits), options.bootstrap, false));
      break;
    }
    case SequenceTask::translate:
      evaluate_translations(*this, test, options, evaluation, progress);
  }
  return evaluation;
}

}  // namespace equivec
