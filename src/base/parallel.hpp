#pragma once

#include "equivec/base/progress.hpp"

#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace equivec {

/// Number of threads to use: 0 means as many as within_threads() allows, and all cores outside of it; capped at the
/// number of cores (beyond it TBB would print a warning). 1 in a process that was forked off one that had used several:
/// TBB's threads do not live on in it, and waiting for them would never end.
int thread_count(int threads);

/// Whether this process was forked off one that had used several threads.
bool lost_threads() noexcept;

/// Calls work() on up to `threads` threads: what it calls with 0 threads takes no more either.
void within_threads(int threads, const std::function<void()>& work);

/// While it lives, the functions below throw Cancelled, between two pieces of work, once the progress says so: for
/// computations that are too deep to be given it. For the thread that made it and those that work for it; null changes
/// nothing.
class CancelScope {
 public:
  explicit CancelScope(const Progress* progress) noexcept : outer_(current()) {
    if (progress) current() = progress;
  }
  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;
  ~CancelScope() { current() = outer_; }

  /// That of this thread; null if there is none.
  static const Progress*& current() noexcept {
    thread_local const Progress* progress = nullptr;
    return progress;
  }

 private:
  const Progress* outer_;
};

/// Calls f(begin, end) for pieces of [0, count), each at most `grain` long if that is more than 1, on up to `threads`
/// threads. With one thread there is one piece.
void parallel_ranges(std::size_t count, std::size_t grain, int threads,
                     const std::function<void(std::size_t begin, std::size_t end)>& f);

/// Calls f(0) ... f(count - 1) on up to `threads` threads. With one thread the calls are in order.
template <std::invocable<std::size_t> F>
void parallel_for(std::size_t count, int threads, const F& f) {
  parallel_ranges(count, 1, threads, [&f](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      check_cancelled(CancelScope::current());
      f(i);
    }
  });
}

/// Passes the slots 0 ... slots - 1, again and again, through produce, work and consume, until produce(slot) returns
/// false. Slots are produced and consumed in order, each by one thread at a time; several threads call work. A slot is
/// produced again only after it was consumed.
struct SlotPipeline {
  std::size_t slots = 1;
  std::function<bool(std::size_t slot)> produce;
  std::function<void(std::size_t slot)> work;
  std::function<void(std::size_t slot)> consume;

  void run(int threads) const;
};

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
  std::vector<Slot> slots(static_cast<std::size_t>(thread_count(threads)) * 4);
  const auto produce_slot = [&](std::size_t i) {
    slots[i].item = produce();
    return slots[i].item.has_value();
  };
  const auto work_on_slot = [&](std::size_t i) {
    slots[i].result.emplace(work(std::move(*slots[i].item)));
    slots[i].item.reset();
  };
  const auto consume_slot = [&](std::size_t i) {
    consume(std::move(*slots[i].result));
    slots[i].result.reset();
  };
  SlotPipeline{slots.size(), produce_slot, work_on_slot, consume_slot}.run(threads);
}

}  // namespace equivec
