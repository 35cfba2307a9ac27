// Two threads of oneTBB change a number without synchronization: the thread sanitizer must find it, through the same
// suppressions as everything else.
#include "src/base/parallel.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <thread>

namespace {

long sum = 0;

[[gnu::noinline]] void add(long number) { sum += number; }

}  // namespace

int main() {
  using namespace std::chrono_literals;
  std::atomic<int> started = 0;
  equivec::parallel_for(2, 2, [&](std::size_t i) {
    // Both are here at the same time, and relaxed operations put nothing in order.
    started.fetch_add(1, std::memory_order_relaxed);
    for (int waited = 0; waited < 10000 && started.load(std::memory_order_relaxed) < 2; ++waited)
      std::this_thread::sleep_for(1ms);
    for (int k = 0; k < 200; ++k) {
      add(static_cast<long>(i));
      std::this_thread::sleep_for(100us);
    }
  });
  std::printf("%d threads, sum %ld\n", started.load(), sum);
}
