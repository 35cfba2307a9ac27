#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/cooccurrence.hpp"
#include "equivec/counts/cooccurrence_file.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/train/glove.hpp"
#include "equivec/train/training.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"

#include "catch.hpp"
#include "glove_support.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

using namespace equivec;

namespace {

GloveOptions small_options() {
  GloveOptions options;
  options.dimension = 12;
  options.epochs = 3;
  options.x_max = 10;
  return options;
}

}  // namespace

TEST_CASE("GloVe: the same bits for any number of threads and any memory") {
  GloveOptions options = small_options();
  options.threads = 1;
  const GloveVectors one = train_glove(text().counts, text().words, options);
  for (const int threads : {2, 3, 8})
    for (const std::uint64_t memory : {std::uint64_t{0}, std::uint64_t{5000}}) {
      options.threads = threads;
      options.memory = memory;
      CHECK(same_bits(one, train_glove(text().counts, text().words, options)));
    }
  options.seed = 2;
  CHECK_FALSE(same_bits(one, train_glove(text().counts, text().words, options)));
}

TEST_CASE("GloVe: inner products with biases become the logarithms of the counts") {
  // Counts whose logarithms are inner products of three numbers, and two biases: there is a solution without error.
  constexpr std::size_t words = 60, rank = 3;
  Rng rng(9);
  std::vector<Vocabulary::Entry> entries;
  Matrix truth(words, rank + 1), other(words, rank + 1);
  for (std::size_t i = 0; i < words; ++i) {
    entries.push_back({"w" + std::to_string(i), words - i});
    for (std::size_t k = 0; k <= rank; ++k) {
      truth(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = 2 * rng.uniform() - 1;
      other(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = 2 * rng.uniform() - 1;
    }
  }
  const auto log_count = [&](Eigen::Index i, Eigen::Index j) {
    return truth.row(i).head(rank).dot(other.row(j).head(rank)) + truth(i, rank) + other(j, rank) + 2;
  };
  std::string records;
  for (std::uint32_t i = 0; i < words; ++i)
    for (std::uint32_t j = 0; j < words; ++j) {
      const std::uint32_t numbers[] = {i + 1, j + 1};
      const double count = std::exp(static_cast<double>(log_count(i, j)));
      records.append(reinterpret_cast<const char*>(numbers), 8).append(reinterpret_cast<const char*>(&count), 8);
    }
  const TemporaryDirectory folder;
  write_file(folder / "cooccurrence.bin", records);
  const Vocabulary vocabulary(entries);

  GloveOptions options = small_options();
  options.epochs = 400;
  std::vector<double> costs;
  TrainingControl control;
  Progress progress;
  control.progress = &progress;
  control.on_epoch = [&](const EpochReport& report) { costs.push_back(report.loss); };
  const GloveVectors v =
      train_glove(read_cooccurrences(folder / "cooccurrence.bin", vocabulary), vocabulary, options, control);
  REQUIRE(costs.size() == 400);
  CHECK(costs.back() < costs.front() / 1000);
  CHECK(progress.done == 400 * words * words);
  CHECK(progress.total == progress.done);
  double worst = 0;
  for (Eigen::Index i = 0; i < v.words.rows(); ++i)
    for (Eigen::Index j = 0; j < v.words.rows(); ++j) {
      const float found = v.words.row(i).dot(v.contexts.row(j)) + v.word_biases[static_cast<std::size_t>(i)] +
                          v.context_biases[static_cast<std::size_t>(j)];
      worst = std::max(worst, std::abs(static_cast<double>(found - log_count(i, j))));
    }
  CHECK(worst < 0.2);
}

TEST_CASE("GloVe: the parts of a word's parameters, side by side or added") {
  GloveVectors v{.words = Matrix(2, 2), .contexts = Matrix(2, 2), .word_biases = {5, 6}, .context_biases = {7, 8}};
  v.words << 1, 2, 3, 4;
  v.contexts << 10, 20, 30, 40;
  Matrix expected(2, 2);
  expected << 11, 22, 33, 44;
  CHECK(matrix_of(v, GloveParts::sum) == expected);
  CHECK(matrix_of(v, GloveParts::words) == v.words);
  CHECK(matrix_of(v, GloveParts::contexts) == v.contexts);
  Matrix both(2, 4), all(2, 6);
  both << 1, 2, 10, 20, 3, 4, 30, 40;
  all << 1, 2, 5, 10, 20, 7, 3, 4, 6, 30, 40, 8;
  CHECK(matrix_of(v, GloveParts::both) == both);
  CHECK(matrix_of(v, GloveParts::with_biases) == all);
}

TEST_CASE("GloVe: training that was cancelled goes on from its checkpoint to the same bits") {
  const TemporaryDirectory folder;
  GloveOptions options = small_options();
  options.epochs = 4;
  const GloveVectors whole = train_glove(text().counts, text().words, options);
  TrainingControl control;
  control.checkpoint = {.file = folder / "state", .minutes = 1000, .resume = true};
  Progress progress;
  control.progress = &progress;
  int cancelled = 0;
  for (;; ++cancelled) {
    // Again and again: every group of an epoch is where it was stopped once.
    progress.cancelled = true;
    try {
      options.threads = 1 + cancelled % 2;
      const GloveVectors resumed = train_glove(text().counts, text().words, options, control);
      CHECK(same_bits(whole, resumed));
      break;
    } catch (const Cancelled&) {
      const Embeddings kept = read_embeddings(folder / "state");
      REQUIRE(kept.size() == text().words.size());
      REQUIRE(kept.dimension() == 12);
    }
  }
  CHECK(cancelled > 4);
  options.seed = 3;
  CHECK(error_of([&] { train_glove(text().counts, text().words, options, control); }).find("was made with seed 1") !=
        std::string::npos);
}

TEST_CASE("GloVe: a training that has ended goes on for more epochs to the same bits as if it had begun with them") {
  const TemporaryDirectory folder;
  GloveOptions options = small_options();
  options.epochs = 5;
  const GloveVectors whole = train_glove(text().counts, text().words, options);
  TrainingControl control;
  control.checkpoint = {.file = folder / "state", .minutes = 1000, .resume = true};
  int reported = 0;
  control.on_epoch = [&](const EpochReport& report) { reported = report.epoch; };
  options.epochs = 2;
  train_glove(text().counts, text().words, options, control);
  CHECK(reported == 2);
  options.epochs = 5;
  CHECK(same_bits(whole, train_glove(text().counts, text().words, options, control)));
  CHECK(reported == 5);
  // Nothing is left to do.
  CHECK(same_bits(whole, train_glove(text().counts, text().words, options, control)));
  options.epochs = 4;
  CHECK(error_of([&] {
          train_glove(text().counts, text().words, options, control);
        }).find("was trained for more epochs than are asked for") != std::string::npos);
}

TEST_CASE("GloVe: vectors to start from are where training begins") {
  GloveOptions options = small_options();
  options.epochs = 1;
  options.learning_rate = 1e-12;
  TrainingControl control;
  Matrix start(2, 12);
  start.setRandom();
  control.initial = Embeddings(vocabulary({{"w3", 1}, {"stranger", 1}}), start);
  const GloveVectors v = train_glove(text().counts, text().words, options, control);
  CHECK((v.words.row(3) - start.row(0)).norm() < 1e-6);
  CHECK(v.words.row(4).norm() > 0);
  control.initial = Embeddings(vocabulary({{"w3", 1}}), Matrix(Matrix::Zero(1, 5)));
  CHECK(error_of([&] { train_glove(text().counts, text().words, options, control); }) ==
        "the vectors to start from have dimension 5, not 12; give --dimension 5");
}

TEST_CASE("GloVe: training that diverges says where, and what cannot be trained is refused") {
  GloveOptions options = small_options();
  options.learning_rate = 100;
  options.gradient_clip = 1e12;
  options.bias_update = BiasUpdate::legacy;
  TrainingControl control;
  Matrix start(1, 12);
  start.setConstant(3e30F);
  control.initial = Embeddings(vocabulary({{"w0", 1}}), start);
  const std::string message = error_of([&] { train_glove(text().counts, text().words, options, control); });
  CHECK(message.starts_with("training diverged in epoch 1 at the word 'w"));
  CHECK(message.find("learning rate 100: the loss is not finite; lower --learning-rate") != std::string::npos);

  options = small_options();
  CHECK(error_of([&] {
          train_glove(text().counts, vocabulary({{"a", 1}}), options);
        }) == "the co-occurrences are of 1500 words, the vocabulary has 1");
  options.x_max = 0;
  CHECK(error_of([&] { train_glove(text().counts, text().words, options); }).starts_with("x-max must be between"));
}

TEST_CASE("GloVe: a text of one word, and of one sentence") {
  const Vocabulary one = vocabulary({{"a", 3}});
  const std::vector<WordId> ids = {word_id(0), word_id(0), word_id(0)};
  const GloveVectors v = train_glove(count_cooccurrences(EncodedCorpus(ids, 1), one), one, small_options());
  CHECK(v.words.rows() == 1);
  CHECK(v.words.allFinite());
  const std::vector<WordId> alone = {word_id(0)};
  CHECK(error_of([&] {
          train_glove(count_cooccurrences(EncodedCorpus(alone, 1), one), one, small_options());
        }).starts_with("there was nothing to learn from"));
}
