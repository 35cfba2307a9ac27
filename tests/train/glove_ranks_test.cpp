#include "equivec/base/communicator.hpp"
#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/train/glove.hpp"
#include "equivec/train/training.hpp"
#include "src/train/glove_rotation.hpp"
#include "src/train/glove_tiles.hpp"

#include "catch.hpp"
#include "glove_support.hpp"
#include "support.hpp"
#include "thread_ranks.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

using namespace equivec;

namespace {

GloveOptions options_of_ranks() {
  GloveOptions options;
  options.dimension = 12;
  options.epochs = 2;
  options.x_max = 10;
  options.threads = 1;
  return options;
}

/// Enough words for several groups.
const Text& many_words() {
  static const Text result = random_text(60000, 70000);
  return result;
}

struct Outcome {
  GloveVectors vectors;
  std::vector<double> losses;
  std::uint64_t trained = 0;
};

Outcome of_one_process(const Text& text, const GloveOptions& options) {
  Outcome result;
  const TrainingControl control{.on_epoch = [&](const EpochReport& report) {
    result.losses.push_back(report.loss);
    result.trained = report.trained;
  }};
  result.vectors = train_glove(text.counts, text.words, options, control);
  return result;
}

/// Ranks whose vectors, losses or number of pairs differ.
int different(const Outcome& expected, int size, const Text& text, const GloveOptions& options,
              std::chrono::microseconds delay = std::chrono::microseconds(0)) {
  std::atomic<int> wrong = 0;
  run_ranks(
      size,
      [&](Communicator& ranks) {
        Outcome result;
        const TrainingControl control{.on_epoch = [&](const EpochReport& report) {
          result.losses.push_back(report.loss);
          result.trained = report.trained;
        }};
        result.vectors = train_glove(shared_rows(text.counts, ranks, options.memory), text.words, options, control);
        wrong += !same_bits(result.vectors, expected.vectors);
        wrong += ranks.is_first() ? result.losses != expected.losses || result.trained != expected.trained
                                  : !result.losses.empty();
      },
      delay);
  return wrong;
}

}  // namespace

TEST_CASE("GloVe over ranks: the same bits for any number of ranks and threads, and any memory") {
  GloveOptions options = options_of_ranks();
  const GloveBlocks blocks = glove_blocks(many_words().counts, 1024, 2);
  REQUIRE(GloveRotation(blocks, Rng(1)).groups() >= 3);
  const Outcome one = of_one_process(many_words(), options);
  REQUIRE(one.losses.size() == 2);
  for (const int size : {1, 2, 3, 4, 8})
    for (const int threads : {1, 2}) {
      options.threads = threads;
      options.memory = size % 2 == threads % 2 ? 100000 : 0;
      INFO(size << " ranks, " << threads << " threads");
      CHECK(different(one, size, many_words(), options) == 0);
    }
}

TEST_CASE("GloVe over ranks: messages that are late change nothing") {
  GloveOptions options = options_of_ranks();
  const Outcome one = of_one_process(text(), options);
  for (const int threads : {1, 2}) {
    options.threads = threads;
    CHECK(different(one, 3, text(), options, std::chrono::microseconds(700)) == 0);
  }
}

TEST_CASE("GloVe over ranks: more ranks than parts, and a text of three words") {
  const Text small = random_text(200, 3);
  const GloveOptions options = options_of_ranks();
  CHECK(different(of_one_process(small, options), 3, small, options) == 0);
  CHECK(different(of_one_process(text(), options), 40, text(), options) == 0);
}

TEST_CASE("GloVe over ranks: a checkpoint goes on with any other number of ranks to the same bits", "[slow]") {
  const TemporaryDirectory folder;
  GloveOptions options = options_of_ranks();
  const Outcome whole = of_one_process(many_words(), options);
  int cancelled = 0;
  // Again and again: every task of an epoch is where it was stopped once.
  for (bool done = false; !done; ++cancelled) {
    const auto train = [&](Communicator* ranks) {
      std::vector<double> losses;
      Progress progress;
      progress.cancelled = !ranks || ranks->rank() == ranks->size() - 1;
      const TrainingControl control{.checkpoint = {.file = folder / "state", .minutes = 1000, .resume = true},
                                    .on_epoch = [&](const EpochReport& report) { losses.push_back(report.loss); },
                                    .progress = &progress};
      const GloveVectors result = train_glove(ranks ? shared_rows(many_words().counts, *ranks) : many_words().counts,
                                              many_words().words, options, control);
      const bool same = same_bits(result, whole.vectors) &&
                        (ranks && !ranks->is_first() ? losses.empty() : losses.back() == whole.losses.back());
      if (!same) throw Error("not the same");
    };
    try {
      if (const int size = std::vector<int>{0, 2, 3, 4, 8}[static_cast<std::size_t>(cancelled) % 5]; size == 0)
        train(nullptr);
      else
        run_ranks(size, [&](Communicator& ranks) { train(&ranks); });
      done = true;
    } catch (const Cancelled&) {
    }
  }
  CHECK(cancelled > 20);
}

TEST_CASE("GloVe over ranks: in an epoch each rank sends each word's row about once") {
  GloveOptions options = options_of_ranks();
  options.dimension = 200;
  const std::uint64_t rows = text().words.size() * std::uint64_t{2 * 208 * sizeof(float)};
  for (const int size : {2, 4, 8}) {
    std::vector<std::uint64_t> sent(static_cast<std::size_t>(size));
    for (const int epochs : {3, 5}) {
      options.epochs = epochs;
      run_ranks(size, [&](Communicator& ranks) {
        train_glove(shared_rows(text().counts, ranks), text().words, options);
        std::uint64_t& difference = sent[static_cast<std::size_t>(ranks.rank())];
        difference = ranks.sent() - difference;
      });
    }
    for (const std::uint64_t bytes : sent) {
      const double share = static_cast<double>(bytes) / static_cast<double>(2 * rows);
      INFO(size << " ranks: " << share);
      CHECK(share > 0.7);
      CHECK(share < 1.25);
    }
  }
}

TEST_CASE("GloVe over ranks: all ranks say where training has diverged") {
  GloveOptions options = options_of_ranks();
  options.learning_rate = 100;
  options.gradient_clip = 1e12;
  options.bias_update = BiasUpdate::legacy;
  TrainingControl control;
  Matrix start(1, 12);
  start.setConstant(3e30F);
  control.initial = Embeddings(vocabulary({{"w0", 1}}), start);
  std::atomic<int> said = 0;
  run_ranks(3, [&](Communicator& ranks) {
    const std::string message =
        error_of([&] { train_glove(shared_rows(text().counts, ranks), text().words, options, control); });
    said += message.starts_with("training diverged in epoch 1 at the word 'w") &&
            message.find("the loss is not finite") != std::string::npos;
  });
  CHECK(said == 3);
}
