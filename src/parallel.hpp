#pragma once

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace equivec {

/// Threads that `threads` stands for: 0 means all cores.
inline int thread_count(int threads) { return threads == 0 ? tbb::this_task_arena::max_concurrency() : threads; }

/// Calls f(begin, end) for pieces of [0, count) of at least `grain` (the last may be shorter), on up to `threads`
/// threads. With one thread there is one piece.
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

/// Calls f(0) ... f(count - 1) on up to `threads` threads. With one thread the calls come in order.
template <std::invocable<std::size_t> F>
void parallel_for(std::size_t count, int threads, const F& f) {
  parallel_ranges(count, 1, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) f(i);
  });
}

/// Takes items from produce() until it gives nothing, works on several at once, and consumes the results in the order
/// of the items: produce and consume are never called by two threads at a time. At most a few items per thread are
/// alive.
template <class Produce, class Work, class Consume>
void ordered_pipeline(int threads, Produce&& produce, Work&& work, Consume&& consume) {
  using Item = typename decltype(produce())::value_type;
  using Result = decltype(work(std::declval<Item&&>()));
  if (threads == 1) {
    while (auto item = produce()) consume(work(std::move(*item)));
    return;
  }
  const int count = thread_count(threads);
  tbb::task_arena arena(count);
  arena.execute([&] {
    tbb::parallel_pipeline(
        static_cast<std::size_t>(count) * 4,
        tbb::make_filter<void, std::shared_ptr<Item>>(tbb::filter_mode::serial_in_order,
                                                      [&](tbb::flow_control& control) -> std::shared_ptr<Item> {
                                                        auto item = produce();
                                                        if (item) return std::make_shared<Item>(std::move(*item));
                                                        control.stop();
                                                        return nullptr;
                                                      }) &
            tbb::make_filter<std::shared_ptr<Item>, std::shared_ptr<Result>>(
                tbb::filter_mode::parallel,
                [&](std::shared_ptr<Item> item) { return std::make_shared<Result>(work(std::move(*item))); }) &
            tbb::make_filter<std::shared_ptr<Result>, void>(
                tbb::filter_mode::serial_in_order,
                [&](std::shared_ptr<Result> result) { consume(std::move(*result)); }));
  });
}

}  // namespace equivec
