#include "src/spaces/null_distances.hpp"

#include "equivec/base/rng.hpp"

#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace equivec;

namespace {

/// Near normal: the sum of twelve uniform numbers has variance 1.
double normal(Rng& rng) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += rng.uniform_double();
  return sum;
}

/// Noise that falls with frequency, around a median that falls too.
NullDistance noisy(double frequency, Rng& rng) {
  return {frequency, 2 - 0.1 * frequency + 0.5 / frequency * normal(rng)};
}

std::vector<NullDistance> noise(std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<NullDistance> distances;
  for (std::size_t i = 0; i < count; ++i) distances.push_back(noisy(1 + 9 * rng.uniform_double(), rng));
  return distances;
}

}  // namespace

TEST_CASE("null distances: median and scale follow the frequency") {
  const NullDistribution chance(noise(20000, 1));
  for (const double frequency : {2.0, 4.0, 6.5, 9.0}) {
    CHECK(chance.expected(frequency) == Approx(2 - 0.1 * frequency).margin(0.03));
    CHECK(chance.excess(frequency, chance.expected(frequency)) == Approx(0).margin(1e-12));
    CHECK(chance.excess(frequency, chance.expected(frequency) + 0.5 / frequency) == Approx(1).epsilon(0.1));
  }
  // Beyond what was seen, the ends hold.
  CHECK(chance.expected(-100) == chance.expected(0));
  CHECK(chance.expected(100) == chance.expected(1000));
}

TEST_CASE("null distances: a p-value is the share of null distances with at least the excess, never 0") {
  const std::vector<NullDistance> distances = noise(500, 2);
  const NullDistribution chance(distances);
  for (const double excess : {-3.0, -0.5, 0.0, 0.7, 2.0, 50.0}) {
    int more = 0;
    for (const NullDistance& one : distances) more += chance.excess(one.frequency, one.distance) >= excess;
    CHECK(chance.p_value(excess) == (more + 1) / 501.0);
  }
  CHECK(chance.p_value(1e9) == 1 / 501.0);
  CHECK(chance.p_value(-1e9) == 1);
}

TEST_CASE("null distances: of new distances by chance alone a twentieth have p-values up to 0.05, at any frequency") {
  const NullDistribution chance(noise(20000, 3));
  Rng rng(4);
  for (const double frequency : {1.5, 3.0, 5.0, 9.5}) {
    int small = 0, covered = 0;
    constexpr int draws = 4000;
    for (int i = 0; i < draws; ++i) {
      const NullDistance one = noisy(frequency, rng);
      small += chance.p_value(chance.excess(frequency, one.distance)) <= 0.05;
      const Interval interval = chance.interval(frequency, one.distance, 0.9);
      const double median = 2 - 0.1 * frequency;
      covered += interval.low <= median && median <= interval.high;
    }
    CHECK(small / double{draws} == Approx(0.05).margin(0.02));
    CHECK(covered / double{draws} == Approx(0.9).margin(0.03));
  }
}

TEST_CASE("null distances: a single one, and ties, are no trouble") {
  const NullDistribution one({{1, 0.5}});
  CHECK(one.expected(3) == 0.5);
  CHECK(one.p_value(one.excess(3, 0.6)) == 0.5);
  CHECK(one.p_value(one.excess(3, 0.4)) == 1);
  const NullDistribution ties(std::vector<NullDistance>(300, {2, 0.25}));
  CHECK(ties.p_value(ties.excess(2, 0.25)) == 1);
  CHECK(ties.p_value(ties.excess(2, 0.26)) == 1 / 301.0);
  CHECK(std::isfinite(ties.excess(2, 0.26)));
}
