#include "equivec/train/glove.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "src/base/parallel.hpp"
#include "src/base/row_table.hpp"
#include "src/base/running_hash.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/files.hpp"
#include "src/kernels/glove_kernels.hpp"
#include "src/train/checkpoint.hpp"
#include "src/train/glove_tiles.hpp"
#include "src/train/training_run.hpp"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <vector>

namespace equivec {

void validate(const GloveOptions& options) {
  require_between("dimension", options.dimension, 1, 65000);
  require_between("epochs", options.epochs, 1, 1000000);
  require_between("learning-rate", options.learning_rate, 1e-12, 100);
  require_between("x-max", options.x_max, 1e-12, 1e12);
  require_between("weight-exponent", options.weight_exponent, 0, 10);
  require_between("gradient-clip", options.gradient_clip, 1e-12, 1e12);
  require_between("threads", options.threads, 0, 4096);
}

std::string_view name_of(BiasUpdate update) { return update == BiasUpdate::gradient ? "gradient" : "legacy"; }

Metadata description(const GloveOptions& options) {
  return {{"model", "glove"},
          {"dimension", shortest(options.dimension)},
          {"epochs", shortest(options.epochs)},
          {"learning_rate", shortest(options.learning_rate)},
          {"x_max", shortest(options.x_max)},
          {"weight_exponent", shortest(options.weight_exponent)},
          {"gradient_clip", shortest(options.gradient_clip)},
          {"bias_update", std::string(name_of(options.bias_update))},
          {"seed", shortest(options.seed)}};
}

namespace {

// Strips that are trained side by side. None of this may depend on the machine, or else the result would.
constexpr std::size_t strips_of_group = 32;
// Two blocks of rows fit into most processors' second caches together.
constexpr std::size_t block_bytes = 300000;

// What random streams are for.
enum class Stream : std::uint64_t { words = 0, contexts = 1, blocks = 2, pairs = 3 };

template <class T>
void shuffle(std::span<T> items, Rng& rng) {
  for (std::size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1], items[rng.below(static_cast<std::uint32_t>(i))]);
}

GloveLayout layout_of(const GloveOptions& options) { return {static_cast<std::size_t>(options.dimension)}; }

/// In a block. Of large vocabularies more than the cache holds, since the number of tiles grows with the square of that
/// of blocks.
std::size_t most_rows(std::size_t words, const GloveOptions& options) {
  const std::size_t cached = block_bytes / (layout_of(options).row() * sizeof(float));
  return std::min<std::size_t>(std::max(std::clamp<std::size_t>(cached, 16, 1024), (words + 1023) / 1024), 65536);
}

/// An epoch takes the blocks of words, in random order, group by group. A group's blocks go on side by side, each with
/// as many parts of the contexts as it has blocks: in every stage each block has another part, so that all of a stage
/// may be trained at once, and what the result is does not depend on which of them are. The order of the parts and
/// within them is random too.
struct EpochPlan {
  std::vector<std::uint32_t> words, contexts;  // blocks
  std::size_t groups;

  EpochPlan(std::size_t blocks, std::uint64_t seed, std::size_t epoch)
      : words(blocks), contexts(blocks), groups((blocks + strips_of_group - 1) / strips_of_group) {
    Rng rng = stream(seed, Stream::blocks, epoch);
    std::iota(words.begin(), words.end(), 0u);
    std::iota(contexts.begin(), contexts.end(), 0u);
    shuffle<std::uint32_t>(words, rng);
    shuffle<std::uint32_t>(contexts, rng);
  }

  std::span<const std::uint32_t> group(std::size_t number) const { return part(words, number, groups); }
  static std::span<const std::uint32_t> part(std::span<const std::uint32_t> items, std::size_t number,
                                             std::size_t count) {
    const std::size_t begin = items.size() * number / count;
    return items.subspan(begin, items.size() * (number + 1) / count - begin);
  }
};

/// Calls f(0) ... f(count - 1), each on the thread that had it the last time where that is not kept waiting.
class SteadyTasks {
 public:
  SteadyTasks(tbb::task_arena& arena, std::size_t threads, std::size_t count)
      : arena_(arena), threads_(threads), count_(count), taken_(count) {}

  template <class F>
  void run(const F& f) {
    if (threads_ == 1) {
      for (std::size_t i = 0; i < count_; ++i) f(i);
      return;
    }
    for (auto& taken : taken_) taken.store(false, std::memory_order_relaxed);
    const auto work = [&](std::size_t thread) {
      for (std::size_t turn = 0; turn < threads_; ++turn)
        for (std::size_t i = (thread + turn) % threads_; i < count_; i += threads_)
          if (!taken_[i].exchange(true, std::memory_order_relaxed)) f(i);
    };
    arena_.execute([&] { tbb::parallel_for(std::size_t{0}, threads_, work, affinity_); });
  }

 private:
  tbb::task_arena& arena_;
  std::size_t threads_, count_;
  std::vector<std::atomic<bool>> taken_;
  tbb::static_partitioner affinity_;
};

std::string hash_of(const Cooccurrences& cooccurrences) {
  RunningHash hash;
  for (std::size_t row = 0; row < cooccurrences.words(); ++row) {
    const Cooccurrences::Row r = cooccurrences.row(word_id(row));
    hash.add(bytes_of(r.words));
    hash.add(bytes_of(r.counts));
  }
  return hash.digest();
}

class Training : private TrainingRun {
 public:
  Training(Cooccurrences cooccurrences, const Vocabulary& vocabulary, const GloveOptions& options,
           const TrainingControl& control)
      : TrainingRun(vocabulary, control, glove_kernels().instruction_set),
        options_(options),
        kernels_(glove_kernels()),
        settings_{.layout = layout_of(options),
                  .rates = {options.learning_rate, options.gradient_clip, options.bias_update == BiasUpdate::legacy},
                  .x_max = options.x_max,
                  .weight_exponent = options.weight_exponent},
        threads_(thread_count(options.threads)),
        arena_(threads_),
        words_(vocabulary.size(), settings_.layout.row()),
        contexts_(vocabulary.size(), settings_.layout.row()),
        tiles_(cooccurrences, most_rows(vocabulary.size(), options), options.memory, options.threads) {
    if (keeps_checkpoints()) hash_ = hash_of(cooccurrences);
    const GloveLayout& layout = settings_.layout;
    const std::size_t dimension = layout.dimension;
    // The first is what the checkpoint's vectors are, so the others' order does not matter.
    tables_ = {{"embeddings", &words_, 0, dimension},
               {"word_biases", &words_, layout.word_bias(), 1},
               {"word_squares", &words_, layout.squares(), dimension + 1},
               {"contexts", &contexts_, 0, dimension},
               {"context_biases", &contexts_, layout.context_bias(), 1},
               {"context_squares", &contexts_, layout.squares(), dimension + 2}};
  }

  GloveVectors run() {
    groups_ = EpochPlan(tiles_.blocks(), 0, 0).groups;
    TrainingRun::run(groups_, options_.epochs, tiles_.size() * static_cast<std::uint64_t>(options_.epochs));
    return result();
  }

 private:
  /// As in Stanford's program: all small and random, all sums of squares 1.
  void initialize() override {
    const GloveLayout& layout = settings_.layout;
    const auto fill = [&](Table& table, Stream kind, std::size_t own_bias, std::size_t other_bias, std::size_t i) {
      float* const row = table.row(i);
      Rng rng = stream(options_.seed, kind, i);
      const auto random = [&] { return (rng.uniform() - 0.5f) / static_cast<float>(layout.dimension); };
      for (std::size_t c = 0; c < layout.dimension; ++c) row[c] = random();
      row[own_bias] = random();
      row[other_bias] = 1;
      std::fill_n(row + layout.squares(), layout.stride(), 1.0f);
    };
    parallel_ranges(vocabulary_.size(), 4096, threads_, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        fill(words_, Stream::words, layout.word_bias(), layout.context_bias(), i);
        fill(contexts_, Stream::contexts, layout.context_bias(), layout.word_bias(), i);
        copy_initial(word_id(i), words_.row(i));
      }
    });
  }

  void train_until(std::size_t end) override {
    const std::size_t epoch = next_ / groups_;
    const EpochPlan plan(tiles_.blocks(), options_.seed, epoch);
    for (bool stop = false; next_ < end && !stop; ++next_, stop = stop_early()) {
      check_cancelled_within_task();
      train_group(plan.group(next_ % groups_), plan, epoch);
    }
  }

  /// The pairs of the epoch follow from the groups that are done.
  void restore(const Checkpoint& /*checkpoint*/) override {
    const EpochPlan plan(tiles_.blocks(), options_.seed, next_ / groups_);
    for (std::size_t number = 0; number < next_ % groups_; ++number)
      for (const std::uint32_t strip : plan.group(number))
        epoch_loss_.pairs += static_cast<double>(tiles_.strip_size(strip));
  }

  bool can_be_extended() const override { return true; }

  Metadata settings() const override {
    Metadata result = description(options_);
    result["cooccurrence_hash"] = hash_;
    result.erase("epochs");  // nothing depends on how many will come
    return result;
  }

  void train_group(std::span<const std::uint32_t> group, const EpochPlan& plan, std::size_t epoch) {
    std::vector<std::uint32_t> strips(group.begin(), group.end());
    // The largest first, so that no thread is left with one in the end.
    std::stable_sort(strips.begin(), strips.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return tiles_.strip_size(a) > tiles_.strip_size(b); });
    std::vector<double> losses(strips.size(), 0);
    SteadyTasks tasks(arena_, static_cast<std::size_t>(threads_), strips.size());
    for (std::size_t stage = 0; stage < strips.size(); ++stage) {
      tasks.run([&](std::size_t i) {
        std::vector<GlovePair>& buffer = buffers_.local();
        for (const std::uint32_t contexts : EpochPlan::part(plan.contexts, (i + stage) % strips.size(), strips.size()))
          losses[i] += train_tile(strips[i], contexts, epoch, buffer);
      });
      for (std::size_t i = 0; i < strips.size(); ++i)
        if (!std::isfinite(losses[i])) fail_diverged_in(strips[i], epoch);
    }
    LossSum sum;
    for (std::size_t i = 0; i < strips.size(); ++i)
      sum.add({losses[i], static_cast<double>(tiles_.strip_size(strips[i]))});
    epoch_loss_.add(sum);
    if (sum.pairs > 0) progress_.loss = static_cast<float>(sum.mean());
    progress_.learning_rate = static_cast<float>(options_.learning_rate);
  }

  double train_tile(std::size_t words, std::size_t contexts, std::size_t epoch, std::vector<GlovePair>& buffer) {
    const std::span<const GlovePair> pairs = tiles_.tile(words, contexts);
    if (pairs.empty()) return 0;
    buffer.assign(pairs.begin(), pairs.end());
    const std::size_t blocks = tiles_.blocks();
    Rng rng = stream(options_.seed, Stream::pairs, (epoch * blocks + words) * blocks + contexts);
    shuffle<GlovePair>(buffer, rng);
    const double loss =
        kernels_.train(settings_, {.words = words_.row(tiles_.first_row(words)),
                                   .contexts = contexts_.row(tiles_.first_row(contexts)),
                                   .pairs = buffer,
                                   .context_rows = tiles_.first_row(contexts + 1) - tiles_.first_row(contexts)});
    progress_.done.fetch_add(pairs.size(), std::memory_order_relaxed);
    return loss;
  }

  bool finite(std::size_t row) const {
    const auto size = static_cast<Eigen::Index>(settings_.layout.row());
    return Eigen::Map<const Eigen::ArrayXf>(words_.row(row), size).allFinite() &&
           Eigen::Map<const Eigen::ArrayXf>(contexts_.row(row), size).allFinite();
  }

  /// Names a word of the strip whose vectors are not finite, or the first of the strip, whose loss was not.
  [[noreturn]] void fail_diverged_in(std::size_t strip, std::size_t epoch) const {
    std::size_t row = tiles_.first_row(strip);
    for (std::size_t i = row; i < tiles_.first_row(strip + 1); ++i)
      if (!finite(i)) {
        row = i;
        break;
      }
    fail_diverged(epoch, word_id(row), options_.learning_rate, "the loss");
  }

  void require_finite() const override {
    for (std::size_t i = 0; i < vocabulary_.size(); ++i)
      if (!finite(i))
        fail_diverged(static_cast<std::size_t>(options_.epochs) - 1, word_id(i), options_.learning_rate, "its vector");
  }

  GloveVectors result() const {
    const GloveLayout& layout = settings_.layout;
    const auto rows = static_cast<Eigen::Index>(vocabulary_.size());
    GloveVectors result{.words = Matrix(rows, options_.dimension),
                        .contexts = Matrix(rows, options_.dimension),
                        .word_biases = std::vector<float>(vocabulary_.size()),
                        .context_biases = std::vector<float>(vocabulary_.size())};
    parallel_ranges(vocabulary_.size(), 4096, threads_, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        std::copy_n(words_.row(i), layout.dimension, result.words.data() + i * layout.dimension);
        std::copy_n(contexts_.row(i), layout.dimension, result.contexts.data() + i * layout.dimension);
        result.word_biases[i] = words_.row(i)[layout.word_bias()];
        result.context_biases[i] = contexts_.row(i)[layout.context_bias()];
      }
    });
    return result;
  }

  const GloveOptions& options_;
  GloveKernels kernels_;
  GloveSettings settings_;
  int threads_;
  tbb::task_arena arena_;
  Table words_, contexts_;
  GloveTiles tiles_;
  tbb::enumerable_thread_specific<std::vector<GlovePair>> buffers_;
  std::size_t groups_ = 0;  // of an epoch
  std::string hash_;        // of the co-occurrences, for checkpoints
};

}  // namespace

std::string_view name_of(GloveParts parts) {
  switch (parts) {
    case GloveParts::sum:
      return "word+context";
    case GloveParts::words:
      return "word";
    case GloveParts::contexts:
      return "context";
    case GloveParts::both:
      return "both";
    case GloveParts::with_biases:
      break;
  }
  return "both+biases";
}

Matrix matrix_of(GloveVectors vectors, GloveParts parts) {
  const Eigen::Index words = vectors.words.rows(), dimension = vectors.words.cols();
  switch (parts) {
    case GloveParts::sum:
      return std::move(vectors.words += vectors.contexts);
    case GloveParts::words:
      return std::move(vectors.words);
    case GloveParts::contexts:
      return std::move(vectors.contexts);
    case GloveParts::both: {
      Matrix result(words, 2 * dimension);
      result << vectors.words, vectors.contexts;
      return result;
    }
    case GloveParts::with_biases:
      break;
  }
  const auto column = [&](const std::vector<float>& biases) {
    return Eigen::Map<const Eigen::VectorXf>(biases.data(), words);
  };
  Matrix result(words, 2 * (dimension + 1));
  result << vectors.words, column(vectors.word_biases), vectors.contexts, column(vectors.context_biases);
  return result;
}

std::vector<TableSize> glove_tables(std::size_t words, std::uint64_t pairs, const GloveOptions& options) {
  const std::uint64_t table = Table::bytes_of(words, layout_of(options).row());
  std::vector<TableSize> result = {{"word vectors, with their sums of squares", table},
                                   {"context vectors, with their sums of squares", table}};
  const std::uint64_t bytes = pairs * sizeof(GlovePair);
  if (options.memory == 0 || bytes <= options.memory) result.push_back({"pairs", bytes});
  result.push_back({"result", 2 * words * static_cast<std::uint64_t>(options.dimension) * sizeof(float)});
  return result;
}

GloveVectors train_glove(Cooccurrences cooccurrences, const Vocabulary& vocabulary, const GloveOptions& options,
                         const TrainingControl& control) {
  validate(options);
  validate(control.checkpoint);
  if (cooccurrences.words() != vocabulary.size())
    throw Error("the co-occurrences are of " + std::to_string(cooccurrences.words()) + " words, the vocabulary has " +
                std::to_string(vocabulary.size()));
  if (cooccurrences.size() == 0)
    throw Error(
        "there was nothing to learn from: no sentence has two words of the vocabulary; is there one word a line?");
  require_usable(control.initial, options.dimension);
  require_memory(glove_tables(vocabulary.size(), cooccurrences.size(), options), vocabulary.size(), options.dimension);
  return Training(std::move(cooccurrences), vocabulary, options, control).run();
}

}  // namespace equivec
