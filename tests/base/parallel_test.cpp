#include "src/base/parallel.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"

#include "catch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <unordered_set>
#include <vector>

using namespace equivec;

TEST_CASE("parallel ranges: the pieces cover everything once and none is longer than asked for") {
  const std::size_t count = GENERATE(std::size_t{0}, 1, 99, 100, 101, 5000), grain = 100;
  std::vector<std::atomic<int>> seen(count);
  std::atomic<std::size_t> longest{0};
  parallel_ranges(count, grain, 2, [&](std::size_t begin, std::size_t end) {
    for (std::size_t known = longest; known < end - begin && !longest.compare_exchange_weak(known, end - begin);)
      continue;
    for (std::size_t i = begin; i < end; ++i) ++seen[i];
  });
  CHECK(std::ranges::all_of(seen, [](const std::atomic<int>& times) { return times == 1; }));
  CHECK(longest <= grain);
}

TEST_CASE("within threads: what asks for all cores inside gets no more than was given") {
  std::mutex mutex;
  std::unordered_set<std::thread::id> threads;
  within_threads(1, [&] {
    CHECK(thread_count(0) == 1);
    parallel_for(100, 0, [&](std::size_t) {
      const std::scoped_lock lock(mutex);
      threads.insert(std::this_thread::get_id());
    });
  });
  CHECK(threads.size() == 1);
  CHECK_THROWS_AS(within_threads(2, [] { throw std::runtime_error("passed on"); }), std::runtime_error);
}

TEST_CASE("ordered pipeline: results come in the order of the items for any number of threads") {
  const int threads = GENERATE(1, 2, 0);
  int next = 0;
  std::vector<int> results;
  ordered_pipeline(
      threads, [&] { return next < 1000 ? std::optional(next++) : std::nullopt; }, [](int item) { return item * 2; },
      [&](int result) { results.push_back(result); });
  std::vector<int> expected(1000);
  std::iota(expected.begin(), expected.end(), 0);
  std::ranges::transform(expected, expected.begin(), [](int item) { return item * 2; });
  CHECK(results == expected);
}

TEST_CASE("ordered pipeline: what a stage throws is thrown on") {
  const int threads = GENERATE(1, 2), at = GENERATE(0, 5, 99), stage = GENERATE(0, 1, 2);
  int next = 0;
  const auto fail = [&](int item, int where) {
    if (item == at && where == stage) throw std::runtime_error("stage");
  };
  const auto run = [&] {
    ordered_pipeline(
        threads,
        [&] {
          fail(next, 0);
          return next < 100 ? std::optional(next++) : std::nullopt;
        },
        [&](int item) {
          fail(item, 1);
          return item;
        },
        [&](int item) { fail(item, 2); });
  };
  CHECK_THROWS_AS(run(), std::runtime_error);
}

TEST_CASE("parallel: a cancelled scope ends loops between two pieces of work, on all threads") {
  Progress progress;
  std::atomic<int> calls = 0;
  const auto cancel_after_ten = [&](std::size_t) {
    if (++calls == 10) progress.cancelled = true;
  };
  for (const int threads : {1, 3}) {
    calls = 0;
    progress.cancelled = false;
    const CancelScope scope(&progress);
    CHECK_THROWS_AS(parallel_for(1000000, threads, cancel_after_ten), Cancelled);
    CHECK(calls < 1000);
    const CancelScope none(nullptr);  // changes nothing
    CHECK_THROWS_AS(within_threads(2, [&] { parallel_for(10, threads, [](std::size_t) {}); }), Cancelled);
  }
  CHECK(CancelScope::current() == nullptr);
  CHECK_NOTHROW(parallel_for(10, 2, cancel_after_ten));
}

TEST_CASE(
    "parallel: a process forked off one that used several threads works on one, and does not wait for the others") {
  std::atomic<int> calls = 0;
  const auto count = [&](std::size_t) { ++calls; };
  parallel_for(1000, 2, count);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::alarm(10);
    calls = 0;
    parallel_for(1000, 0, count);
    within_threads(2, [&] { parallel_for(1000, 2, count); });
    int produced = 0, consumed = 0;
    SlotPipeline{4, [&](std::size_t) { return ++produced <= 100; }, [](std::size_t) {},
                 [&](std::size_t) { ++consumed; }}
        .run(2);
    ::_exit(calls == 2000 && consumed == 100 && thread_count(8) == 1 && lost_threads() ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK_FALSE(lost_threads());
}
