#pragma once

// What the tests of whole models share: texts from which a small network learns a task within a second, and all that a
// model says of some texts, as bytes.

#include "equivec/base/rng.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/sequence/model.hpp"
#include "tests/support.hpp"

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <numbers>
#include <string>
#include <vector>

namespace equivec {

/// A task, examples of it, and settings that learn it.
struct Lesson {
  SequenceTask task = SequenceTask::classify;
  SequenceExamples training = {}, development = {}, test = {};
  SequenceModelOptions model = {};
  SequenceTrainingOptions rules = {};
};

inline void add_example(SequenceExamples& examples, std::vector<std::string> input, std::vector<std::string> output) {
  examples.inputs.push_back(std::move(input));
  examples.outputs.push_back(std::move(output));
  examples.lines.push_back(examples.inputs.size());
}

/// Fills training, development and test by calls of add(rng, examples).
template <class Add>
Lesson lesson_of(SequenceTask task, std::size_t training, std::size_t others, Add&& add) {
  Lesson lesson{.task = task};
  lesson.model = {.hidden = 16, .dropout = 0.1, .use = VectorUse::random, .dimension = 8};
  lesson.rules = {.epochs = 12, .batch = 16, .learning_rate = 0.02, .threads = 1};
  lesson.training.name = "training", lesson.development.name = "development", lesson.test.name = "test";
  std::uint64_t stream = 0;
  for (SequenceExamples* const examples : {&lesson.training, &lesson.development, &lesson.test}) {
    Rng rng(1, stream++);
    while (examples->size() < (examples == &lesson.training ? training : others)) add(rng, *examples);
  }
  return lesson;
}

inline std::vector<std::string> drawn_words(Rng& rng, std::uint32_t least, std::uint32_t most, std::uint32_t kinds) {
  std::vector<std::string> words;
  for (std::uint32_t length = least + rng.below(most - least + 1); words.size() < length;)
    words.push_back("w" + std::to_string(rng.below(kinds)));
  return words;
}

/// The label of a text is told by one word in it.
inline Lesson classify_lesson(std::size_t training = 150) {
  return lesson_of(SequenceTask::classify, training, 100, [](Rng& rng, SequenceExamples& examples) {
    std::vector<std::string> words = drawn_words(rng, 2, 7, 12);
    const std::uint32_t label = rng.below(3);
    words[rng.below(static_cast<std::uint32_t>(words.size()))] = std::vector<std::string>{"good", "bad", "odd"}[label];
    add_example(examples, std::move(words), {std::vector<std::string>{"praise", "blame", "wonder"}[label]});
  });
}

/// The tag of a word is told by the word before it.
inline Lesson tag_lesson() {
  Lesson lesson = lesson_of(SequenceTask::tag, 120, 60, [](Rng& rng, SequenceExamples& examples) {
    const std::vector<std::string> words = drawn_words(rng, 1, 7, 4);
    std::vector<std::string> tags = {"first"};
    for (std::size_t i = 1; i < words.size(); ++i) tags.push_back("after-" + words[i - 1]);
    add_example(examples, words, tags);
  });
  lesson.rules.epochs = 20;
  return lesson;
}

constexpr std::uint32_t steps_of_cycle = 6;

/// Words of a cycle, each one or two steps after the one before; each may be the last with probability 1/4.
inline Lesson language_lesson() {
  Lesson lesson = lesson_of(SequenceTask::language_model, 400, 200, [](Rng& rng, SequenceExamples& examples) {
    std::vector<std::string> words;
    std::uint32_t step = rng.below(steps_of_cycle);
    do {
      words.push_back("w" + std::to_string(step));
      step = (step + 1 + rng.below(2)) % steps_of_cycle;
    } while (rng.below(4) != 0);
    add_example(examples, std::move(words), {});
  });
  lesson.model.dropout = 0;
  lesson.rules.batch = 8, lesson.rules.truncate = 16;
  return lesson;
}

/// The perplexity of those texts by the probabilities that they were drawn with.
inline double true_perplexity(const SequenceExamples& examples) {
  double loss = 0, units = 0;
  for (const std::vector<std::string>& words : examples.inputs) {
    const auto moves = static_cast<double>(words.size() - 1);
    loss += std::log(steps_of_cycle) + moves * (std::log(4.0 / 3) + std::numbers::ln2) + std::log(4.0);
    units += static_cast<double>(words.size()) + 1;
  }
  return std::exp(loss / units);
}

/// The target is the source backwards.
inline Lesson translate_lesson() {
  Lesson lesson = lesson_of(SequenceTask::translate, 400, 40, [](Rng& rng, SequenceExamples& examples) {
    std::vector<std::string> letters;
    for (std::uint32_t length = 1 + rng.below(4); letters.size() < length;)
      letters.emplace_back(1, static_cast<char>('a' + rng.below(4)));
    add_example(examples, letters, {letters.rbegin(), letters.rend()});
  });
  lesson.model.units = SequenceUnits::characters;
  lesson.model.hidden = 24, lesson.model.dropout = 0;
  lesson.rules.epochs = 25;
  return lesson;
}

inline Lesson lesson_in(SequenceTask task) {
  switch (task) {
    case SequenceTask::classify:
      return classify_lesson();
    case SequenceTask::tag:
      return tag_lesson();
    case SequenceTask::language_model:
      return language_lesson();
    case SequenceTask::translate:
      break;
  }
  return translate_lesson();
}

/// The same with fewer epochs, where it does not matter what was learned.
inline Lesson short_lesson_in(SequenceTask task, int epochs = 2) {
  Lesson lesson = lesson_in(task);
  lesson.rules.epochs = epochs;
  for (SequenceExamples* const examples : {&lesson.training, &lesson.development, &lesson.test}) {
    const std::size_t kept = std::min<std::size_t>(examples->size(), 60);
    examples->inputs.resize(kept), examples->outputs.resize(kept), examples->lines.resize(kept);
  }
  return lesson;
}

inline SequenceModel learned(const Lesson& lesson, const Embeddings* vectors = nullptr,
                             const SequenceTrainingControl& control = {}) {
  return SequenceModel::train(lesson.task, lesson.training, lesson.development, vectors, lesson.model, lesson.rules,
                              control);
}

/// Vectors, drawn, for the words that the lessons draw.
inline Embeddings lesson_vectors(std::uint64_t seed = 1) { return random_embeddings(14, 8, seed); }

inline std::string bytes_of(const void* data, std::size_t size) { return {static_cast<const char*>(data), size}; }

inline std::string bytes_of(const std::vector<double>& values) {
  return bytes_of(values.data(), values.size() * sizeof(double));
}

/// What a model says of texts, every bit of it.
inline std::string answers_of(const SequenceModel& model, const SequenceExamples& texts) {
  std::string answers;
  const auto add = [&](const std::vector<std::string>& units) {
    for (const std::string& unit : units) answers += unit + '\t';
    answers += '\n';
  };
  switch (model.task()) {
    case SequenceTask::classify:
      for (const ClassPrediction& each : model.classify(texts.inputs))
        answers += std::to_string(each.label) + bytes_of(each.probabilities);
      break;
    case SequenceTask::tag:
      for (const std::vector<std::string>& tags : model.tag(texts.inputs)) add(tags);
      break;
    case SequenceTask::language_model:
      for (const SequenceMeasure& measure : model.evaluate(texts, {.bootstrap = {.resamples = 1}}).measures)
        answers += bytes_of(measure.parts.numerators);
      answers += model.sample("", {.longest = 30, .through_ends = true});
      break;
    case SequenceTask::translate:
      for (const SequenceTranslation& each : model.translate(texts.inputs)) {
        add(each.units);
        answers += bytes_of(&each.score, sizeof each.score);
      }
  }
  return answers;
}

inline void write_model(const SequenceModel& model, const std::filesystem::path& file) {
  OutputFiles files;
  model.write(files, file);
  files.commit();
}

/// The bytes of the file that a model becomes.
inline std::string file_bytes_of(const SequenceModel& model) {
  const TemporaryDirectory folder;
  write_model(model, folder / "model");
  return read_file(folder / "model");
}

inline double value_of(const SequenceEvaluation& evaluation, std::string_view key) {
  for (const SequenceMeasure& measure : evaluation.measures)
    if (measure.key == key) return measure.value;
  throw std::out_of_range("no measure " + std::string(key));
}

}  // namespace equivec
