#pragma once

#include "equivec/base/communicator.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/train/training.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/train/checkpoint.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

// What all trainers share.

/// Throws Error if the tables take more memory than the process may have: otherwise the system would end it later.
/// `words`, `dimension` and `advice`, such as "give --partition, ", are for the message.
void require_memory(std::span<const TableSize> tables, std::size_t words, int dimension, std::string_view advice = "");

/// Throws Error if the vectors to start from have another dimension or a value that is not finite.
void require_usable(const std::optional<Embeddings>& initial, int dimension);

/// A random stream by position: all that is drawn depends on (seed, purpose, number), never on the thread that draws.
/// A trainer numbers its purposes from 0 to 15 in an enum of its own; numbers are below 2^60.
template <class Purpose>
Rng stream(std::uint64_t seed, Purpose purpose, std::uint64_t number) {
  return Rng(seed, static_cast<std::uint64_t>(purpose) << 60 | number);
}

/// A loss summed over pairs, whose number is that of their weights.
struct LossSum {
  double loss = 0;
  double pairs = 0;

  double mean() const { return pairs == 0 ? 0 : loss / pairs; }
  void add(const LossSum& other) {
    loss += other.loss;
    pairs += other.pairs;
  }
};

/// The skeleton of a training: start or resume, epochs of numbered tasks, checkpoints, the mean loss, and the guard
/// against divergence. A trainer derives from it and supplies what is its own. Used by one thread; a trainer's workers
/// may use progress_ and fail_diverged(), and, where there are no ranks, stop_early().
///
/// Several ranks may train together: all call run(), and what it calls they call together, with the same next_. The
/// first one reads and writes checkpoints and reports; the others' files stay as they are.
class TrainingRun {
 public:
  TrainingRun(const TrainingRun&) = delete;
  TrainingRun& operator=(const TrainingRun&) = delete;

 protected:
  /// Keeps the references. `instruction_set` is recorded in checkpoints. ranks: that train together; null if there is
  /// one.
  TrainingRun(const Vocabulary& vocabulary, const TrainingControl& control, std::string_view instruction_set,
              Communicator* ranks = nullptr);
  ~TrainingRun() = default;

  /// Trains `epochs` times tasks 0 ... tasks_of_epoch - 1. `units` is how much Progress counts in all. Throws Error if
  /// training diverges or a checkpoint cannot be used or written; Cancelled, after a checkpoint if one is wanted.
  void run(std::size_t tasks_of_epoch, int epochs, std::uint64_t units);

  // ---- what a trainer supplies ----

  /// Fills the tables with their values at the start. A checkpoint then replaces them.
  virtual void initialize() = 0;
  /// Trains tasks next_ ... end - 1 of one epoch in order, adds to epoch_loss_ (of several ranks: what all of them
  /// lost, on the first one at least) and sets next_ to the first task not done. May return early if stop_early(), but
  /// only after one task at least, so that a run that is always asked to stop ends too.
  virtual void train_until(std::size_t end) = 0;
  /// What is trained so far, on all ranks.
  virtual std::uint64_t trained() const { return progress_.done; }
  /// Of several ranks: gives the first one all that a checkpoint holds.
  virtual void collect() {}
  /// The mean loss on held-out text after an epoch; empty if there is no such text.
  virtual std::optional<double> validation_loss(std::size_t /*epoch*/) { return std::nullopt; }
  /// Calls fail_diverged() if a table holds a number that is not finite.
  virtual void require_finite() const = 0;
  /// What a checkpoint must agree with, "model" included.
  virtual Metadata settings() const = 0;
  /// Whether training for more epochs is the same as having begun with that many: then the end is kept in a checkpoint
  /// too, from which a longer training goes on.
  virtual bool can_be_extended() const { return false; }
  /// The trainer's own state in a checkpoint, besides tables, next_ and the loss of the epoch.
  virtual Metadata state() const { return {}; }
  virtual void restore(const Checkpoint& /*checkpoint*/) {}

  // ---- what it may use ----

  /// Copies the vector to start from; false if the word has none.
  bool copy_initial(WordId word, float* row) const;
  /// Of several ranks, which then call it together: whether any of them is to stop.
  bool stop_early() const;
  /// Of several ranks, which then call it together: calls work() on each; what it throws on one is thrown on all.
  void on_each(const std::function<void()>& work) const;
  bool keeps_checkpoints() const { return !control_.checkpoint.file.empty(); }
  /// Throws Cancelled if asked to stop; with checkpoints a task is finished first, since they are kept between tasks,
  /// and with several ranks, since the others wait for this one.
  void check_cancelled_within_task() const {
    if (!keeps_checkpoints() && !ranks_) check_cancelled(&progress_);
  }
  /// Throws Error: training stopped since `what`, as "the loss is not finite".
  [[noreturn]] void fail_diverged(std::size_t epoch, WordId word, double learning_rate, std::string_view what) const;

  const Vocabulary& vocabulary_;
  const TrainingControl& control_;
  Communicator* ranks_;             ///< null if there is one
  std::vector<NamedTable> tables_;  ///< what a checkpoint holds; the first one are its vectors
  std::size_t next_ = 0;            ///< the first task, of all epochs', that is not done
  LossSum epoch_loss_;              ///< of the epoch that next_ is in

 private:
  using Clock = std::chrono::steady_clock;

  void resume(std::size_t tasks);
  void report(std::size_t epoch, std::uint64_t trained);
  void resume_log(std::size_t epochs);
  void write_log() const;
  void save();
  bool due() const { return Clock::now() >= next_checkpoint_; }
  bool is_first() const { return !ranks_ || ranks_->is_first(); }
  /// Calls work() on the first rank; what it throws is thrown on all.
  void on_first(const std::function<void()>& work) const;
  /// Whether it is so on any rank.
  bool on_any(bool so) const;
  void restart_clock();

  Progress unseen_;

 protected:
  Progress& progress_;

 private:
  std::string instruction_set_;
  Clock::time_point next_checkpoint_;
  bool kept_ = false;  // there is a checkpoint of this training
  std::vector<EpochReport> log_;
};

}  // namespace equivec
