#pragma once

#include <tbb/blocked_range.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace equivec {

/// Number of threads to use: 0 means all cores; capped at their number (beyond it TBB would print a warning).
inline int thread_count(int threads) {
  const int cores = tbb::info::default_concurrency();
  return threads == 0 ? cores : std::min(threads, cores);
}

/// Calls f(begin, end) for pieces of [0, count), each at most `grain` long, on up to `threads` threads. With one thread
/// there is one piece.
template <std::invocable<std::size_t, std::size_t> F>
void parallel_ranges(std::size_t count, std::size_t grain, int threads, const F& f) {
  if (count == 0) return;
  if (threads == 1 || count <= grain) return f(std::size_t{0}, count);
  tbb::task_arena arena(thread_count(threads));
  arena.execute([&] {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, count, grain),
                      [&](const auto& range) { f(range.begin(), range.end()); });
  });
}

/// Calls f(0) ... f(count - 1) on up to `threads` threads. With one thread the calls are in order.
template <std::invocable<std::size_t> F>
void parallel_for(std::size_t count, int threads, const F& f) {
  parallel_ranges(count, 1, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) f(i);
  });
}

/// Takes items from produce() until it returns none, works on several at once, and consumes the results in the order of
/// the items. produce and consume are never called by two threads at a time. At most a few items per thread are alive.
template <class Produce, class Work, class Consume>
void ordered_pipeline(int threads, Produce&& produce, Work&& work, Consume&& consume) {
  using Item = typename decltype(produce())::value_type;
  using Result = decltype(work(std::declval<Item&&>()));
  if (threads == 1) {
    while (auto item = produce()) consume(work(std::move(*item)));
    return;
  }
  struct Slot {
    std::optional<Item> item;
    std::optional<Result> result;
  };
  // Items in progress are kept here rather than in the pipeline, which drops its tokens without destroying them when a
  // stage throws. Items leave in the order of arrival, so the slot of the oldest is always the next to be free.
  const int count = thread_count(threads);
  std::vector<Slot> slots(static_cast<std::size_t>(count) * 4);
  std::size_t next = 0;
  tbb::task_arena arena(count);
  arena.execute([&] {
    tbb::parallel_pipeline(
        slots.size(),
        tbb::make_filter<void, Slot*>(tbb::filter_mode::serial_in_order, [&](tbb::flow_control& control) -> Slot* {
          Slot& slot = slots[next++ % slots.size()];
          slot.item = produce();
          if (!slot.item) control.stop();
          return &slot;
        }) & tbb::make_filter<Slot*, Slot*>(tbb::filter_mode::parallel, [&](Slot* slot) {
          slot->result.emplace(work(std::move(*slot->item)));
          slot->item.reset();
          return slot;
        }) & tbb::make_filter<Slot*, void>(tbb::filter_mode::serial_in_order, [&](Slot* slot) {
          consume(std::move(*slot->result));
          slot->result.reset();
        }));
  });
}

}  // namespace equivec
