// Two threads of oneTBB change a number without synchronization: the thread sanitizer must find it, through the same
// suppressions as everything else.
#include "src/base/parallel.hpp"

#include <cstdio>

namespace {

long sum = 0;

[[gnu::noinline]] void add(long number) { sum += number; }

}  // namespace

int main() {
  equivec::parallel_for(1000, 4, [](std::size_t i) {
    for (int k = 0; k < 1000; ++k) add(static_cast<long>(i));
  });
  std::printf("%ld\n", sum);
}
