#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/math/alias_sampler.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace equivec;

namespace {

std::vector<double> drawn(const std::vector<double>& weights, int draws, std::uint64_t seed) {
  const AliasSampler sampler(weights);
  Rng rng(seed);
  std::vector<double> counts(weights.size());
  for (int i = 0; i < draws; ++i) ++counts.at(index(sampler(rng)));
  return counts;
}

/// Chi-square statistic of `draws` draws, and the limit it should not exceed.
std::pair<double, double> chi_square(const std::vector<double>& weights, int draws, std::uint64_t seed) {
  const std::vector<double> counts = drawn(weights, draws, seed);
  double sum = 0, statistic = 0, degrees = -1;
  const double largest = *std::ranges::max_element(weights);  // so that no sum is infinite
  for (const double weight : weights) sum += weight / largest;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    const double expected = weights[i] / largest / sum * draws;
    statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
    ++degrees;
  }
  return {statistic, chi_square_limit(degrees)};
}

}  // namespace

TEST_CASE("alias sampler: a million noise words follow their counts to the power of 3/4") {
  std::vector<double> weights;
  for (int rank = 1; rank <= 1000; ++rank) weights.push_back(std::pow(std::floor(1e6 / rank), 0.75));
  const std::uint64_t seed = GENERATE(1u, 2u, 3u);
  const auto [statistic, limit] = chi_square(weights, 1000000, seed);
  CHECK(statistic < limit);
}

TEST_CASE("alias sampler: even weights and lopsided ones are drawn in proportion") {
  for (const std::vector<double>& weights :
       {std::vector<double>(100, 3.0), std::vector<double>{1, 1000}, std::vector<double>{1, 0, 3, 6},
        std::vector<double>{0.25, 0.25, 0.5}, std::vector<double>{1e-3, 1, 1e-3, 1e-3}}) {
    const auto [statistic, limit] = chi_square(weights, 200000, 5);
    CHECK(statistic < limit);
  }
}

TEST_CASE("alias sampler: a word of weight zero is never drawn") {
  std::vector<double> weights(1001);
  Rng rng(8);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = i % 3 == 0 ? 0 : std::pow(rng.uniform(), 4);
  const std::vector<double> counts = drawn(weights, 500000, 6);
  double of_nothing = 0;
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (weights[i] == 0) of_nothing += counts[i];
  CHECK(of_nothing == 0);
  CHECK(drawn({0, 0, 5, 0}, 1000, 6)[2] == 1000);
}

TEST_CASE("alias sampler: a single word is always drawn") { CHECK(drawn({0.1}, 1000, 1)[0] == 1000); }

TEST_CASE("alias sampler: weights may be as large or as small as doubles") {
  const double scale = GENERATE(1e-310, 1e-300, 1e300, 3e307);
  const auto [statistic, limit] = chi_square({2 * scale, scale, 3 * scale, 5 * scale}, 100000, 9);
  CHECK(statistic < limit);
}

TEST_CASE("alias sampler: the same generator draws the same words") {
  const AliasSampler sampler(std::vector<double>{1, 2, 3, 4, 5});
  Rng a(11), b(11);
  for (int i = 0; i < 100; ++i) CHECK(sampler(a) == sampler(b));
}

TEST_CASE("alias sampler: weights that define no distribution are refused") {
  constexpr double inf = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(AliasSampler(std::vector<double>{}), OptionError);
  CHECK_THROWS_AS(AliasSampler(std::vector<double>{0, 0}), OptionError);
  CHECK_THROWS_AS(AliasSampler(std::vector<double>{1, -1}), OptionError);
  CHECK_THROWS_AS(AliasSampler(std::vector<double>{1, nan}), OptionError);
  CHECK_THROWS_AS(AliasSampler(std::vector<double>{inf, 1}), OptionError);
}
