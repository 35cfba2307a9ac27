#include "tests/benchmarks/ceilings.hpp"

#include "equivec/base/rng.hpp"
#include "src/kernels/window_kernels.hpp"
#include "src/base/row_table.hpp"

// The same as in window_kernels.cpp, so that the same instruction set is chosen.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/benchmarks/ceilings.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include <hwy/highway.h>

#include "src/kernels/vectors-inl.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <limits>
#include <map>
#include <span>
#include <string>

HWY_BEFORE_NAMESPACE();
namespace equivec {
namespace HWY_NAMESPACE {

// Two multiply-adds a cycle that take five or six each; with two constants the chains fit sixteen registers.
constexpr int chains = 12;

/// Returns how many multiply-adds of numbers it did.
HWY_ATTR double multiply_add(std::size_t rounds) {
  const V half = hn::Set(d, 0.5f);
  V sums[chains];
#pragma GCC unroll 12
  for (int k = 0; k < chains; ++k) sums[k] = hn::Set(d, static_cast<float>(k));
  for (std::size_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 12
    for (int k = 0; k < chains; ++k) sums[k] = hn::MulAdd(sums[k], half, half);
  }
  V total = sums[0];
#pragma GCC unroll 12
  for (int k = 1; k < chains; ++k) total = hn::Add(total, sums[k]);
  float kept = hn::GetLane(total);
  benchmark::DoNotOptimize(kept);
  return static_cast<double>(rounds) * chains * static_cast<double>(lanes);
}

/// count: a multiple of eight vectors.
HWY_ATTR void read(const float* from, std::size_t count) {
  V sums[8];
#pragma GCC unroll 8
  for (int k = 0; k < 8; ++k) sums[k] = hn::Zero(d);
  for (std::size_t i = 0; i < count; i += 8 * lanes) {
#pragma GCC unroll 8
    for (std::size_t k = 0; k < 8; ++k) sums[k] = hn::Add(sums[k], hn::Load(d, from + i + k * lanes));
  }
  V total = sums[0];
#pragma GCC unroll 8
  for (int k = 1; k < 8; ++k) total = hn::Add(total, sums[k]);
  float kept = hn::GetLane(total);
  benchmark::DoNotOptimize(kept);
}

/// Reads and writes rows one after another, which is the fastest where a cache holds them.
HWY_ATTR void negate_cached(std::span<float* const> rows, std::size_t stride) {
  for (float* const row : rows)
    for (std::size_t c = 0; c < stride; c += lanes) hn::Store(hn::Neg(hn::Load(d, row + c)), d, row + c);
}

constexpr std::size_t group = 8;

/// Reads and writes rows, of which there are a multiple of a group: a column of each row of a group after another,
/// while the next group is fetched. Memory gives more to several rows at a time than to one.
HWY_ATTR void negate_fetched(std::span<float* const> rows, std::size_t stride) {
  for (std::size_t i = 0; i < rows.size(); i += group) {
    float* const* const now = rows.data() + i;
    float* const* const next = i + group < rows.size() ? now + group : now;
    for (std::size_t c = 0; c < stride; c += lanes) {
#pragma GCC unroll 8
      for (std::size_t k = 0; k < group; ++k) {
        if (c % 16 == 0) hwy::Prefetch(next[k] + c);
        hn::Store(hn::Neg(hn::Load(d, now[k] + c)), d, now[k] + c);
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace equivec
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace equivec {

HWY_EXPORT(multiply_add);
HWY_EXPORT(read);
HWY_EXPORT(negate_cached);
HWY_EXPORT(negate_fetched);

namespace {

constexpr std::size_t large = std::size_t{1} << 28;  // bytes; what the system says of a third-level cache may be wrong
constexpr std::size_t small = std::size_t{1} << 17;  // bytes; more than first-level caches hold, less than the second's

/// The least seconds that f took in `repetitions`, the first of which also warms up.
template <class F>
double least_seconds(int repetitions, const F& f) {
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < repetitions; ++i) {
    const double start = processor_seconds();
    f();
    least = std::min(least, processor_seconds() - start);
  }
  return least;
}

/// Visits about `large` bytes of rows of a table of about so many bytes.
template <class Visit>
double row_bytes_per_second_of(std::size_t bytes, std::size_t dimension, const Visit& visit) {
  const Table table(bytes / Table::bytes_of(8, dimension) * 8, dimension);  // whole groups
  const std::vector<float*> rows = shuffled_rows(table);
  const std::size_t passes = large / bytes;
  return 2 * static_cast<double>(passes * table.bytes()) / least_seconds(10, [&] {
           for (std::size_t i = 0; i < passes; ++i) visit(rows, table.stride());
         });
}

void add_to_heading(const std::string& name, double rate) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", rate);
  benchmark::AddCustomContext(name, text);
}

}  // namespace

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double multiply_adds_per_second() {
  static const double rate = [] {
    double done = 0;
    const double seconds = least_seconds(10, [&] { done = HWY_DYNAMIC_DISPATCH(multiply_add)(2000000); });
    return done / seconds;
  }();
  return rate;
}

double read_bytes_per_second() {
  static const double rate = [] {
    const Table table(1, large / sizeof(float));
    std::fill_n(table.row(0), table.stride(), 1.0f);  // pages that nobody has written are all the same one
    return static_cast<double>(large) / least_seconds(5, [&] {
             HWY_DYNAMIC_DISPATCH(read)(table.row(0), table.stride());
           });
  }();
  return rate;
}

const RowBytes& row_bytes_per_second(std::size_t dimension) {
  static std::map<std::size_t, RowBytes> known;
  const auto [at, is_new] = known.try_emplace(dimension);
  if (is_new)
    at->second = {.cached = row_bytes_per_second_of(small, dimension, HWY_DYNAMIC_DISPATCH(negate_cached)),
                  .memory = row_bytes_per_second_of(large, dimension, HWY_DYNAMIC_DISPATCH(negate_fetched))};
  return at->second;
}

std::vector<float*> shuffled_rows(const Table& table) {
  std::vector<float*> rows(table.rows());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = table.row(i);
  Rng rng(1);
  for (std::size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[rng.below(static_cast<std::uint32_t>(i))]);
  return rows;
}

int run_benchmarks(int argc, char** argv, const std::vector<std::size_t>& dimensions) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  const WindowKernels kernels = window_kernels();  // chooses for the ceilings too: Highway keeps one choice
  benchmark::AddCustomContext("instruction set", std::string(kernels.instruction_set));
  add_to_heading("multiply-adds/s", multiply_adds_per_second());
  add_to_heading("bytes/s read in order", read_bytes_per_second());
  for (const std::size_t dimension : dimensions) {
    const std::string rows = "bytes/s of rows of " + std::to_string(dimension);
    add_to_heading(rows + ", second-level cache", row_bytes_per_second(dimension).cached);
    add_to_heading(rows + ", memory", row_bytes_per_second(dimension).memory);
  }
  const std::size_t count = benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return count > 0 ? 0 : 1;
}

}  // namespace equivec
#endif
