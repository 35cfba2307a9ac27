#include "equivec/sequence/model.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "src/base/memory_limit.hpp"
#include "src/base/parallel.hpp"
#include "src/base/running_hash.hpp"
#include "src/base/suggestion.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/delimited.hpp"
#include "src/sequence/classifier.hpp"
#include "src/sequence/encoding.hpp"
#include "src/sequence/language_model.hpp"
#include "src/sequence/model_state.hpp"
#include "src/sequence/tagger.hpp"
#include "src/sequence/trainer.hpp"
#include "src/sequence/translator.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>
#include <utility>

namespace equivec {

namespace {

/// The units of texts, the most frequent first, those as frequent in byte order.
std::vector<Vocabulary::Entry> counted_units(std::span<const std::vector<std::string>> texts) {
  std::unordered_map<std::string_view, std::uint64_t> counts;
  for (const std::vector<std::string>& text : texts)
    for (const std::string& unit : text) ++counts[unit];
  std::vector<Vocabulary::Entry> entries;
  for (const auto& [unit, count] : counts) entries.push_back({std::string(unit), count});
  std::ranges::sort(
      entries, [](const auto& a, const auto& b) { return a.count != b.count ? a.count > b.count : a.word < b.word; });
  return entries;
}

/// Some labels with special ones before them, and the most frequent units of the texts.
std::vector<std::string> unit_labels(std::vector<std::string> labels, std::span<const std::vector<std::string>> texts,
                                     int most) {
  const std::size_t special = labels.size();
  for (Vocabulary::Entry& entry : counted_units(texts)) {
    if (labels.size() == special + static_cast<std::size_t>(most)) break;
    if (std::ranges::find(labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(special), entry.word) ==
        labels.begin() + static_cast<std::ptrdiff_t>(special))
      labels.push_back(std::move(entry.word));
  }
  return labels;
}

std::vector<std::string> labels_of(SequenceTask task, const SequenceExamples& training, int vocabulary) {
  if (task == SequenceTask::language_model)
    return unit_labels({std::string(unknown_unit), std::string(end_of_text)}, training.inputs, vocabulary);
  if (task == SequenceTask::translate)
    return unit_labels({"", std::string(unknown_unit)}, training.outputs, vocabulary);
  std::set<std::string> labels;
  for (const std::vector<std::string>& output : training.outputs) labels.insert(output.begin(), output.end());
  if (labels.size() == 1)
    throw Error(training.name + ": all have the label '" + escaped(*labels.begin()) +
                "'; a model needs two labels or more");
  return {labels.begin(), labels.end()};
}

/// Vectors that are drawn, for the units of the texts: uniform, with a variance of 1 / dimension.
Embeddings random_vectors(const std::vector<Vocabulary::Entry>& units, int dimension, std::uint64_t seed) {
  Matrix matrix(static_cast<Eigen::Index>(units.size()), dimension);
  Rng rng(seed, ~std::uint64_t{0});
  const auto width = static_cast<float>(std::sqrt(3.0 / dimension));
  for (Eigen::Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = width * (2 * rng.uniform() - 1);
  return Embeddings(Vocabulary(units), std::move(matrix));
}

std::vector<std::string> characters_of(std::span<const std::vector<std::string>> texts) {
  std::set<std::string> characters;
  std::set<std::string_view> words;
  for (const std::vector<std::string>& text : texts) words.insert(text.begin(), text.end());
  for (const std::string_view word : words)
    for (std::string& character : units_of(word, SequenceUnits::characters)) characters.insert(std::move(character));
  return {characters.begin(), characters.end()};
}

/// The words of the vectors whose vectors are trained.
std::vector<WordId> trained_words(const Embeddings& vectors, const SequenceExamples& training, VectorUse use) {
  std::vector<WordId> words;
  if (use == VectorUse::frozen) return words;
  std::vector<bool> occurs(vectors.size(), use == VectorUse::random);
  const TextWords finder(vectors, false);
  for (const std::vector<std::string>& text : training.inputs) {
    const std::vector<std::string_view> views(text.begin(), text.end());
    for (const std::optional<WordId> id : finder.find(views))
      if (id && index(*id) < occurs.size()) occurs[index(*id)] = true;
  }
  for (std::size_t i = 0; i < occurs.size(); ++i)
    if (occurs[i]) words.push_back(word_id(i));
  return words;
}

/// Tells texts, labels and settings apart.
std::string digest_of(const NetworkShape& shape, const SequenceTrainingOptions& options, const Embeddings& vectors,
                      const SequenceExamples& training, const SequenceExamples& development) {
  RunningHash hash;
  for (const SequenceExamples* examples : {&training, &development})
    for (const auto* sides : {&examples->inputs, &examples->outputs})
      for (const std::vector<std::string>& units : *sides) {
        for (const std::string& unit : units) hash.add(unit + '\0');
        hash.add("\n");
      }
  const MatrixView matrix = vectors.matrix();
  hash.add({reinterpret_cast<const char*>(matrix.data()), static_cast<std::size_t>(matrix.size()) * sizeof(float)});
  for (std::size_t i = 0; i < vectors.size(); ++i) hash.add(std::string(vectors.vocabulary().word(word_id(i))) + '\0');
  return description_of(shape) + " batch " + std::to_string(options.batch) + " learning rate " +
         shortest(options.learning_rate) + " schedule " + std::string(name_of(options.schedule)) + " clip " +
         shortest(options.clip) + " seed " + std::to_string(options.seed) + " " + hash.digest();
}

/// Throws Error if a step of the training would not fit in the memory that there is.
void require_sequence_memory(const NetworkShape& shape, const SequenceExamples& training, int batch, double width,
                             double own) {
  std::size_t longest = 1;
  for (const auto* sides : {&training.inputs, &training.outputs})
    for (const std::vector<std::string>& units : *sides) longest = std::max(longest, units.size());
  if (shape.task == SequenceTask::language_model) longest = static_cast<std::size_t>(shape.window);
  const double needed = network_size(shape, width, own, static_cast<double>(longest) * batch).bytes_of_training;
  const auto limit = static_cast<double>(memory_limit());
  if (needed > limit)
    throw Error("training needs about " + std::to_string(static_cast<std::uint64_t>(needed / 1e6)) + " MB of memory, " +
                std::to_string(static_cast<std::uint64_t>(limit / 1e6)) +
                " are there; take a smaller --batch, --hidden, --vocabulary or --longest");
}

double development_score(const SequenceModel& model, SequenceNetwork& network, const SequenceExamples& development,
                         const EncodedExamples& encoded, const SequenceTrainingOptions& options) {
  if (model.task() == SequenceTask::classify || model.task() == SequenceTask::tag) {
    const SequenceEvaluation evaluation = model.evaluate(development, {.bootstrap = {.resamples = 1}});
    return leading_measure(evaluation).value;
  }
  double loss = 0, items = 0;
  for (const SequenceBatch& batch : network.batches(encoded, static_cast<std::size_t>(options.batch), nullptr)) {
    const SequenceNetwork::Loss part = network.loss(encoded, batch);
    loss += part.mean.item<double>() * part.items, items += part.items;
  }
  return -loss / items;
}

std::string how_made(const NetworkShape& shape, const SequenceExamples& training, const SequenceExamples& development,
                     const SequenceTrainingOptions& options) {
  return "equivec " EQUIVEC_VERSION " sequence train " + std::string(name_of(shape.task)) + " " + training.name +
         " --development " + development.name + " --epochs " + std::to_string(options.epochs) + " --patience " +
         std::to_string(options.patience) + " --batch " + std::to_string(options.batch) + " --seed " +
         std::to_string(options.seed);
}

}  // namespace

std::map<std::string, std::int64_t, std::less<>> numbers_of_labels(const std::vector<std::string>& labels) {
  std::map<std::string, std::int64_t, std::less<>> numbers;
  for (std::size_t i = 0; i < labels.size(); ++i) numbers.emplace(labels[i], static_cast<std::int64_t>(i));
  return numbers;
}

std::shared_ptr<SequenceNetwork> make_network(const NetworkShape& shape, TokenVectors vectors) {
  const auto labels = static_cast<std::int64_t>(shape.labels.size());
  switch (shape.task) {
    case SequenceTask::classify:
      return std::make_shared<SequenceClassifier>(std::move(vectors), shape.options, labels);
    case SequenceTask::tag:
      return std::make_shared<SequenceTagger>(std::move(vectors), shape.options, labels,
                                              shape.bio ? bio_rules(shape.labels) : TagRules());
    case SequenceTask::language_model:
      return std::make_shared<LanguageModel>(std::move(vectors), shape.options, labels, shape.window);
    case SequenceTask::translate:
      return std::make_shared<Translator>(std::move(vectors), shape.options, labels);
  }
  throw Error("a task that there is not");
}

NetworkSize network_size(const NetworkShape& shape, double width, double own, double units) {
  const SequenceModelOptions& options = shape.options;
  const double directions = options.bidirectional && shape.task != SequenceTask::language_model ? 2 : 1,
               hidden = options.hidden, gates = 4, labels = static_cast<double>(shape.labels.size());
  double recurrent = 0, input = width;
  for (int layer = 0; layer < options.layers; ++layer, input = directions * hidden)
    recurrent += directions * gates * hidden * (input + hidden + 2);
  double parameters = recurrent + (directions * hidden + 1) * labels,
         states = (directions + 1) * gates * hidden * options.layers;
  if (shape.task == SequenceTask::translate) {
    parameters += recurrent + labels * (2 * options.dimension + directions * hidden) + 4 * hidden * hidden * directions;
    states *= 3;
  }
  const double scored = shape.task == SequenceTask::classify ? 0 : 3 * labels;
  // Parameters, their gradient, two moments, the best so far; of states what is needed for the gradient.
  return {parameters, 4 * (6 * (parameters + own) + units * (4 * width + 3 * states + scored))};
}

const SequenceMeasure& leading_measure(const SequenceEvaluation& evaluation) {
  const auto f1 = std::ranges::find(evaluation.measures, "f1", &SequenceMeasure::key);
  return f1 == evaluation.measures.end() ? evaluation.measures.front() : *f1;
}

SequenceModel::SequenceModel(std::shared_ptr<State> state) : state_(std::move(state)) {}

SequenceModel SequenceModel::train(SequenceTask task, const SequenceExamples& training,
                                   const SequenceExamples& development, const Embeddings* given,
                                   const SequenceModelOptions& options, const SequenceTrainingOptions& rules,
                                   const SequenceTrainingControl& control) {
  validate(task, options);
  validate(rules);
  if (options.use != VectorUse::random && !given)
    throw OptionError("vectors: " + std::string(name_of(options.use)) + " ones must be given; or take random ones");
  if (training.size() == 0) throw Error(training.name + ": holds no text; a model needs some to learn from");
  if (development.size() == 0) throw Error(development.name + ": holds no text; it tells when training should end");
  set_sequence_threads(rules.threads);
  auto state = std::make_shared<State>();
  state->shape = {task, options, labels_of(task, training, options.vocabulary), rules.truncate, false};
  state->numbers = numbers_of_labels(state->shape.labels);
  state->shape.bio = task == SequenceTask::tag && options.crf && keep_bio(training.outputs);
  const Embeddings vectors = options.use == VectorUse::random
                                 ? random_vectors(counted_units(training.inputs), options.dimension, rules.seed)
                                 : *given;
  const std::vector<WordId> trained = trained_words(vectors, training, options.use);
  const bool encodes = options.character_encoder != CharacterEncoderKind::none;
  require_sequence_memory(state->shape, training, rules.batch,
                          vectors.dimension() + (encodes ? options.character_outputs : 0),
                          static_cast<double>(trained.size()) * vectors.dimension());
  torch::manual_seed(rules.seed);
  state->network = make_network(
      state->shape,
      TokenVectors(vectors, trained, encodes ? characters_of(training.inputs) : std::vector<std::string>(), options));
  state->metadata = vectors.metadata();
  state->metadata["sequence_made"] = how_made(state->shape, training, development, rules);
  const SequenceModel model(state);
  const EncodedExamples examples = encoded(training, state->shape, state->numbers, state->network->vectors()),
                        held_out = encoded(development, state->shape, state->numbers, state->network->vectors());
  train_network(
      {.network = *state->network,
       .examples = examples,
       .development_score = [&] { return development_score(model, *state->network, development, held_out, rules); },
       .description =
           control.checkpoint.empty() ? std::string() : digest_of(state->shape, rules, vectors, training, development)},
      rules, control);
  return model;
}

SequenceTask SequenceModel::task() const { return state_->shape.task; }
const SequenceModelOptions& SequenceModel::options() const { return state_->shape.options; }
const std::vector<std::string>& SequenceModel::labels() const { return state_->shape.labels; }
Embeddings SequenceModel::vectors() const { return state_->network->vectors().trained_vectors(); }

std::size_t SequenceModel::parameters() const {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : state_->network->parameters()) count += parameter.numel();
  return static_cast<std::size_t>(count);
}

SequenceExamples SequenceModel::read_examples(const std::filesystem::path& file, SequenceReadOptions options,
                                              Notices* notices, const Progress* progress) const {
  options.units = state_->shape.options.units;
  const Embeddings vectors = this->vectors();
  return read_sequence_examples(task(), file, options, &vectors, notices, progress);
}

void set_sequence_threads(int threads) { torch::set_num_threads(thread_count(threads)); }

}  // namespace equivec
