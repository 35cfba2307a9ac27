#include "src/sequence/trainer.hpp"

#include "catch.hpp"
#include "tests/sequence/lessons.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace equivec;

namespace {

/// A training of three epochs of which the first is done, and its checkpoint.
struct BegunTraining {
  TemporaryDirectory folder;
  Lesson lesson = short_lesson_in(SequenceTask::classify, 3);
  Embeddings vectors = lesson_vectors();
  std::filesystem::path checkpoint = folder / "checkpoint";

  BegunTraining() {
    lesson.model.use = VectorUse::tuned;
    interrupted(lesson, 1);
  }

  void interrupted(const Lesson& given, int epochs) const {
    Progress progress;
    const auto stop = [&](const SequenceEpoch& epoch) { progress.cancelled = epoch.epoch == epochs; };
    CHECK_THROWS_AS(learned(given, &vectors, {.progress = &progress, .on_epoch = stop, .checkpoint = checkpoint}),
                    Cancelled);
  }

  std::string resumption_error(const Lesson& given, const Embeddings& other) const {
    std::string error = error_of([&] { learned(given, &other, {.checkpoint = checkpoint, .resume = true}); });
    CHECK(error.find('\n') == std::string::npos);
    const std::string place = folder.path().string() + "/";
    if (error.starts_with(place)) error.erase(0, place.size());
    return error;
  }
};

}  // namespace

TEST_CASE("sequence training: the same seed on one thread gives the same bits, and another seed others") {
  for (const SequenceTask task : sequence_tasks) {
    CAPTURE(name_of(task));
    Lesson lesson = short_lesson_in(task);
    const std::string bytes = file_bytes_of(learned(lesson));
    CHECK(bytes == file_bytes_of(learned(lesson)));
    lesson.rules.seed = 2;
    CHECK(bytes != file_bytes_of(learned(lesson)));
  }
}

TEST_CASE("sequence training: one that is interrupted and goes on gives the bits of one that was not") {
  const Embeddings vectors = lesson_vectors();
  for (const SequenceTask task : sequence_tasks)
    for (const VectorUse use : {VectorUse::random, VectorUse::tuned}) {
      if (task == SequenceTask::translate && use == VectorUse::tuned) continue;  // its letters have no vectors
      CAPTURE(name_of(task), name_of(use));
      Lesson lesson = short_lesson_in(task, 4);
      lesson.model.use = use, lesson.model.dropout = 0.3, lesson.model.crf = task == SequenceTask::tag;
      const Embeddings* const given = use == VectorUse::random ? nullptr : &vectors;
      const std::string whole = file_bytes_of(learned(lesson, given));
      const TemporaryDirectory folder;
      for (const int done : {1, 3}) {
        Progress progress;
        const auto stop = [&](const SequenceEpoch& epoch) { progress.cancelled = epoch.epoch == done; };
        const auto checkpoint = folder / "checkpoint";
        CHECK_THROWS_AS(
            learned(lesson, given,
                    {.progress = &progress, .on_epoch = stop, .checkpoint = checkpoint, .resume = done > 1}),
            Cancelled);
        CHECK(folder.names() == std::vector<std::string>{"checkpoint"});
      }
      std::vector<int> epochs;
      const auto note = [&](const SequenceEpoch& epoch) { epochs.push_back(epoch.epoch); };
      const SequenceModel resumed =
          learned(lesson, given, {.on_epoch = note, .checkpoint = folder / "checkpoint", .resume = true});
      CHECK(epochs == std::vector<int>{4});
      CHECK(file_bytes_of(resumed) == whole);
    }
}

TEST_CASE("sequence training: a resumed one remembers how long no epoch was better") {
  Lesson lesson = short_lesson_in(SequenceTask::classify, 50);
  lesson.rules.patience = 3;
  std::vector<SequenceEpoch> epochs;
  const std::string whole =
      file_bytes_of(learned(lesson, nullptr, {.on_epoch = [&](const SequenceEpoch& each) { epochs.push_back(each); }}));
  REQUIRE(epochs.size() < 50);
  const TemporaryDirectory folder;
  Progress progress;
  const int last = epochs.back().epoch;
  const auto stop = [&](const SequenceEpoch& epoch) { progress.cancelled = epoch.epoch == last - 1; };
  CHECK_THROWS_AS(learned(lesson, nullptr, {.progress = &progress, .on_epoch = stop, .checkpoint = folder / "c"}),
                  Cancelled);
  int more = 0;
  const SequenceModel resumed = learned(
      lesson, nullptr, {.on_epoch = [&](const SequenceEpoch&) { ++more; }, .checkpoint = folder / "c", .resume = true});
  CHECK(more == 1);
  CHECK(file_bytes_of(resumed) == whole);
  // Done already: nothing is trained.
  CHECK(file_bytes_of(learned(
            lesson, nullptr,
            {.on_epoch = [&](const SequenceEpoch&) { ++more; }, .checkpoint = folder / "c", .resume = true})) == whole);
  CHECK(more == 1);
}

TEST_CASE("sequence training: more epochs and another patience go on from a checkpoint") {
  const BegunTraining begun;
  Lesson lesson = begun.lesson;
  lesson.rules.epochs = 2, lesson.rules.patience = 9, lesson.rules.threads = 2;
  std::vector<int> epochs;
  learned(lesson, &begun.vectors,
          {.on_epoch = [&](const SequenceEpoch& epoch) { epochs.push_back(epoch.epoch); },
           .checkpoint = begun.checkpoint,
           .resume = true});
  CHECK(epochs == std::vector<int>{2});
}

TEST_CASE("sequence training: without a checkpoint that is there, or without resume, it begins at the beginning") {
  const BegunTraining begun;
  for (const bool resume : {false, true}) {
    std::vector<int> epochs;
    learned(begun.lesson, &begun.vectors,
            {.on_epoch = [&](const SequenceEpoch& epoch) { epochs.push_back(epoch.epoch); },
             .checkpoint = resume ? begun.folder / "absent" : begun.checkpoint,
             .resume = resume});
    CHECK(epochs == std::vector<int>{1, 2, 3});
  }
}

TEST_CASE("sequence training: a checkpoint of other settings, texts or vectors is refused") {
  const BegunTraining begun;
  const std::string refusal =
      "checkpoint: is a checkpoint of other settings or texts; give those, or leave --resume out";
  const std::vector<std::function<void(Lesson&)>> changes = {
      [](Lesson& l) { l.rules.seed = 2; },
      [](Lesson& l) { l.rules.batch = 15; },
      [](Lesson& l) { l.rules.learning_rate = 0.021; },
      [](Lesson& l) { l.rules.schedule = LearningRateSchedule::linear; },
      [](Lesson& l) { l.rules.clip = 0; },
      [](Lesson& l) { l.model.hidden = 15; },
      [](Lesson& l) { l.model.cell = CellKind::gru; },
      [](Lesson& l) { l.model.dropout = 0.2; },
      [](Lesson& l) { l.model.pooling = Pooling::mean; },
      [](Lesson& l) { l.training.inputs[0][0] = "w9"; },
      [](Lesson& l) {
        std::swap(l.training.outputs[0], l.training.outputs[1]);
        l.training.outputs[0] = {"odd"};
      },
      [](Lesson& l) { l.development.inputs[0].push_back("w1"); }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    CAPTURE(i);
    Lesson other = begun.lesson;
    changes[i](other);
    CHECK(begun.resumption_error(other, begun.vectors) == refusal);
  }
  CHECK(begun.resumption_error(begun.lesson, lesson_vectors(2)) == refusal);
  CHECK(begun.resumption_error(begun.lesson, begun.vectors).empty());
}

TEST_CASE("sequence training: small learning rates, and the same vectors of other words, are told apart") {
  BegunTraining begun;
  begun.lesson.rules.learning_rate = 1e-7;
  begun.interrupted(begun.lesson, 1);
  Lesson other = begun.lesson;
  other.rules.learning_rate = 2e-7;
  CHECK_THAT(begun.resumption_error(other, begun.vectors), ContainsSubstring("other settings or texts"));
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 14; i > 0; --i) entries.push_back({"w" + std::to_string(i - 1), 0});
  const Embeddings renamed(Vocabulary(entries), Matrix(begun.vectors.matrix()));
  CHECK_THAT(begun.resumption_error(begun.lesson, renamed), ContainsSubstring("other settings or texts"));
}

TEST_CASE("sequence training: a checkpoint that is none, or is damaged, is an error of one line") {
  const BegunTraining begun;
  const std::string bytes = read_file(begun.checkpoint);
  const auto error_with = [&](std::string_view content) {
    write_file(begun.checkpoint, content);
    return begun.resumption_error(begun.lesson, begun.vectors);
  };
  CHECK(error_with("w0 1 2 3\n") == "checkpoint: is no checkpoint; name another file, or leave --resume out");
  CHECK(error_with("") == "checkpoint: is no checkpoint; name another file, or leave --resume out");
  CHECK_THAT(error_with(file_bytes_of(learned(begun.lesson, &begun.vectors))),
             ContainsSubstring("is no checkpoint of a sequence model"));
  for (std::size_t length = 1; length < bytes.size(); length += 1 + bytes.size() / 40) {
    CAPTURE(length);
    CHECK_THAT(error_with(bytes.substr(0, length)), ContainsSubstring("checkpoint: "));
  }
  CHECK(error_with(bytes).empty());
}

TEST_CASE("sequence training: progress counts the steps of all epochs") {
  const Lesson lesson = short_lesson_in(SequenceTask::tag, 3);
  Progress progress;
  learned(lesson, nullptr, {.progress = &progress});
  CHECK(progress.total == 3 * 4);  // 60 sentences, 16 a step
  CHECK(progress.done == progress.total);
  CHECK(progress.learning_rate == Approx(0.02));
}

TEST_CASE(
    "sequence training: by the linear schedule the learning rate falls from step to step, also after a resumption") {
  Lesson lesson = short_lesson_in(SequenceTask::tag, 3);
  lesson.rules.schedule = LearningRateSchedule::linear;
  Progress progress;
  std::vector<float> rates;
  const auto note = [&](const SequenceEpoch&) { rates.push_back(progress.learning_rate); };
  const std::string whole = file_bytes_of(learned(lesson, nullptr, {.progress = &progress, .on_epoch = note}));
  // 4 steps an epoch: the last of the first epoch is the fourth of 12.
  REQUIRE(rates.size() == 3);
  for (std::size_t epoch = 0; epoch < 3; ++epoch)
    CHECK(rates[epoch] == Approx(0.02 * (12 - 4 * static_cast<double>(epoch) - 3) / 12));
  const TemporaryDirectory folder;
  Progress stopped;
  const auto stop = [&](const SequenceEpoch&) { stopped.cancelled = true; };
  CHECK_THROWS_AS(learned(lesson, nullptr, {.progress = &stopped, .on_epoch = stop, .checkpoint = folder / "c"}),
                  Cancelled);
  CHECK(file_bytes_of(learned(lesson, nullptr, {.checkpoint = folder / "c", .resume = true})) == whole);
}
