#include "equivec/train/glove.hpp"

#include "equivec/base/communicator.hpp"
#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "src/base/parallel.hpp"
#include "src/base/row_table.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/files.hpp"
#include "src/kernels/glove_kernels.hpp"
#include "src/train/checkpoint.hpp"
#include "src/train/glove_columns.hpp"
#include "src/train/glove_rotation.hpp"
#include "src/train/glove_strips.hpp"
#include "src/train/glove_tiles.hpp"
#include "src/train/training_run.hpp"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <numeric>
#include <span>
#include <string>
#include <utility>
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

// Two blocks of rows fit into most processors' second caches together.
constexpr std::size_t block_bytes = 300000;

// What random streams are for.
enum class Stream : std::uint64_t { words = 0, contexts = 1, blocks = 2, pairs = 3 };

GloveLayout layout_of(const GloveOptions& options) { return {static_cast<std::size_t>(options.dimension)}; }

/// In a block. Of large vocabularies more than the cache holds, since the number of tiles grows with the square of that
/// of blocks.
std::size_t most_rows(std::size_t words, const GloveOptions& options) {
  const std::size_t cached = block_bytes / (layout_of(options).row() * sizeof(float));
  return std::min<std::size_t>(std::max(std::clamp<std::size_t>(cached, 16, 1024), (words + 1023) / 1024), 65536);
}

/// Calls f(task) for some of the tasks 0 ... count - 1, each on the thread that had it the last time where that is not
/// kept waiting: it has the rows in its cache.
class SteadyTasks {
 public:
  SteadyTasks(tbb::task_arena& arena, std::size_t threads, std::size_t count)
      : arena_(arena), threads_(threads), taken_(count), last_(count) {
    for (auto& last : last_) last.store(threads, std::memory_order_relaxed);
  }

  template <class F>
  void run(std::span<const std::size_t> tasks, const F& f) {
    if (threads_ == 1 || tasks.size() < 2) {
      for (const std::size_t task : tasks) f(task);
      return;
    }
    for (const std::size_t task : tasks) taken_[task].store(false, std::memory_order_relaxed);
    const auto work = [&](std::size_t thread) {
      const auto take = [&](std::size_t task) {
        if (taken_[task].exchange(true, std::memory_order_relaxed)) return;
        last_[task].store(thread, std::memory_order_relaxed);
        f(task);
      };
      for (const std::size_t task : tasks)
        if (last_[task].load(std::memory_order_relaxed) == thread) take(task);
      for (const std::size_t task : tasks) take(task);
    };
    arena_.execute([&] { tbb::parallel_for(std::size_t{0}, threads_, work, affinity_); });
  }

 private:
  tbb::task_arena& arena_;
  std::size_t threads_;
  std::vector<std::atomic<bool>> taken_;
  std::vector<std::atomic<std::size_t>> last_;
  tbb::static_partitioner affinity_;
};

class Training : private TrainingRun {
 public:
  Training(Cooccurrences cooccurrences, const Vocabulary& vocabulary, const GloveOptions& options,
           const TrainingControl& control)
      : TrainingRun(vocabulary, control, glove_kernels().instruction_set, cooccurrences.ranks()),
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
        hash_(keeps_checkpoints() ? hash_of(cooccurrences, options.threads) : ""),
        blocks_(glove_blocks(cooccurrences, most_rows(vocabulary.size(), options), options.threads)),
        pairs_(cooccurrences.size()),
        rotation_(blocks_, stream(options.seed, Stream::blocks, 0)),
        rank_(ranks_ ? ranks_->rank() : 0),
        owners_(rotation_.owners(ranks_ ? ranks_->size() : 1)),
        strips_(ranks_, words_, blocks_.bounds),
        tiles_(tiles_of(std::move(cooccurrences))) {
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
    TrainingRun::run(rotation_.groups() * tasks_of_group, options_.epochs,
                     pairs_ * static_cast<std::uint64_t>(options_.epochs));
    return result();
  }

 private:
  using Group = GloveRotation::Group;
  using Epoch = GloveRotation::Epoch;

  // A task is a quarter of a group's stages. The fewer the tasks, the longer does a checkpoint take to come, and the
  // more, the more often do ranks wait for one another.
  static constexpr std::size_t tasks_of_group = 4;

  /// The pairs of this rank's contexts. Gives the memory of the others back.
  GloveTiles tiles_of(Cooccurrences cooccurrences) const {
    if (ranks_) cooccurrences = columns_of(*ranks_, cooccurrences, owners_of_rows(), options_.memory);
    return GloveTiles(cooccurrences, blocks_, options_.memory, options_.threads);
  }

  /// The rank of each block of contexts.
  std::vector<int> owners_of_blocks() const {
    std::vector<int> result(blocks_.size());
    for (std::size_t part = 0; part < rotation_.parts(); ++part)
      for (const std::uint32_t block : rotation_.part(part)) result[block] = owners_[part];
    return result;
  }

  std::vector<int> owners_of_rows() const {
    const std::vector<int> of_blocks = owners_of_blocks();
    std::vector<int> result;
    for (const std::uint16_t block : blocks_.of_rows()) result.push_back(of_blocks[block]);
    return result;
  }

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
    const std::size_t tasks = rotation_.groups() * tasks_of_group, epoch = next_ / tasks;
    const Epoch plan = rotation_.epoch(stream(options_.seed, Stream::blocks, epoch + 1));
    for (bool stop = false; next_ < end && !stop; ++next_, stop = stop_early()) {
      check_cancelled_within_task();
      train_task(plan, next_ % tasks, epoch);
    }
  }

  /// What is known of the epoch follows from the pairs that are done.
  void restore(const Checkpoint& /*checkpoint*/) override {
    const std::uint64_t epochs = next_ / (rotation_.groups() * tasks_of_group);
    epoch_loss_.pairs = static_cast<double>(progress_.done - epochs * pairs_);
  }

  bool can_be_extended() const override { return true; }

  Metadata settings() const override {
    Metadata result = description(options_);
    result["cooccurrence_hash"] = hash_;
    result.erase("epochs");  // nothing depends on how many will come
    return result;
  }

  /// What each strip of a group lost in each stage of a task.
  struct Losses {
    std::size_t begin, end;     // stages
    std::vector<LossSum> sums;  // stage by stage

    Losses(std::size_t first, std::size_t last, std::size_t strips)
        : begin(first), end(last), sums((last - first) * strips) {}
    LossSum& at(std::size_t strip, std::size_t stage) {
      return sums[(stage - begin) * (sums.size() / (end - begin)) + strip];
    }
  };

  void train_task(const Epoch& plan, std::size_t task, std::size_t epoch) {
    const std::size_t number = task / tasks_of_group, quarter = task % tasks_of_group, stages = plan.parts.size(),
                      begin = stages * quarter / tasks_of_group, end = stages * (quarter + 1) / tasks_of_group;
    if (begin == end) return;
    const Group& group = plan.groups[number];
    bring(plan, group, begin);
    // What the next group needs comes meanwhile.
    if (number + 1 < plan.groups.size()) bring(plan, plan.groups[number + 1], 0);
    SteadyTasks tasks(arena_, static_cast<std::size_t>(threads_), group.strips.size());
    Losses losses(begin, end, group.strips.size());
    for (std::size_t stage = begin; stage < end; ++stage) train_stage(plan, group, stage, epoch, tasks, losses);
    finish(plan, group, epoch, losses);
  }

  int owner(const Epoch& plan, const Group& group, std::size_t strip, std::size_t stage) const {
    return owners_[plan.part(group, strip, stage)];
  }

  /// Each strip goes to the rank that has its part in this stage.
  void bring(const Epoch& plan, const Group& group, std::size_t stage) {
    for (std::size_t i = 0; i < group.strips.size(); ++i) strips_.move(group.strips[i], owner(plan, group, i, stage));
  }

  /// The strips that this rank has in this stage, in the order in which they are trained: those that leave first, so
  /// that they travel while the others are trained, and those that have just come last, for the same reason. Otherwise
  /// the largest first, so that no thread is left with one in the end.
  std::vector<std::size_t> strips_here(const Epoch& plan, const Group& group, std::size_t stage) const {
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < group.strips.size(); ++i)
      if (owner(plan, group, i, stage) == rank_) result.push_back(i);
    if (!ranks_) return result;
    const auto urgency = [&](std::size_t i) {
      const bool comes = stage == 0 || owner(plan, group, i, stage - 1) != rank_;
      const bool leaves = stage + 1 < plan.parts.size() && owner(plan, group, i, stage + 1) != rank_;
      return comes ? 2 + !leaves : !leaves;
    };
    std::ranges::stable_sort(result, {}, urgency);
    return result;
  }

  void train_stage(const Epoch& plan, const Group& group, std::size_t stage, std::size_t epoch, SteadyTasks& tasks,
                   Losses& losses) {
    const bool last = stage + 1 == plan.parts.size();
    tasks.run(strips_here(plan, group, stage), [&](std::size_t i) {
      const std::uint32_t strip = group.strips[i];
      strips_.arrive(strip);
      std::vector<GlovePair>& buffer = buffers_.local();
      for (const std::uint32_t contexts : plan.parts[plan.part(group, i, stage)]) {
        losses.at(i, stage).add(train_tile(strip, contexts, epoch, buffer));
        strips_.advance();
      }
      if (last) return;
      if (const int next = owner(plan, group, i, stage + 1); next != rank_) strips_.send_ahead(strip, next);
    });
    if (!last) bring(plan, group, stage + 1);
  }

  LossSum train_tile(std::size_t words, std::size_t contexts, std::size_t epoch, std::vector<GlovePair>& buffer) {
    const std::span<const GlovePair> pairs = tiles_.tile(words, contexts);
    if (pairs.empty()) return {};
    buffer.assign(pairs.begin(), pairs.end());
    Rng rng = stream(options_.seed, Stream::pairs, (epoch * blocks_.size() + words) * blocks_.size() + contexts);
    shuffle<GlovePair>(buffer, rng);
    const double loss = kernels_.train(settings_, {.words = words_.row(blocks_.first_row(words)),
                                                   .contexts = contexts_.row(blocks_.first_row(contexts)),
                                                   .pairs = buffer,
                                                   .context_rows = blocks_.rows(contexts)});
    progress_.done.fetch_add(pairs.size(), std::memory_order_relaxed);
    return {loss, static_cast<double>(pairs.size())};
  }

  /// Adds what was lost to epoch_loss_: in an order that depends on neither threads nor ranks.
  void finish(const Epoch& plan, const Group& group, std::size_t epoch, Losses& losses) {
    on_each([&] { require_finite_losses(group, epoch, losses); });
    if (ranks_) gather_losses(plan, group, losses);
    LossSum sum;
    for (const LossSum& each : losses.sums) sum.add(each);
    epoch_loss_.add(sum);
    if (sum.pairs > 0) progress_.loss = static_cast<float>(sum.mean());
    progress_.learning_rate = static_cast<float>(options_.learning_rate);
  }

  /// Gives the first rank what the others have lost.
  void gather_losses(const Epoch& plan, const Group& group, Losses& losses) {
    // In an order that all know.
    const auto for_each_of = [&](const auto& f) {
      for (std::size_t stage = losses.begin; stage < losses.end; ++stage)
        for (std::size_t i = 0; i < group.strips.size(); ++i)
          f(static_cast<std::size_t>(owner(plan, group, i, stage)), losses.at(i, stage));
    };
    std::vector<std::string> bytes(static_cast<std::size_t>(ranks_->size()));
    for_each_of([&](std::size_t rank, const LossSum& sum) {
      if (rank > 0 && rank == static_cast<std::size_t>(rank_)) bytes[0] += bytes_of(std::span(&sum, 1));
    });
    bytes = exchange(*ranks_, std::move(bytes));
    if (!ranks_->is_first()) return;
    std::vector<std::size_t> read(bytes.size());
    for_each_of([&](std::size_t rank, LossSum& sum) {
      if (rank == 0) return;
      std::memcpy(&sum, bytes[rank].data() + read[rank], sizeof sum);
      read[rank] += sizeof sum;
      progress_.done += static_cast<std::uint64_t>(sum.pairs);
    });
  }

  void collect() override {
    if (!ranks_) return;
    strips_.collect();
    collect_blocks(*ranks_, contexts_, blocks_.bounds, owners_of_blocks());
  }

  bool finite(std::size_t row) const {
    const auto size = static_cast<Eigen::Index>(settings_.layout.row());
    return Eigen::Map<const Eigen::ArrayXf>(words_.row(row), size).allFinite() &&
           Eigen::Map<const Eigen::ArrayXf>(contexts_.row(row), size).allFinite();
  }

  void require_finite_losses(const Group& group, std::size_t epoch, Losses& losses) const {
    for (std::size_t stage = losses.begin; stage < losses.end; ++stage)
      for (std::size_t i = 0; i < group.strips.size(); ++i)
        if (!std::isfinite(losses.at(i, stage).loss)) fail_diverged_in(group.strips[i], epoch);
  }

  /// Names a word of the strip whose vectors are not finite, or the first of the strip, whose loss was not.
  [[noreturn]] void fail_diverged_in(std::size_t strip, std::size_t epoch) const {
    std::size_t row = blocks_.first_row(strip);
    for (std::size_t i = row; i < blocks_.first_row(strip + 1); ++i)
      if (!finite(i)) {
        row = i;
        break;
      }
    fail_diverged(epoch, word_id(row), options_.learning_rate, "the loss is not finite");
  }

  void require_finite() const override {
    for (std::size_t i = 0; i < vocabulary_.size(); ++i)
      if (!finite(i))
        fail_diverged(static_cast<std::size_t>(options_.epochs) - 1, word_id(i), options_.learning_rate,
                      "its vector is not finite");
  }

  /// All ranks get it.
  GloveVectors result() {
    collect();
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
    share({result.words.data(), static_cast<std::size_t>(result.words.size())});
    share({result.contexts.data(), static_cast<std::size_t>(result.contexts.size())});
    share(result.word_biases);
    share(result.context_biases);
    return result;
  }

  /// Gives all ranks the first one's numbers.
  void share(std::span<float> numbers) const {
    constexpr std::size_t piece = 1 << 24;
    if (!ranks_) return;
    for (std::size_t begin = 0; begin < numbers.size(); begin += piece)
      broadcast(*ranks_, std::as_writable_bytes(numbers.subspan(begin, std::min(piece, numbers.size() - begin))));
  }

  const GloveOptions& options_;
  GloveKernels kernels_;
  GloveSettings settings_;
  int threads_;
  tbb::task_arena arena_;
  Table words_, contexts_;
  std::string hash_;  // of the co-occurrences, for checkpoints
  GloveBlocks blocks_;
  std::uint64_t pairs_;  // of all ranks
  GloveRotation rotation_;
  int rank_;                 // this one
  std::vector<int> owners_;  // the rank of each part
  GloveStrips strips_;
  GloveTiles tiles_;
  tbb::enumerable_thread_specific<std::vector<GlovePair>> buffers_;
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
  const auto ranks = cooccurrences.ranks() ? static_cast<std::uint64_t>(cooccurrences.ranks()->size()) : 1;
  const auto require_enough_memory = [&] {
    require_memory(glove_tables(vocabulary.size(), cooccurrences.size() / ranks, options), vocabulary.size(),
                   options.dimension);
  };
  if (cooccurrences.ranks())
    agree(*cooccurrences.ranks(), require_enough_memory);
  else
    require_enough_memory();
  return Training(std::move(cooccurrences), vocabulary, options, control).run();
}

}  // namespace equivec
