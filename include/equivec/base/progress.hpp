#pragma once

#include "equivec/base/error.hpp"

#include <atomic>
#include <cstdint>

namespace equivec {

/// Counters of a long computation. Workers write, any thread may read or cancel; nobody prints here.
struct Progress {
  std::atomic<std::uint64_t> done{0};   ///< units of work finished (words, bytes or rows, as the function says)
  std::atomic<std::uint64_t> total{0};  ///< units in all; 0 while unknown
  std::atomic<float> loss{0};           ///< training: mean loss per pair of the chunk finished last
  std::atomic<float> learning_rate{0};  ///< training: of the chunk finished last
  std::atomic<bool> cancelled{false};   ///< set it (a signal handler may) to make the computation throw Cancelled
};

/// Throws Cancelled if somebody asked for it; null never does.
inline void check_cancelled(const Progress* progress) {
  if (progress && progress->cancelled.load(std::memory_order_relaxed)) throw Cancelled();
}

}  // namespace equivec
