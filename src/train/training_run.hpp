#pragma once

#include "equivec/train/training.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace equivec {

// What all trainers share.

/// Throws Error if the machine has less memory than the tables take: the process would only be killed later.
/// words, dimension: for the message.
void require_memory(std::span<const TableSize> tables, std::size_t words, int dimension);

/// Throws Error if there are vectors to start from, of another dimension.
void require_dimension(const std::optional<Embeddings>& initial, int dimension);

/// Says when a checkpoint is due.
class CheckpointClock {
 public:
  explicit CheckpointClock(const CheckpointOptions& options) : options_(options) { restart(); }

  bool wanted() const { return !options_.file.empty(); }
  bool due() const { return wanted() && std::chrono::steady_clock::now() >= time_; }
  void restart() {
    time_ = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                   std::chrono::duration<double>(60 * options_.minutes));
  }

 private:
  const CheckpointOptions& options_;
  std::chrono::steady_clock::time_point time_;
};

/// Throws Error: training stopped, for `what` is not finite. kept: the checkpoint holds a state of it from before.
[[noreturn]] void fail_diverged(int epoch, std::string_view word, double learning_rate, std::string_view what,
                                const CheckpointOptions& checkpoint, bool kept);

}  // namespace equivec
