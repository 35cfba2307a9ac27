#pragma once

#include "equivec/base/error.hpp"

#include <atomic>
#include <cstdint>

namespace equivec {

/// Counters of a long computation. Workers write them; any thread may read them or cancel. Printing is the caller's.
struct Progress {
  std::atomic<std::uint64_t> done{0};   ///< units of work finished (words, bytes or rows: see the function)
  std::atomic<std::uint64_t> total{0};  ///< units in all; 0 while unknown
  std::atomic<float> loss{0};           ///< training: mean loss per pair of the last finished chunk
  std::atomic<float> learning_rate{0};  ///< training: of the last finished chunk
  std::atomic<bool> cancelled{false};   ///< set it (also from a signal handler) to make the computation throw Cancelled
};

/// Throws Cancelled if `progress` is not null and was cancelled.
inline void check_cancelled(const Progress* progress) {
  if (progress && progress->cancelled.load(std::memory_order_relaxed)) throw Cancelled();
}

}  // namespace equivec
