#include "equivec/sequence/comparison.hpp"

#include "catch.hpp"
#include "equivec/base/error.hpp"

#include <cmath>
#include <optional>
#include <random>
#include <vector>

using namespace equivec;

namespace {

const BootstrapOptions comparison_bootstrap = {.resamples = 2000, .seed = 5};

SeededScores seeded(std::vector<double> values, std::vector<MeasureParts> parts = {}) {
  return {.name = "vectors", .values = std::move(values), .parts = std::move(parts)};
}

/// Of each example whether it is right, with some share of right ones.
MeasureParts right_or_wrong(std::uint32_t seed, std::size_t count, double share) {
  std::mt19937 random(seed);
  MeasureParts parts;
  for (std::size_t i = 0; i < count; ++i) {
    parts.numerators.push_back(static_cast<double>(random() % 1000) < 1000 * share);
    parts.denominators.push_back(1);
  }
  return parts;
}

}  // namespace

TEST_CASE("comparison of vectors: means, intervals and the paired t-test over seeds are SciPy's") {
  // scipy.stats 1.10: t.interval(0.95, 4, mean, sem), ttest_rel(second, first), t.interval of the differences.
  const auto result = compare({seeded({0.81, 0.79, 0.84, 0.80, 0.83}), seeded({0.85, 0.80, 0.86, 0.84, 0.84})}, false,
                              comparison_bootstrap);
  REQUIRE(result.size() == 2);
  CHECK(result[0].mean == Approx(0.814).epsilon(1e-12));
  CHECK(result[0].interval.value().low == Approx(0.7882523073207093).epsilon(1e-9));
  CHECK(result[0].interval.value().high == Approx(0.8397476926792908).epsilon(1e-9));
  CHECK(result[1].mean == Approx(0.838).epsilon(1e-12));
  CHECK(result[1].interval.value().low == Approx(0.8096857044603544).epsilon(1e-9));
  CHECK(result[1].interval.value().high == Approx(0.8663142955396453).epsilon(1e-9));
  const Difference difference = result[1].over_seeds.value();
  CHECK(difference.value == Approx(0.024).epsilon(1e-12));
  CHECK(difference.interval.value().low == Approx(0.005169233116515612).epsilon(1e-9));
  CHECK(difference.interval.value().high == Approx(0.04283076688348434).epsilon(1e-9));
  CHECK(difference.p_value.value() == Approx(0.024043528799373617).epsilon(1e-9));
  CHECK(difference.count == 5);
  CHECK_FALSE(result[0].over_seeds);
  CHECK_FALSE(result[0].over_examples);
  CHECK_FALSE(result[1].over_examples);
}

TEST_CASE("comparison of vectors: intervals have the confidence that is asked for") {
  BootstrapOptions options = comparison_bootstrap;
  options.confidence = 0.9;
  const auto result =
      compare({seeded({0.81, 0.79, 0.84, 0.80, 0.83}), seeded({0.85, 0.80, 0.86, 0.84, 0.84})}, false, options);
  CHECK(result[0].interval.value().low == Approx(0.7942300662590369).epsilon(1e-9));
  CHECK(result[1].over_seeds.value().interval.value().high == Approx(0.038458888344486145).epsilon(1e-9));
  CHECK(result[1].over_seeds.value().p_value.value() == Approx(0.024043528799373617).epsilon(1e-9));
}

TEST_CASE("comparison of vectors: one seed has a mean, and nothing over seeds") {
  const auto result = compare({seeded({0.5}), seeded({0.75})}, false, comparison_bootstrap);
  CHECK(result[1].mean == 0.75);
  CHECK_FALSE(result[1].interval);
  CHECK_FALSE(result[1].over_seeds);
}

TEST_CASE("comparison of vectors: equal differences have p 0, and no difference has p 1") {
  const auto result =
      compare({seeded({0.25, 0.5}), seeded({0.5, 0.75}), seeded({0.25, 0.5})}, false, comparison_bootstrap);
  CHECK(result[1].over_seeds.value().value == 0.25);
  CHECK(result[1].over_seeds.value().p_value == 0.0);
  CHECK(result[1].over_seeds.value().interval == Interval{0.25, 0.25});
  CHECK(result[2].over_seeds.value().value == 0);
  CHECK(result[2].over_seeds.value().p_value == 1.0);
}

TEST_CASE("comparison of vectors: over examples it is a paired bootstrap of the sums over all seeds") {
  const std::vector<MeasureParts> first = {right_or_wrong(1, 80, 0.6), right_or_wrong(2, 80, 0.6)},
                                  second = {right_or_wrong(3, 80, 0.8), right_or_wrong(4, 80, 0.8)};
  const auto result = compare({seeded({0.6, 0.6}, first), seeded({0.8, 0.8}, second)}, false, comparison_bootstrap);
  const auto difference = [&](std::span<const std::uint32_t> times) -> std::optional<double> {
    double a = 0, b = 0, all = 0;
    for (std::size_t i = 0; i < times.size(); ++i)
      for (std::size_t seed = 0; seed < 2; ++seed) {
        a += times[i] * first[seed].numerators[i];
        b += times[i] * second[seed].numerators[i];
        all += times[i];
      }
    return b / all - a / all;
  };
  const std::vector<double> ascending = bootstrap(80, difference, comparison_bootstrap);
  const Difference found = result[1].over_examples.value();
  CHECK(found.value == Approx(difference(std::vector<std::uint32_t>(80, 1)).value()));
  CHECK(found.interval.value().low == Approx(percentile_interval(ascending, comparison_bootstrap).value().low));
  CHECK(found.interval.value().high == Approx(percentile_interval(ascending, comparison_bootstrap).value().high));
  CHECK(found.p_value.value() == Approx(bootstrap_p_value(ascending)));
  CHECK(found.p_value.value() < 0.01);
  CHECK(found.count == 80);
}

TEST_CASE("comparison of vectors: the same vectors differ by nothing") {
  const std::vector<MeasureParts> parts = {right_or_wrong(1, 50, 0.6), right_or_wrong(2, 50, 0.6)};
  const auto result = compare({seeded({0.6, 0.7}, parts), seeded({0.6, 0.7}, parts)}, false, comparison_bootstrap);
  CHECK(result[1].over_examples.value().value == 0);
  CHECK(result[1].over_examples.value().p_value == 1.0);
  CHECK(result[1].over_seeds.value().p_value == 1.0);
}

TEST_CASE("comparison of vectors: of an exponential measure the exponentials are compared") {
  const std::vector<MeasureParts> first = {{{2, 4, 3, 5}, {2, 2, 2, 2}}}, second = {{{1, 2, 3, 4}, {2, 2, 2, 2}}};
  const auto result = compare({seeded({1}, first), seeded({1}, second)}, true, comparison_bootstrap);
  CHECK(result[1].over_examples.value().value == Approx(std::exp(10.0 / 8) - std::exp(14.0 / 8)));
  CHECK(result[1].over_examples.value().interval.value().low < result[1].over_examples.value().value);
}

TEST_CASE("comparison of vectors: options out of range are refused") {
  CHECK_THROWS_AS(compare({seeded({1})}, false, {.resamples = 0}), OptionError);
  CHECK(compare({}, false).empty());
}
