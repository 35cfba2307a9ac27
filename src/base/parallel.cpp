#include "src/base/parallel.hpp"

#include <tbb/blocked_range.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <pthread.h>

#include <algorithm>
#include <atomic>

namespace equivec {

namespace {

std::atomic<bool> forked_off = false;

/// TBB begins its threads here, so what is forked off later has lost them.
void watch_for_forks() {
  [[maybe_unused]] static const int status =
      ::pthread_atfork(nullptr, nullptr, [] { forked_off.store(true, std::memory_order_relaxed); });
}

}  // namespace

bool lost_threads() noexcept { return forked_off.load(std::memory_order_relaxed); }

int thread_count(int threads) {
  if (lost_threads() || threads == 1) return 1;
  watch_for_forks();
  return threads == 0 ? tbb::this_task_arena::max_concurrency() : std::min(threads, tbb::info::default_concurrency());
}

void within_threads(int threads, const std::function<void()>& work) {
  tbb::task_arena arena(thread_count(threads));
  arena.execute([&, progress = CancelScope::current()] {
    const CancelScope scope(progress);
    work();
  });
}

void parallel_ranges(std::size_t count, std::size_t grain, int threads,
                     const std::function<void(std::size_t begin, std::size_t end)>& f) {
  if (count == 0) return;
  if (threads == 1 || count <= grain) return f(0, count);
  const int used = thread_count(threads);
  if (used == 1) return f(0, count);
  tbb::task_arena arena(used);
  arena.execute([&] {
    const tbb::blocked_range<std::size_t> all(0, count, grain);
    const auto call = [&, progress = CancelScope::current()](const auto& range) {
      const CancelScope scope(progress);
      check_cancelled(progress);
      f(range.begin(), range.end());
    };
    // TBB's own choice makes longer pieces, except of length 1, where it saves tasks.
    if (grain > 1)
      tbb::parallel_for(all, call, tbb::simple_partitioner());
    else
      tbb::parallel_for(all, call);
  });
}

void SlotPipeline::run(int threads) const {
  // What is in progress is kept in slots rather than in TBB's pipeline, which drops its tokens without destroying them
  // when a stage throws. Slots leave in the order of arrival, so the oldest is always the next to be free.
  std::size_t next = 0;
  tbb::task_arena arena(thread_count(threads));
  arena.execute([&] {
    tbb::parallel_pipeline(
        slots, tbb::make_filter<void, std::size_t>(tbb::filter_mode::serial_in_order, [&](tbb::flow_control& control) {
                 const std::size_t slot = next++ % slots;
                 if (!produce(slot)) control.stop();
                 return slot;
               }) & tbb::make_filter<std::size_t, std::size_t>(tbb::filter_mode::parallel, [&](std::size_t slot) {
                 work(slot);
                 return slot;
               }) & tbb::make_filter<std::size_t, void>(tbb::filter_mode::serial_in_order, [&](std::size_t slot) {
                 consume(slot);
               }));
  });
}

}  // namespace equivec
