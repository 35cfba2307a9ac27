#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/error.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace EQUIVEC_EXPORT equivec {

/// Counters of a long computation. Workers write them; any thread may read them or cancel. Printing is the caller's.
struct Progress {
  std::atomic<std::uint64_t> done{0};   ///< units of work finished (words, bytes or rows: see the function)
  std::atomic<std::uint64_t> total{0};  ///< units in all; 0 while unknown
  std::atomic<float> loss{0};           ///< training: mean loss per pair of the last finished chunk
  std::atomic<float> learning_rate{0};  ///< training: of the last finished chunk
  std::atomic<bool> enough{false};      ///< training: set it in on_epoch to end with the vectors of that epoch
  std::atomic<bool> cancelled{false};   ///< set it (also from a signal handler) to make the computation throw Cancelled
};

/// Begins to count a piece of work of `total` units; null counts nothing.
inline void start(Progress* progress, std::uint64_t total) {
  if (!progress) return;
  progress->done = 0;
  progress->total = total;
}

/// Called when a stage begins: "counting words", and the unit that Progress counts in it, which may be empty. What it
/// returns is kept until the stage ends.
using OnStage = std::function<std::shared_ptr<void>(const std::string& stage, const std::string& unit)>;
/// Called with a sentence worth showing: what was read, what was odd.
using OnNotice = std::function<void(const std::string& sentence)>;

/// How work of several stages reports to its caller. Everything may be empty; calls come from the calling thread.
struct Reporting {
  Progress* progress = nullptr;  ///< counts within each stage; setting `cancelled` stops the work
  OnStage on_stage = {};
  OnNotice on_notice = {};

  std::shared_ptr<void> begin(const std::string& stage, const std::string& unit) const {
    return on_stage ? on_stage(stage, unit) : nullptr;
  }
  void notice(const std::string& sentence) const {
    if (on_notice) on_notice(sentence);
  }
};

/// Throws Cancelled if somebody asked for it; null never does.
inline void check_cancelled(const Progress* progress) {
  if (progress && progress->cancelled.load(std::memory_order_relaxed)) throw Cancelled();
}

}  // namespace equivec
