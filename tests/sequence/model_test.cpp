#include "equivec/sequence/model.hpp"

#include "catch.hpp"
#include "equivec/vectors/subwords.hpp"
#include "tests/sequence/lessons.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <vector>

using namespace equivec;

namespace {

constexpr SequenceEvaluationOptions without_intervals = {.bootstrap = {.resamples = 1}};

double score_of(const SequenceModel& model, const SequenceExamples& texts, std::string_view key) {
  return value_of(model.evaluate(texts, without_intervals), key);
}

std::string training_error(const Lesson& lesson, const Embeddings* vectors = nullptr) {
  std::string error = error_of([&] { learned(lesson, vectors); });
  CHECK(error.find('\n') == std::string::npos);
  return error;
}

SequenceExamples no_examples(const std::string& name) {
  return {.name = name, .inputs = {}, .outputs = {}, .lines = {}};
}

Lesson with_use(Lesson lesson, VectorUse use) {
  lesson.model.use = use;
  return lesson;
}

/// Words a0, a1 ... and b0, b1 ..., whose n-grams have one vector in all words with an a, and another in those with a
/// b.
Embeddings vectors_of_ngrams() {
  auto rows = std::make_shared<Matrix>(Matrix::Random(1000, 8));
  const Embeddings words = embeddings({{"aaaa", std::vector<float>(8, 0.5F)}, {"bbbb", std::vector<float>(8, -0.5F)}});
  return words.with_subwords(
      Subwords({3, 4, 1000, NgramHash::fasttext}, MatrixView(rows->data(), rows->rows(), rows->cols()), rows));
}

}  // namespace

TEST_CASE("sequence model: a classifier learns which word tells the label") {
  const Lesson lesson = classify_lesson();
  const SequenceModel model = learned(lesson);
  CHECK(model.task() == SequenceTask::classify);
  CHECK(model.labels() == std::vector<std::string>{"blame", "praise", "wonder"});
  CHECK(score_of(model, lesson.test, "accuracy") > 0.97);
  const std::vector<ClassPrediction> predictions = model.classify(lesson.test.inputs);
  REQUIRE(predictions.size() == lesson.test.size());
  for (const ClassPrediction& each : predictions) {
    REQUIRE(each.probabilities.size() == 3);
    CHECK(std::accumulate(each.probabilities.begin(), each.probabilities.end(), 0.0) == Approx(1));
    CHECK(each.probabilities[each.label] == *std::ranges::max_element(each.probabilities));
  }
}

TEST_CASE("sequence model: a tagger learns tags that the word before tells, with a random field and without") {
  for (const bool crf : {false, true}) {
    CAPTURE(crf);
    Lesson lesson = tag_lesson();
    lesson.model.crf = crf;
    const SequenceModel model = learned(lesson);
    CHECK(model.labels() == std::vector<std::string>{"after-w0", "after-w1", "after-w2", "after-w3", "first"});
    CHECK(score_of(model, lesson.test, "accuracy") > 0.97);
  }
}

TEST_CASE("sequence model: a language model's perplexity comes near that of the texts' own probabilities") {
  const Lesson lesson = language_lesson();
  const SequenceModel model = learned(lesson);
  const SequenceEvaluation evaluation = model.evaluate(lesson.test, without_intervals);
  const double truth = true_perplexity(lesson.test), found = value_of(evaluation, "perplexity");
  CHECK(found < 1.05 * truth);
  CHECK(found > 0.98 * truth);
  CHECK(value_of(evaluation, "bits") == Approx(std::log2(found)));
}

TEST_CASE("sequence model: a translator learns to write backwards") {
  const Lesson lesson = translate_lesson();
  const SequenceModel model = learned(lesson);
  const SequenceEvaluation evaluation = model.evaluate(lesson.test, without_intervals);
  CHECK(value_of(evaluation, "accuracy") > 0.9);
  CHECK(value_of(evaluation, "bleu") > 0.9);
  CHECK(evaluation.faults_found[0] + evaluation.faults_found[1] + evaluation.faults_found[2] == lesson.test.size());
}

TEST_CASE("sequence model: from labels that are drawn nothing is learned about others") {
  Lesson lesson = classify_lesson();
  Rng rng(5);
  for (SequenceExamples* const examples : {&lesson.training, &lesson.development, &lesson.test})
    for (std::vector<std::string>& output : examples->outputs) output[0] = rng.below(2) == 0 ? "a" : "b";
  // 100 throws of a coin: four standard deviations.
  CHECK(std::abs(score_of(learned(lesson), lesson.test, "accuracy") - 0.5) < 0.2);
}

TEST_CASE("sequence model: of all epochs the one with the best development score is kept") {
  for (const SequenceTask task : sequence_tasks) {
    CAPTURE(name_of(task));
    Lesson lesson = short_lesson_in(task, 6);
    lesson.rules.patience = 6, lesson.rules.learning_rate = 0.1;  // too large: scores go up and down
    std::vector<SequenceEpoch> epochs;
    const SequenceModel model =
        learned(lesson, nullptr, {.on_epoch = [&](const SequenceEpoch& epoch) { epochs.push_back(epoch); }});
    REQUIRE(epochs.size() == 6);
    double best = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < epochs.size(); ++i) {
      CHECK(epochs[i].epoch == static_cast<int>(i) + 1);
      CHECK(epochs[i].is_best == (epochs[i].score > best));
      best = std::max(best, epochs[i].score);
    }
    if (task == SequenceTask::classify || task == SequenceTask::tag)
      CHECK(score_of(model, lesson.development, "accuracy") == best);
    else if (task == SequenceTask::language_model)
      CHECK(std::log(score_of(model, lesson.development, "perplexity")) == Approx(-best).epsilon(0.2));
  }
}

TEST_CASE("sequence model: training ends when patience does, or when it is enough") {
  Lesson lesson = classify_lesson();
  lesson.rules.epochs = 100, lesson.rules.patience = 2;
  int epochs = 0, best = 0;
  const auto count = [&](const SequenceEpoch& epoch) {
    epochs = epoch.epoch;
    if (epoch.is_best) best = epoch.epoch;
  };
  learned(lesson, nullptr, {.on_epoch = count});
  CHECK(epochs == best + 2);
  Progress progress;
  const auto enough = [&](const SequenceEpoch& epoch) {
    epochs = epoch.epoch;
    progress.enough = epoch.epoch == 3;
  };
  learned(lesson, nullptr, {.progress = &progress, .on_epoch = enough});
  CHECK(epochs == 3);
  CHECK(progress.done == 3 * ((lesson.training.size() + 15) / 16));
}

TEST_CASE("sequence model: a text has the same answers alone and among others") {
  const Lesson classes = classify_lesson(), tags = tag_lesson();
  const SequenceModel classifier = learned(short_lesson_in(SequenceTask::classify)),
                      tagger = learned(short_lesson_in(SequenceTask::tag, 5));
  const auto together = classifier.classify(classes.test.inputs);
  const auto tagged = tagger.tag(tags.test.inputs);
  for (std::size_t i = 0; i < 20; ++i) {
    CAPTURE(i);
    const ClassPrediction alone = classifier.classify(std::span(&classes.test.inputs[i], 1))[0];
    CHECK(alone.label == together[i].label);
    for (std::size_t k = 0; k < alone.probabilities.size(); ++k)
      CHECK(alone.probabilities[k] == Approx(together[i].probabilities[k]).margin(1e-6));
    CHECK(tagger.tag(std::span(&tags.test.inputs[i], 1))[0] == tagged[i]);
  }
}

TEST_CASE(
    "sequence model: frozen vectors stay bit for bit, and tuned ones change for the words of the training alone") {
  const Embeddings vectors = lesson_vectors();
  for (const SequenceTask task : {SequenceTask::classify, SequenceTask::tag, SequenceTask::language_model}) {
    CAPTURE(name_of(task));
    const Lesson lesson = short_lesson_in(task);
    CHECK(same_bits(learned(with_use(lesson, VectorUse::frozen), &vectors).vectors(), vectors));
    const Embeddings tuned = learned(with_use(lesson, VectorUse::tuned), &vectors).vectors();
    std::set<std::string> trained;
    for (const std::vector<std::string>& text : lesson.training.inputs) trained.insert(text.begin(), text.end());
    REQUIRE(tuned.size() == vectors.size());
    for (std::size_t i = 0; i < vectors.size(); ++i) {
      const std::string word(vectors.vocabulary().word(word_id(i)));
      CAPTURE(word);
      CHECK((row_of(tuned, word) != row_of(vectors, word)) == trained.contains(word));
    }
  }
}

TEST_CASE("sequence model: random vectors are those of the words of the training, and are trained") {
  const Lesson lesson = short_lesson_in(SequenceTask::classify);
  const SequenceModel model = learned(lesson);
  std::set<std::string> words, found;
  for (const std::vector<std::string>& text : lesson.training.inputs) words.insert(text.begin(), text.end());
  const Embeddings vectors = model.vectors();
  for (std::size_t i = 0; i < vectors.size(); ++i) found.insert(std::string(vectors.vocabulary().word(word_id(i))));
  CHECK(found == words);
  CHECK(vectors.dimension() == 8);
  CHECK(model.parameters() > vectors.size() * 8);
}

TEST_CASE("sequence model: unknown words have vectors of their n-grams, and without these one vector") {
  Lesson lesson = lesson_of(SequenceTask::classify, 60, 20, [](Rng& rng, SequenceExamples& examples) {
    const bool a = rng.below(2) == 0;
    add_example(examples, {a ? "aaaa" : "bbbb"}, {a ? "a" : "b"});
  });
  lesson.model.use = VectorUse::frozen;
  const std::vector<std::vector<std::string>> unknown = {{"aaaaa"}, {"bbbbb"}};
  const Embeddings with = vectors_of_ngrams(), without = with.with_subwords(std::nullopt);
  const auto composed = learned(lesson, &with).classify(unknown), plain = learned(lesson, &without).classify(unknown);
  CHECK(composed[0].probabilities != composed[1].probabilities);
  CHECK(plain[0].probabilities == plain[1].probabilities);
}

TEST_CASE("sequence model: words that have no vector are told apart by their characters") {
  for (const CharacterEncoderKind kind : {CharacterEncoderKind::convolution, CharacterEncoderKind::lstm}) {
    CAPTURE(name_of(kind));
    Lesson lesson = lesson_of(SequenceTask::classify, 200, 60, [](Rng& rng, SequenceExamples& examples) {
      const std::uint32_t ending = rng.below(2);
      const std::string stem(1 + rng.below(4), static_cast<char>('c' + rng.below(5)));
      add_example(examples, {stem + (ending == 0 ? "a" : "b")}, {ending == 0 ? "a" : "b"});
    });
    lesson.model.use = VectorUse::frozen;
    lesson.model.character_encoder = kind;
    lesson.model.character_dimension = 6, lesson.model.character_outputs = 8;
    const Embeddings vectors = lesson_vectors();
    CHECK(score_of(learned(lesson, &vectors), lesson.test, "accuracy") > 0.95);
  }
}

TEST_CASE("sequence model: a vector that is not finite is an error that names its word") {
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    for (const VectorUse use : {VectorUse::frozen, VectorUse::tuned}) {
      Matrix matrix = lesson_vectors().matrix();
      matrix(3, 5) = value;
      const Embeddings vectors(numbered_words(14), std::move(matrix));
      CHECK(training_error(with_use(short_lesson_in(SequenceTask::classify), use), &vectors) ==
            "the vector of 'w3' is not finite; convert the vectors with --not-finite drop");
    }
}

TEST_CASE("sequence model: labels that training did not see are told with their line") {
  Lesson lesson = short_lesson_in(SequenceTask::classify);
  const SequenceModel classifier = learned(lesson), tagger = learned(short_lesson_in(SequenceTask::tag));
  SequenceExamples test = lesson.test;
  test.outputs[4][0] = "scorn", test.lines[4] = 17;
  CHECK(error_of([&] { classifier.evaluate(test); }) ==
        "test:17: the label 'scorn' does not occur in the training; take it out, or train on some");
  lesson.development.outputs[0][0] = "scorn";
  CHECK(training_error(lesson) ==
        "development:1: the label 'scorn' does not occur in the training; take it out, or train on some");
  SequenceExamples tagged = tag_lesson().test;
  tagged.outputs[2][0] = "NOUN";
  CHECK(error_of([&] { tagger.evaluate(tagged); }) ==
        "test:3: the tag 'NOUN' does not occur in the training; take it out, or train on some");
}

TEST_CASE("sequence model: training needs two labels, and texts on both sides") {
  Lesson lesson = short_lesson_in(SequenceTask::classify);
  for (std::vector<std::string>& output : lesson.training.outputs) output = {"praise"};
  CHECK(training_error(lesson) == "training: all have the label 'praise'; a model needs two labels or more");
  for (const SequenceTask task : sequence_tasks) {
    CAPTURE(name_of(task));
    Lesson empty = short_lesson_in(task);
    empty.training = no_examples("training");
    CHECK(training_error(empty) == "training: holds no text; a model needs some to learn from");
    empty = short_lesson_in(task);
    empty.development = no_examples("development");
    CHECK(training_error(empty) == "development: holds no text; it tells when training should end");
  }
}

TEST_CASE("sequence model: what does not fit into the memory is refused before it is made") {
  Lesson lesson = short_lesson_in(SequenceTask::classify);
  lesson.model.hidden = 8192, lesson.model.layers = 16;
  CHECK_THAT(training_error(lesson), ContainsSubstring("training needs about "));
}

TEST_CASE("sequence model: settings that are out of range or do not fit the task are refused by name") {
  const auto refusal = [](auto&& change) {
    Lesson lesson = short_lesson_in(SequenceTask::classify);
    change(lesson);
    return option_error_of([&] { learned(lesson); });
  };
  CHECK_THAT(refusal([](Lesson& l) { l.model.hidden = 8193; }), ContainsSubstring("hidden must be between"));
  CHECK_THAT(refusal([](Lesson& l) { l.model.layers = 0; }), ContainsSubstring("layers must be between"));
  CHECK_THAT(refusal([](Lesson& l) { l.model.dropout = 0.96; }), ContainsSubstring("dropout must be between"));
  CHECK_THAT(refusal([](Lesson& l) { l.model.crf = true; }), ContainsSubstring("crf: "));
  CHECK_THAT(refusal([](Lesson& l) { l.model.vocabulary = 0; }), ContainsSubstring("vocabulary must be between"));
  CHECK_THAT(refusal([](Lesson& l) { l.rules.epochs = 0; }), ContainsSubstring("epochs must be between"));
  CHECK_THAT(refusal([](Lesson& l) { l.rules.batch = 4097; }), ContainsSubstring("batch must be between"));
  CHECK_THAT(refusal([](Lesson& l) { l.rules.learning_rate = 0; }), ContainsSubstring("learning-rate must be"));
  CHECK_THAT(refusal([](Lesson& l) { l.rules.threads = -1; }), ContainsSubstring("threads must be between"));
  CHECK_THAT(refusal([](Lesson& l) { l.model.use = VectorUse::tuned; }), ContainsSubstring("vectors: tuned ones must"));
  CHECK_THAT(refusal([](Lesson& l) {
               l.model.units = SequenceUnits::characters;
               l.model.character_encoder = CharacterEncoderKind::lstm;
             }),
             ContainsSubstring("character-encoder: "));
  CHECK_THAT(refusal([](Lesson& l) {
               l.model.character_encoder = CharacterEncoderKind::lstm;
               l.model.character_outputs = 5;
             }),
             ContainsSubstring("character-outputs must be even"));
  Lesson tags = short_lesson_in(SequenceTask::tag);
  tags.model.units = SequenceUnits::characters;
  CHECK_THAT(option_error_of([&] { learned(tags); }), ContainsSubstring("units: "));
}

TEST_CASE("sequence model: what is for another task, and empty texts, are refused in one line") {
  const std::vector<std::vector<std::string>> texts = {{"w1"}}, empty = {{"w1"}, {}};
  for (const SequenceTask task : sequence_tasks) {
    const SequenceModel model = learned(short_lesson_in(task, 1));
    const std::array<std::string, 4> errors = {error_of([&] { model.classify(texts); }),
                                               error_of([&] { model.tag(texts); }), error_of([&] { model.sample(""); }),
                                               error_of([&] { model.translate(texts); })};
    for (const SequenceTask other : sequence_tasks) {
      CAPTURE(name_of(task), name_of(other));
      const std::string expected =
          "the model is for " + std::string(name_of(task)) + ", not for " + std::string(name_of(other));
      CHECK(errors[static_cast<std::size_t>(other)] == (task == other ? "" : expected));
    }
    if (task == SequenceTask::classify)
      CHECK(error_of([&] { model.classify(empty); }) == "text 2 is empty; leave it out");
    if (task == SequenceTask::tag) CHECK(error_of([&] { model.tag(empty); }) == "text 2 is empty; leave it out");
    if (task != SequenceTask::translate) continue;
    CHECK(error_of([&] { model.translate(empty); }) == "source 2 is empty; leave it out");
    CHECK(error_of([&] { model.translate(texts, empty); }) == "expected a reference for each of 1 sources, found 2");
  }
}

TEST_CASE("sequence model: answers end when they are cancelled") {
  Progress progress;
  progress.cancelled = true;
  const Lesson lesson = short_lesson_in(SequenceTask::classify, 1);
  const SequenceModel model = learned(lesson), language = learned(short_lesson_in(SequenceTask::language_model, 1));
  CHECK_THROWS_AS(model.classify(lesson.test.inputs, &progress), Cancelled);
  CHECK_THROWS_AS(model.evaluate(lesson.test, {}, &progress), Cancelled);
  CHECK_THROWS_AS(language.sample("", {}, &progress), Cancelled);
  CHECK_THROWS_AS(learned(lesson, nullptr, {.progress = &progress}), Cancelled);
}

TEST_CASE("sequence model: samples go on from their beginning, by their seed, to the end or the longest") {
  const SequenceModel model = learned(language_lesson());
  CHECK(model.sample("w1", {.longest = 40, .seed = 4}) == model.sample("w1", {.longest = 40, .seed = 4}));
  std::set<std::string> drawn;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::string text = model.sample("w1 w2", {.seed = seed});
    CHECK(text.starts_with("w1 w2"));
    CHECK(text.find('\n') == std::string::npos);
    drawn.insert(text);
  }
  CHECK(drawn.size() > 5);
  const std::string through = model.sample("", {.longest = 300, .through_ends = true});
  CHECK(units_of(through, SequenceUnits::words).size() + static_cast<std::size_t>(std::ranges::count(through, '\n')) ==
        300);
  CHECK(std::ranges::count(through, '\n') > 30);
  CHECK(units_of(model.sample("nowhere", {.longest = 1, .through_ends = true}), SequenceUnits::words).size() <= 2);
  // Nearly without a temperature the most probable unit follows: never one that is not in the cycle.
  const std::vector<std::string> words =
      units_of(model.sample("w0", {.longest = 30, .temperature = 0.01}), SequenceUnits::words);
  for (std::size_t i = 1; i < words.size(); ++i) {
    const int move =
        (words[i][1] - words[i - 1][1] + static_cast<int>(steps_of_cycle)) % static_cast<int>(steps_of_cycle);
    CHECK((move == 1 || move == 2));
  }
  CHECK_THAT(option_error_of([&] { model.sample("", {.longest = 0}); }), ContainsSubstring("longest must be"));
  CHECK_THAT(option_error_of([&] { model.sample("", {.temperature = 0}); }), ContainsSubstring("temperature must be"));
}

TEST_CASE("sequence model: a unit that is not in the vocabulary is scored as the unknown one") {
  Lesson lesson = language_lesson();
  lesson.model.vocabulary = 3;
  lesson.rules.epochs = 2;
  const SequenceModel model = learned(lesson);
  REQUIRE(model.labels().size() == 5);
  CHECK(model.labels()[0] == "<unk>");
  CHECK(model.labels()[1] == "\n");
  SequenceExamples first, second;
  add_example(first, {"never"}, {});
  add_example(second, {"seen"}, {});
  CHECK(score_of(model, first, "perplexity") == score_of(model, second, "perplexity"));
  for (std::uint64_t seed = 1; seed <= 10; ++seed)
    CHECK(model.sample("", {.seed = seed}).find("<unk>") == std::string::npos);
}

TEST_CASE("sequence model: texts are read in the model's own units") {
  const SequenceModel model = learned(short_lesson_in(SequenceTask::translate, 1));
  const TemporaryDirectory folder;
  const SequenceExamples examples = model.read_examples(folder.file("t", "abc\tcba\n"));
  CHECK(examples.inputs[0] == std::vector<std::string>{"a", "b", "c"});
  CHECK(examples.outputs[0] == std::vector<std::string>{"c", "b", "a"});
}

TEST_CASE("sequence model: every shape of network is trained and answers") {
  const auto works = [](const Lesson& lesson) {
    const std::string answers = answers_of(learned(lesson), lesson.test);
    CHECK_FALSE(answers.empty());
    CHECK(answers == answers_of(learned(lesson), lesson.test));
  };
  for (const SequenceTask task : sequence_tasks)
    for (const CellKind cell : cell_kinds) {
      CAPTURE(name_of(task), name_of(cell));
      Lesson lesson = short_lesson_in(task, 1);
      lesson.model.cell = cell, lesson.model.layers = 2, lesson.model.bidirectional = cell != CellKind::lstm;
      works(lesson);
    }
  for (const Pooling pooling : poolings)
    for (const bool bidirectional : {false, true}) {
      CAPTURE(name_of(pooling), bidirectional);
      Lesson lesson = short_lesson_in(SequenceTask::classify, 1);
      lesson.model.pooling = pooling, lesson.model.bidirectional = bidirectional;
      works(lesson);
    }
  Lesson lesson = short_lesson_in(SequenceTask::translate, 1);
  lesson.model.encoder = SequenceEncoder::mean;
  works(lesson);
}
