#include "src/train/training_run.hpp"

#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "src/base/memory_limit.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/file_lock.hpp"
#include "src/files/output_file.hpp"
#include "src/vectors/finite.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <system_error>

namespace equivec {

void require_usable(const std::optional<Embeddings>& initial, int dimension) {
  if (initial && initial->dimension() != dimension)
    throw Error("the vectors to start from have dimension " + std::to_string(initial->dimension()) + ", not " +
                std::to_string(dimension) + "; give --dimension " + std::to_string(initial->dimension()));
  if (initial) require_finite("the vectors to start from", initial->vocabulary(), initial->matrix(), 0);
}

std::uint64_t total_bytes(std::span<const TableSize> tables) noexcept {
  std::uint64_t bytes = 0;
  for (const TableSize& table : tables)
    if (__builtin_add_overflow(bytes, table.bytes, &bytes)) return std::numeric_limits<std::uint64_t>::max();
  return bytes;
}

void require_memory(std::span<const TableSize> tables, std::size_t words, int dimension, std::string_view advice) {
  const std::uint64_t needed = total_bytes(tables), present = memory_limit();
  if (needed > present)
    throw Error("tables of " + std::to_string(words) + " x " + std::to_string(dimension) + " numbers need " +
                std::to_string(needed / 1000000) + " MB, this process may have " + std::to_string(present / 1000000) +
                " MB (the machine, its control group or ulimit); " + std::string(advice) +
                "lower --dimension or raise --min-count");
}

TrainingRun::TrainingRun(const Vocabulary& vocabulary, const TrainingControl& control, std::string_view instruction_set,
                         Communicator* ranks)
    : vocabulary_(vocabulary),
      control_(control),
      ranks_(ranks),
      progress_(control.progress ? *control.progress : unseen_),
      instruction_set_(instruction_set) {}

void TrainingRun::run(std::size_t tasks_of_epoch, int epochs, std::uint64_t units) {
  std::optional<FileLock> lock;
  if (keeps_checkpoints())
    on_first([&] {
      lock.emplace(control_.checkpoint.file, "another run keeps its state there; give --checkpoint another file");
    });
  const std::size_t tasks = tasks_of_epoch * static_cast<std::size_t>(epochs);
  start(&progress_, units);
  initialize();
  resume(tasks);
  resume_log(next_ / tasks_of_epoch);
  restart_clock();
  while (next_ < tasks) {
    const std::size_t epoch = next_ / tasks_of_epoch, end = (epoch + 1) * tasks_of_epoch;
    train_until(end);
    if (next_ == end) {
      const std::uint64_t units_done = trained();
      on_first([&] { report(epoch, units_done); });
      epoch_loss_ = {};
    }
    if (next_ == tasks || (next_ == end && on_any(progress_.enough))) break;
    if (keeps_checkpoints() && stop_early()) {
      save();
      restart_clock();
    }
    if (on_any(progress_.cancelled)) throw Cancelled();
  }
  if (keeps_checkpoints() && can_be_extended())
    save();
  else
    on_each([&] { require_finite(); });
}

void TrainingRun::on_each(const std::function<void()>& work) const {
  if (ranks_)
    agree(*ranks_, work);
  else
    work();
}

void TrainingRun::on_first(const std::function<void()>& work) const {
  on_each([&] {
    if (is_first()) work();
  });
}

bool TrainingRun::on_any(bool so) const { return ranks_ ? any_of(*ranks_, so) : so; }

bool TrainingRun::stop_early() const {
  return on_any(progress_.cancelled || (keeps_checkpoints() && is_first() && due()));
}

void TrainingRun::restart_clock() {
  next_checkpoint_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                        std::chrono::duration<double>(60 * control_.checkpoint.minutes));
}

void TrainingRun::resume(std::size_t tasks) {
  if (!control_.checkpoint.resume) return;
  Checkpoint checkpoint;
  on_first([&] {
    std::error_code missing;
    if (!std::filesystem::exists(control_.checkpoint.file, missing)) return;
    checkpoint = Checkpoint(control_.checkpoint.file);
    const Metadata expected = settings();
    checkpoint.require_same({{"model", expected.at("model")}});  // first, since what else there is depends on it
    checkpoint.require_same(expected);
    checkpoint.require_same(vocabulary_);
    checkpoint.restore(tables_);
    if (checkpoint.number<std::size_t>("training_next") > tasks)
      checkpoint.fail(can_be_extended() ? "was trained for more epochs than are asked for" : "is damaged");
  });
  if (ranks_) checkpoint.share(*ranks_, tables_);
  if (checkpoint.empty()) return;
  next_ = checkpoint.number<std::size_t>("training_next");
  epoch_loss_.loss = checkpoint.number<double>("training_loss");
  progress_.done = checkpoint.number<std::uint64_t>("training_done");
  restore(checkpoint);
  kept_ = true;
}

void TrainingRun::report(std::size_t epoch, std::uint64_t trained) {
  if (!control_.on_epoch && control_.log.empty()) return;
  const EpochReport report = {.epoch = static_cast<int>(epoch) + 1,
                              .loss = epoch_loss_.mean(),
                              .validation_loss = validation_loss(epoch),
                              .trained = trained};
  if (!control_.log.empty()) {
    log_.push_back(report);
    write_log();
  }
  if (control_.on_epoch) control_.on_epoch(report);
}

/// The epochs that the checkpoint has behind it stay in the log; those that are trained again do not.
void TrainingRun::resume_log(std::size_t epochs) {
  if (epochs == 0 || !is_first() || control_.log.empty() || is_written_directly(control_.log)) return;
  if (std::error_code ignored; !std::filesystem::exists(control_.log, ignored)) return;
  log_ = read_training_log(control_.log.string());
  std::erase_if(log_, [&](const EpochReport& one) { return static_cast<std::size_t>(one.epoch) > epochs; });
}

void TrainingRun::write_log() const {
  OutputFiles files;
  OutputFile& out = files.open(control_.log);
  // A pipe has the lines before.
  for (std::size_t i = is_written_directly(control_.log) ? log_.size() - 1 : 0; i < log_.size(); ++i) {
    const EpochReport& one = log_[i];
    out.write("{\"epoch\":" + std::to_string(one.epoch) + ",\"trained\":" + std::to_string(one.trained) +
              ",\"loss\":" + shortest(one.loss) +
              (one.validation_loss ? ",\"validation_loss\":" + shortest(*one.validation_loss) : "") + "}\n");
  }
  files.commit();
}

void TrainingRun::save() {
  collect();
  on_each([&] { require_finite(); });
  Metadata metadata = settings();
  metadata.insert({{"vectors", "words"},
                   {"instruction_set", instruction_set_},
                   {"training_next", std::to_string(next_)},
                   {"training_done", std::to_string(trained())},
                   {"training_loss", shortest(epoch_loss_.loss)}});
  metadata.merge(state());
  on_first([&] { write_checkpoint(control_.checkpoint.file, vocabulary_, tables_, metadata); });
  kept_ = true;
}

bool TrainingRun::copy_initial(WordId word, float* row) const {
  if (!control_.initial) return false;
  const auto vector = control_.initial->find(vocabulary_.word(word));
  if (vector) std::copy(vector->begin(), vector->end(), row);
  return vector.has_value();
}

void TrainingRun::fail_diverged(std::size_t epoch, WordId word, double learning_rate, std::string_view what) const {
  throw Error("training diverged in epoch " + std::to_string(epoch + 1) + " at the word '" +
              std::string(vocabulary_.word(word)) + "', learning rate " + shortest(static_cast<float>(learning_rate)) +
              ": " + std::string(what) + "; lower --learning-rate" + (ranks_ ? " or the number of ranks" : "") +
              (kept_ ? " (" + control_.checkpoint.file.string() + " keeps the last good state)" : ""));
}

}  // namespace equivec
