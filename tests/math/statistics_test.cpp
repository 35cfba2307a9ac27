#include "equivec/base/rng.hpp"
#include "equivec/math/statistics.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <stdexcept>

using namespace equivec;

namespace {

using Values = std::vector<double>;
using Times = std::span<const std::uint32_t>;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

BootstrapOptions bootstrap_options(int resamples, double confidence = 0.95) {
  BootstrapOptions options;
  options.resamples = resamples;
  options.confidence = confidence;
  return options;
}

/// Multiples of 1/7 below different / 7, so with ties, and with means that are rounded.
Values random_values(Rng& rng, std::size_t count, std::uint32_t different) {
  Values result(count);
  for (double& value : result) value = rng.below(different) / 7.0;
  return result;
}

/// Box and Muller 1958.
double normal(Rng& rng) {
  const double length = std::sqrt(-2 * std::log(1 - static_cast<double>(rng.uniform())));
  return length * std::cos(2 * std::numbers::pi * static_cast<double>(rng.uniform()));
}

/// The values of a resample, each repeated as often as it was drawn.
Values expanded(const Values& values, Times times) {
  Values result;
  for (std::size_t i = 0; i < values.size(); ++i) result.insert(result.end(), times[i], values[i]);
  return result;
}

void check_equal(const std::optional<Interval>& found, const std::optional<Interval>& expected) {
  REQUIRE(found.has_value() == expected.has_value());
  if (!found) return;
  CHECK(found->low == Approx(expected->low).epsilon(1e-12).margin(1e-12));
  CHECK(found->high == Approx(expected->high).epsilon(1e-12).margin(1e-12));
}

Interval negated(const Interval& interval) { return {-interval.high, -interval.low}; }

}  // namespace

TEST_CASE("ranks: equal values get the mean of their ranks") {
  CHECK(ranks(Values{}).empty());
  CHECK(ranks(Values{7}) == Values{1});
  CHECK(ranks(Values{30, 10, 20}) == Values{3, 1, 2});
  // 1 has rank 1, the 2s have ranks 2 and 3, the 5s have 4, 5 and 6.
  CHECK(ranks(Values{5, 2, 5, 1, 2, 5}) == Values{5, 2.5, 5, 1, 2.5, 5});
  CHECK(ranks(Values{4, 4, 4, 4}) == Values(4, 2.5));
  CHECK(ranks(Values{0.0, -0.0, -1}) == Values{2.5, 2.5, 1});
}

TEST_CASE("correlation: hand-worked values") {
  const std::vector<double> x = {1, 2, 3}, y = {1, 2, 4};
  // dx = -1, 0, 1 and dy = -4/3, -1/3, 5/3: 3 / sqrt(2 * 42/9).
  CHECK(pearson(x, y).value() == Approx(3 / std::sqrt(28.0 / 3)).epsilon(1e-15));
  CHECK(spearman(x, y).value() == Approx(1).epsilon(1e-15));
  // d = 0, -1, 1, -1, 1: 1 - 6 * 4 / (5 * 24).
  const std::vector<double> a = {10, 20, 30, 40, 50}, b = {1, 3, 2, 5, 4};
  CHECK(spearman(a, b).value() == Approx(0.8).epsilon(1e-15));
  const std::vector<double> down = {5, 4, 3, 2, 1};
  CHECK(spearman(a, down).value() == Approx(-1).epsilon(1e-15));
  CHECK(pearson(a, down).value() == Approx(-1).epsilon(1e-15));
}

TEST_CASE("correlation: ties have the mean of their ranks") {
  // Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: 4.5 / sqrt(4.5 * 5).
  const std::vector<double> x = {1, 2, 2, 3}, y = {1, 3, 2, 4};
  CHECK(spearman(x, y).value() == Approx(std::sqrt(0.9)).epsilon(1e-15));
  // Ranks 2, 2, 2, 4, 5 and 1.5, 3, 1.5, 4.5, 4.5, with means 3: 7.5 / sqrt(8 * 9).
  const std::vector<double> a = {7, 7, 7, 8, 9}, b = {-1, 0, -1, 2, 2};
  CHECK(spearman(a, b).value() == Approx(7.5 / std::sqrt(72.0)).epsilon(1e-15));
}

TEST_CASE("correlation: it does not depend on the order of the pairs, and Spearman's only on ranks") {
  const std::vector<double> x = {3, 1, 2, 2, 5, 4}, y = {1, 1, 3, 2, 9, 4};
  const std::vector<double> x2 = {4, 5, 2, 2, 1, 3}, y2 = {4, 9, 2, 3, 1, 1};
  CHECK(spearman(x, y).value() == Approx(spearman(x2, y2).value()).epsilon(1e-15));
  CHECK(pearson(x, y).value() == Approx(pearson(x2, y2).value()).epsilon(1e-15));
  std::vector<double> exponential;
  for (const double v : x) exponential.push_back(std::exp(v));
  CHECK(spearman(x, y).value() == Approx(spearman(exponential, y).value()).epsilon(1e-15));
}

TEST_CASE("correlation: there is none for fewer than two values or a constant side") {
  const std::vector<double> none, one = {1}, three = {1, 2, 3};
  CHECK_FALSE(pearson(none, none));
  CHECK_FALSE(spearman(none, none));
  CHECK_FALSE(pearson(one, one));
  CHECK_FALSE(spearman(one, one));
  // The mean of three or ten times 0.1 is not 0.1 in double.
  const double constant = GENERATE(0.0, 0.1, 1e300, -7.3);
  const std::vector<double> same(3, constant), many(10, constant), ten = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  CHECK_FALSE(pearson(same, three));
  CHECK_FALSE(pearson(three, same));
  CHECK_FALSE(spearman(same, three));
  CHECK_FALSE(pearson(ten, many));
  CHECK_FALSE(spearman(many, ten));
}

TEST_CASE("correlation: large numbers that differ little lose nothing") {
  const std::vector<double> x = {1e9 + 1, 1e9 + 2, 1e9 + 4}, y = {1, 2, 4};
  CHECK(pearson(x, y).value() == Approx(1).epsilon(1e-15));
  CHECK(pearson(x, y).value() <= 1);
}

TEST_CASE("correlation: it is empty if a value is not finite") {
  const std::vector<double> x = {1, not_a_number, 3};
  const std::vector<double> y = {1, 2, 3};
  CHECK_FALSE(pearson(x, y));
  CHECK_FALSE(spearman(x, y));
  CHECK_FALSE(spearman(y, x));
}

TEST_CASE("correlation: each kind has a name and gives the result of the function of that name") {
  const Values x = {1, 2, 3, 4}, y = {1, 2, 9, 4};
  CHECK(name_of(Correlation::pearson) == "pearson");
  CHECK(name_of(Correlation::spearman) == "spearman");
  CHECK(correlation(Correlation::pearson, x, y) == pearson(x, y));
  CHECK(correlation(Correlation::spearman, x, y) == spearman(x, y));
}

TEST_CASE("correlation: sides of different sizes are an error that says which") {
  const Values two = {1, 2}, three = {1, 2, 3};
  const Correlation kind = GENERATE(Correlation::pearson, Correlation::spearman);
  CHECK_THAT(error_of([&] { correlation(kind, two, three); }), ContainsSubstring("got 2 and 3"));
  CHECK_THAT(error_of([&] { correlation_interval(kind, three, two); }), ContainsSubstring("got 3 and 2"));
  CHECK_THAT(error_of([&] { compare_correlations(kind, three, three, two); }), ContainsSubstring("got 3 and 2"));
  CHECK_THAT(error_of([&] { compare_correlations(kind, three, two, three); }), ContainsSubstring("got 3 and 2"));
}

TEST_CASE("bootstrap options: invalid values are refused by all functions that take them") {
  BootstrapOptions options;
  CHECK_NOTHROW(validate(options));
  const auto refused = [&](const std::string& message) {
    const Values values = {1, 2, 3};
    const std::vector<Proportion> proportions = {{1, 2}};
    for (const std::string& found :
         {option_error_of([&] { validate(options); }), option_error_of([&] {
            bootstrap(
                3, [](Times) { return 1; }, options);
          }),
          option_error_of([&] { percentile_interval(values, options); }),
          option_error_of([&] { correlation_interval(Correlation::pearson, values, values, options); }),
          option_error_of([&] { compare_correlations(Correlation::pearson, values, values, values, options); }),
          option_error_of([&] { mean_proportion_interval(proportions, options); }), option_error_of([&] {
            compare_proportions({1, 2, 3}, options);
          })})
      CHECK(found == message);
  };
  SECTION("resamples") {
    options.resamples = 0;
    refused("resamples must be between 1 and 10000000, got 0");
  }
  SECTION("confidence") {
    options.confidence = 95;
    refused("confidence must be between 0.01 and 0.9999, got 95");
    CHECK_THAT(option_error_of([] { proportion_interval({1, 2}, not_a_number); }), ContainsSubstring("confidence"));
  }
  SECTION("threads") {
    options.threads = -1;
    refused("threads must be between 0 and 4096, got -1");
  }
}

TEST_CASE("bootstrap: a resample has as many things as there are, drawn with replacement") {
  // How often the first of two is drawn: never, once and twice with probabilities 1/4, 1/2 and 1/4.
  const Values values = bootstrap(
      2,
      [](Times times) {
        if (times.size() != 2 || times[0] + times[1] != 2) throw std::logic_error("not a resample");
        return times[0];
      },
      bootstrap_options(10000));
  REQUIRE(values.size() == 10000);
  CHECK(std::ranges::is_sorted(values));
  // The standard deviations are 43, 50 and 43; the limits are five of them.
  CHECK(std::abs(std::ranges::count(values, 0) - 2500) < 217);
  CHECK(std::abs(std::ranges::count(values, 1) - 5000) < 250);
  CHECK(std::abs(std::ranges::count(values, 2) - 2500) < 217);
}

TEST_CASE("bootstrap: resamples without a value are left out") {
  const auto when_drawn = [](double otherwise) {
    return bootstrap(
        2,
        [&](Times times) -> std::optional<double> {
          if (times[0] > 0) return times[0];
          if (std::isnan(otherwise)) return otherwise;
          return std::nullopt;
        },
        bootstrap_options(1000));
  };
  const Values values = when_drawn(0);
  CHECK(values.size() < 1000);
  CHECK(values.size() > 500);
  CHECK(values.front() == 1);
  CHECK(when_drawn(not_a_number) == values);
  CHECK(bootstrap(5, [](Times) { return std::nullopt; }).empty());
}

TEST_CASE("bootstrap: a resample depends on the seed, not on threads or the number of resamples") {
  const auto statistic = [](Times times) {
    double sum = 0;
    for (std::size_t i = 0; i < times.size(); ++i) sum += static_cast<double>(i) * times[i];
    return sum;
  };
  BootstrapOptions options = bootstrap_options(1000);
  options.threads = 1;
  const Values expected = bootstrap(50, statistic, options);
  options.threads = GENERATE(0, 2, 3);
  CHECK(bootstrap(50, statistic, options) == expected);
  options.resamples = 100;
  CHECK(std::ranges::includes(expected, bootstrap(50, statistic, options)));
  options.seed = 2;
  CHECK_FALSE(std::ranges::includes(expected, bootstrap(50, statistic, options)));
}

TEST_CASE("bootstrap: zero things give no values and too many are an error") {
  const auto one = [](Times) { return 1; };
  CHECK(bootstrap(0, one).empty());
  CHECK_THAT(error_of([&] { bootstrap(std::size_t{1} << 32, one); }), ContainsSubstring("4294967296"));
}

TEST_CASE("bootstrap: exceptions of the statistic reach the caller") {
  const auto fails = [](Times) -> double { throw std::domain_error("no such thing"); };
  BootstrapOptions options;
  options.threads = GENERATE(0, 1);
  CHECK_THROWS_AS(bootstrap(3, fails, options), std::domain_error);
}

TEST_CASE("percentile interval: its ends are interpolated as NumPy's percentile does") {
  // Positions 0.25 * 3 = 0.75 and 0.75 * 3 = 2.25: 1 + 0.75 * 1 and 4 + 0.25 * 4.
  CHECK(percentile_interval(Values{1, 2, 4, 8}, bootstrap_options(4, 0.5)) == Interval{1.75, 5});
  // Positions 0.1 * 10 and 0.9 * 10.
  check_equal(percentile_interval(Values{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, bootstrap_options(11, 0.8)),
              Interval{1, 9});
  CHECK(percentile_interval(Values{3}, bootstrap_options(1)) == Interval{3, 3});
}

TEST_CASE("percentile interval: there is one if 95 of 100 resamples have a value") {
  CHECK_FALSE(percentile_interval(Values{}, bootstrap_options(1)));
  CHECK(percentile_interval(Values(19, 1), bootstrap_options(20)));
  CHECK_FALSE(percentile_interval(Values(18, 1), bootstrap_options(20)));
  CHECK_FALSE(percentile_interval(Values(19, 1), bootstrap_options(21)));
}

TEST_CASE("correlation interval: every resample has the correlation of the things drawn one by one") {
  // For low confidence the ends are near the middle, for high confidence near the extremes.
  Rng rng(7);
  for (int round = 0; round < 60; ++round) {
    const std::size_t size = 4 + rng.below(20);
    const Values x = random_values(rng, size, 2 + rng.below(12)), y = random_values(rng, size, 2 + rng.below(12));
    const Values z = random_values(rng, size, 2 + rng.below(12));
    for (const Correlation kind : {Correlation::pearson, Correlation::spearman}) {
      for (const double confidence : {0.01, 0.6, 0.9999}) {
        BootstrapOptions options = bootstrap_options(60, confidence);
        options.seed = static_cast<std::uint64_t>(round);
        const auto one = [&](Times times) { return correlation(kind, expanded(x, times), expanded(y, times)); };
        check_equal(
            correlation_interval(kind, x, y, options),
            correlation(kind, x, y) ? percentile_interval(bootstrap(size, one, options), options) : std::nullopt);

        const auto both = [&](Times times) -> std::optional<double> {
          const auto with_y = correlation(kind, expanded(x, times), expanded(y, times));
          const auto with_z = correlation(kind, expanded(x, times), expanded(z, times));
          if (!with_y || !with_z) return std::nullopt;
          return *with_y - *with_z;
        };
        const auto found = compare_correlations(kind, x, y, z, options);
        REQUIRE(found.has_value() == (correlation(kind, x, y) && correlation(kind, x, z)));
        if (!found) continue;
        CHECK(found->value == *correlation(kind, x, y) - *correlation(kind, x, z));
        const Values differences = bootstrap(size, both, options);
        check_equal(found->interval, percentile_interval(differences, options));
        REQUIRE(found->p_value.has_value() == found->interval.has_value());
        if (!found->p_value) continue;
        const auto not_above = std::ranges::count_if(differences, [](double d) { return d < 1e-12; });
        const auto not_below = std::ranges::count_if(differences, [](double d) { return d > -1e-12; });
        const double p =
            2 * static_cast<double>(std::min(not_above, not_below) + 1) / static_cast<double>(differences.size() + 1);
        CHECK(*found->p_value == Approx(std::min(p, 1.0)).epsilon(1e-15));
      }
    }
  }
}

TEST_CASE("correlation interval: hand-worked for a perfect correlation") {
  // Every resample lies on the line, unless it is one thing five times: 1 resample of 625.
  const Values x = {1, 2, 3, 4, 5}, up = {2, 4, 6, 8, 10}, down = {3, 2.5, 2, 1.5, 1};
  const Correlation kind = GENERATE(Correlation::pearson, Correlation::spearman);
  check_equal(correlation_interval(kind, x, up), Interval{1, 1});
  check_equal(correlation_interval(kind, x, down), Interval{-1, -1});
  const auto difference = compare_correlations(kind, x, up, down);
  REQUIRE(difference);
  CHECK(difference->value == Approx(2).epsilon(1e-15));
  check_equal(difference->interval, Interval{2, 2});
  // No resample has a difference of 0 or below; about 16 have none at all.
  CHECK(difference->p_value.value() == Approx(2.0 / 10001).epsilon(0.01));
}

TEST_CASE("correlation interval: it is empty if the correlation is") {
  const Values none, one = {1}, three = {1, 2, 3}, same = {5, 5, 5}, bad = {1, not_a_number, 3};
  const Correlation kind = GENERATE(Correlation::pearson, Correlation::spearman);
  CHECK_FALSE(correlation_interval(kind, none, none));
  CHECK_FALSE(correlation_interval(kind, one, one));
  CHECK_FALSE(correlation_interval(kind, three, same));
  CHECK_FALSE(correlation_interval(kind, same, three));
  CHECK_FALSE(correlation_interval(kind, three, bad));
  CHECK_FALSE(compare_correlations(kind, none, none, none));
  CHECK_FALSE(compare_correlations(kind, one, one, one));
  CHECK_FALSE(compare_correlations(kind, three, three, same));
  CHECK_FALSE(compare_correlations(kind, three, same, three));
  CHECK_FALSE(compare_correlations(kind, same, three, three));
  CHECK_FALSE(compare_correlations(kind, three, bad, three));
}

TEST_CASE("correlation interval: too few pairs have a correlation but no interval") {
  // 2 of 4 resamples of two pairs, 3 of 27 of three and 4 of 256 of four consist of a single pair.
  const Values two = {1, 2}, three = {1, 2, 4}, four = {1, 2, 4, 3};
  const Correlation kind = GENERATE(Correlation::pearson, Correlation::spearman);
  CHECK_FALSE(correlation_interval(kind, two, two));
  CHECK_FALSE(correlation_interval(kind, three, three));
  CHECK(correlation_interval(kind, four, four));
  const auto difference = compare_correlations(kind, three, three, Values{2, 1, 4});
  REQUIRE(difference);
  CHECK_FALSE(difference->interval);
  CHECK_FALSE(difference->p_value);
  // At most 1 - (4/5)^5 = 67 % of the resamples have two different values.
  CHECK_FALSE(correlation_interval(kind, Values{0, 0, 1, 0, 0}, Values{1, 2, 3, 4, 5}));
}

TEST_CASE("correlation interval: neither a large offset nor a large unit changes it") {
  Rng rng(3);
  Values x, y, far, large_x, large_y;
  for (int i = 0; i < 40; ++i) {
    // Multiples of 1/1024, so that the sums are exact.
    x.push_back(rng.below(4096) / 1024.0);
    y.push_back(x.back() + rng.below(4096) / 1024.0);
    far.push_back(x.back() + 0x1p40);
    large_x.push_back(x.back() * 0x1p300);
    large_y.push_back(y.back() * 0x1p300);
  }
  const Correlation kind = GENERATE(Correlation::pearson, Correlation::spearman);
  const BootstrapOptions options = bootstrap_options(200);
  check_equal(correlation_interval(kind, far, y, options), correlation_interval(kind, x, y, options));
  check_equal(correlation_interval(kind, large_x, large_y, options), correlation_interval(kind, x, y, options));
}

TEST_CASE("correlation interval: threads change no bit of it") {
  Rng rng(4);
  const Values x = random_values(rng, 100, 30), y = random_values(rng, 100, 1000), z = random_values(rng, 100, 1000);
  const Correlation kind = GENERATE(Correlation::pearson, Correlation::spearman);
  BootstrapOptions options = bootstrap_options(1000);
  options.threads = 1;
  const auto expected = correlation_interval(kind, x, y, options);
  const auto difference = compare_correlations(kind, x, y, z, options);
  options.threads = GENERATE(0, 2, 3);
  CHECK(correlation_interval(kind, x, y, options) == expected);
  CHECK(compare_correlations(kind, x, y, z, options)->interval == difference->interval);
  CHECK(compare_correlations(kind, x, y, z, options)->p_value == difference->p_value);
  options.seed = 2;
  CHECK_FALSE(correlation_interval(kind, x, y, options) == expected);
}

TEST_CASE("correlation interval: about 95 of 100 contain the correlation that the pairs were drawn with") {
  const double truth = 0.5;
  int held = 0;
  Rng rng(11);
  for (int round = 0; round < 200; ++round) {
    Values x, y;
    for (int i = 0; i < 100; ++i) {
      x.push_back(normal(rng));
      y.push_back(truth * x.back() + std::sqrt(1 - truth * truth) * normal(rng));
    }
    const auto interval = correlation_interval(Correlation::pearson, x, y, bootstrap_options(1000));
    held += interval->low <= truth && truth <= interval->high;
  }
  CHECK(held >= 176);
  CHECK(held <= 198);
}

TEST_CASE("compared correlations: equal ones do not differ") {
  Rng rng(5);
  const Values scores = random_values(rng, 50, 10), first = random_values(rng, 50, 1000);
  const Correlation kind = GENERATE(Correlation::pearson, Correlation::spearman);
  const auto same = compare_correlations(kind, scores, first, first);
  REQUIRE(same);
  CHECK(same->value == 0);
  CHECK(same->interval == Interval{0, 0});
  CHECK(same->p_value == 1.0);
  // In another unit, where rounding differs.
  Values scaled;
  for (const double value : first) scaled.push_back(0.1 * value + 1 / 3.0);
  const auto rounded = compare_correlations(kind, scores, first, scaled);
  REQUIRE(rounded);
  check_equal(rounded->interval, Interval{0, 0});
  CHECK(rounded->p_value == 1.0);
}

TEST_CASE("compared correlations: an exchange of first and second negates the difference") {
  Rng rng(6);
  const Values scores = random_values(rng, 30, 10), first = random_values(rng, 30, 20);
  Values second = scores;
  for (double& value : second) value += rng.below(8) / 7.0;
  const Correlation kind = GENERATE(Correlation::pearson, Correlation::spearman);
  const auto there = compare_correlations(kind, scores, first, second);
  const auto back = compare_correlations(kind, scores, second, first);
  REQUIRE(there);
  REQUIRE(back);
  CHECK(there->value < 0);
  CHECK(back->value == -there->value);
  check_equal(back->interval, negated(there->interval.value()));
  CHECK(back->p_value == there->p_value);
  CHECK(*there->p_value < 0.05);
}

TEST_CASE("compared correlations: of equally good ones about 5 in 100 have a p-value below 0.05") {
  int below = 0;
  Rng rng(12);
  for (int round = 0; round < 200; ++round) {
    Values scores, first, second;
    for (int i = 0; i < 60; ++i) {
      scores.push_back(normal(rng));
      first.push_back(scores.back() + normal(rng));
      second.push_back(scores.back() + normal(rng));
    }
    below += compare_correlations(Correlation::spearman, scores, first, second, bootstrap_options(500))->p_value < 0.05;
  }
  CHECK(below >= 2);
  CHECK(below <= 22);
}

TEST_CASE("compared correlations: the numbers are those of SciPy 1.10") {
  const Values scores = {2, 2, 2, 4, 0, 5, 3, 7, 7, 8, 7, 5, 7, 8, 4, 6, 5, 8, 3, 4};
  const Values first = {-1.21, -0.94, -1.91, -0.1, -1.91, -0.27, -0.84, 0.82, -0.14, 1.89,
                        0.18,  -1.16, 0.65,  1.93, -0.78, 1.26,  0.74,  0.72, -1.9,  -0.86};
  const Values second = {0.3,  -1.2, -1.8, -1.2, -0.9, -0.1, 0.3, 1.1, -0.4, 0.4,
                         -0.6, 0,    -0.6, -0.4, 1.4,  0.3,  0.5, 2.6, 0.3,  -0.2};
  CHECK(pearson(scores, first).value() == Approx(0.8611708220816245).epsilon(1e-12));
  CHECK(pearson(scores, second).value() == Approx(0.4135808742791938).epsilon(1e-12));
  CHECK(spearman(scores, first).value() == Approx(0.8647838365412474).epsilon(1e-12));
  CHECK(spearman(scores, second).value() == Approx(0.34847825754807726).epsilon(1e-12));

  // scipy.stats.bootstrap(paired=True, method="percentile", n_resamples=400000); the margins are four standard errors
  // of a quantile of 20,000 resamples.
  const BootstrapOptions options = bootstrap_options(20000);
  const auto check = [](double found, double expected, double margin) {
    CHECK(found == Approx(expected).epsilon(0).margin(margin));
  };
  const auto by_values = correlation_interval(Correlation::pearson, scores, first, options).value();
  check(by_values.low, 0.754038, 0.0065);
  check(by_values.high, 0.930598, 0.0022);
  const auto by_ranks = correlation_interval(Correlation::spearman, scores, first, options).value();
  check(by_ranks.low, 0.669936, 0.0117);
  check(by_ranks.high, 0.950280, 0.0024);
  const auto of_values = compare_correlations(Correlation::pearson, scores, first, second, options).value();
  check(of_values.value, 0.8611708220816245 - 0.4135808742791938, 1e-12);
  check(of_values.interval->low, 0.162901, 0.0103);
  check(of_values.interval->high, 0.901804, 0.0251);
  // Of 20,000 resamples the smaller side has 11 or 73: standard deviations 3.3 and 8.5.
  check(of_values.p_value.value(), 0.00111, 4 * 3.3 / 10000);
  const auto of_ranks = compare_correlations(Correlation::spearman, scores, first, second, options).value();
  check(of_ranks.value, 0.8647838365412474 - 0.34847825754807726, 1e-12);
  check(of_ranks.interval->low, 0.123160, 0.0139);
  check(of_ranks.interval->high, 1.013805, 0.0259);
  check(of_ranks.p_value.value(), 0.007255, 4 * 8.5 / 10000);
}

TEST_CASE("proportion interval: hand-worked quantiles of small binomials") {
  // 1 of 2: 0, 1 and 2 with probabilities 1/4, 1/2, 1/4, so P(K <= k) = 0.25, 0.75, 1.
  check_equal(proportion_interval({1, 2}, 0.6), Interval{0, 1});
  check_equal(proportion_interval({1, 2}, 0.4), Interval{0.5, 0.5});
  // 1 of 3: P(K <= k) = 8/27 = 0.296, 20/27 = 0.741, 26/27 = 0.963, 1.
  check_equal(proportion_interval({1, 3}), Interval{0, 1});
  check_equal(proportion_interval({1, 3}, 0.9), Interval{0, 2.0 / 3});
  check_equal(proportion_interval({1, 3}, 0.4), Interval{1.0 / 3, 1.0 / 3});
  // 3 of 4: P(K <= k) = 1/256, 13/256 = 0.051, 67/256 = 0.262, 175/256 = 0.684, 1.
  check_equal(proportion_interval({3, 4}, 0.9), Interval{0.25, 1});
  check_equal(proportion_interval({3, 4}, 0.8), Interval{0.5, 1});
  check_equal(proportion_interval({3, 4}, 0.3), Interval{0.75, 0.75});
}

TEST_CASE("proportion interval: it is 1 for all, 0 for none, and empty for a total of 0") {
  const std::uint64_t total = GENERATE(1u, 3u, 100000u);
  CHECK(proportion_interval({total, total}) == Interval{1, 1});
  CHECK(proportion_interval({0, total}) == Interval{0, 0});
  CHECK_FALSE(proportion_interval({0, 0}));
}

TEST_CASE("proportion interval: the numbers are those of SciPy 1.10") {
  // scipy.stats.binom.ppf
  check_equal(proportion_interval({3, 10}), Interval{0, 0.6});
  check_equal(proportion_interval({1, 5}), Interval{0, 0.6});
  check_equal(proportion_interval({41, 77}, 0.9), Interval{34 / 77.0, 48 / 77.0});
  check_equal(proportion_interval({13000, 19544}), Interval{12871 / 19544.0, 13129 / 19544.0});
  check_equal(proportion_interval({19540, 19544}, 0.99), Interval{19534 / 19544.0, 1});
  check_equal(proportion_interval({50000, 100000}, 0.5), Interval{0.49893, 0.50107});
}

TEST_CASE("proportion interval: a count above the total is an error") {
  CHECK_THAT(error_of([] { proportion_interval({3, 2}); }), ContainsSubstring("got 3 of 2"));
  const std::vector<Proportion> proportions = {{1, 2}, {1, 0}};
  CHECK_THAT(error_of([&] { mean_proportion_interval(proportions); }), ContainsSubstring("got 1 of 0"));
}

TEST_CASE("mean of proportions: hand-worked") {
  const auto mean = [](std::vector<Proportion> proportions, double confidence) {
    return mean_proportion_interval(proportions, bootstrap_options(10000, confidence));
  };
  // 1 of 2 is 0, 0.5 or 1 with probabilities 1/4, 1/2, 1/4, and 1 of 1 is 1.
  check_equal(mean({{1, 2}}, 0.6), Interval{0, 1});
  check_equal(mean({{1, 2}}, 0.4), Interval{0.5, 0.5});
  check_equal(mean({{1, 2}, {1, 1}}, 0.6), Interval{0.5, 1});
  check_equal(mean({{1, 2}, {1, 1}, {0, 7}, {0, 0}}, 0.6), Interval{1.0 / 3, 2.0 / 3});
  // Two of 1 of 2: 0, 1/4, 1/2, 3/4, 1 with probabilities 1, 4, 6, 4, 1 of 16.
  check_equal(mean({{1, 2}, {1, 2}}, 0.95), Interval{0, 1});
  check_equal(mean({{1, 2}, {1, 2}}, 0.8), Interval{0.25, 0.75});
  check_equal(mean({{1, 2}, {1, 2}}, 0.3), Interval{0.5, 0.5});
}

TEST_CASE("mean of proportions: it is 1 for all, 0 for none, and empty for totals of 0") {
  const std::vector<Proportion> all = {{3, 3}, {1, 1}, {100000, 100000}}, none = {{0, 3}, {0, 1}}, nothing = {{0, 0}};
  CHECK(mean_proportion_interval(all) == Interval{1, 1});
  CHECK(mean_proportion_interval(none) == Interval{0, 0});
  CHECK_FALSE(mean_proportion_interval(nothing));
  CHECK_FALSE(mean_proportion_interval({}));
}

TEST_CASE("mean of proportions: a single one has the interval of a proportion") {
  const Proportion proportion = GENERATE(Proportion{30, 100}, Proportion{2, 1000}, Proportion{99990, 100000});
  const double share = static_cast<double>(proportion.count) / static_cast<double>(proportion.total);
  const double deviation = std::sqrt(share * (1 - share) / static_cast<double>(proportion.total));
  const auto check = [&](const BootstrapOptions& options, double standard_error) {
    const auto exact = proportion_interval(proportion, options.confidence).value();
    const auto found = mean_proportion_interval(std::vector{proportion}, options).value();
    const double margin = 4 * standard_error * deviation + 1.001 / static_cast<double>(proportion.total);
    CHECK(found.low == Approx(exact.low).epsilon(0).margin(margin));
    CHECK(found.high == Approx(exact.high).epsilon(0).margin(margin));
  };
  // In standard deviations, for a normal density f: sqrt(q (1 - q) / B) / f(quantile).
  check(bootstrap_options(10000), 0.027);
  check(bootstrap_options(200000, 0.9999), 0.076);
}

TEST_CASE("mean of proportions: each weighs the same and is resampled separately") {
  // Variances 0.25 / 1000 and 0.16 / 4000: half the root of their sum is 0.00851, times 1.96.
  const std::vector<Proportion> proportions = {{500, 1000}, {800, 4000}};
  const auto interval = mean_proportion_interval(proportions).value();
  CHECK(interval.low == Approx(0.35 - 0.01669).epsilon(0).margin(0.001));
  CHECK(interval.high == Approx(0.35 + 0.01669).epsilon(0).margin(0.001));
  BootstrapOptions options;
  options.threads = 1;
  CHECK(mean_proportion_interval(proportions, options) == interval);
}

TEST_CASE("McNemar: hand-worked values") {
  // Twice (1 + 6) of 2^6 ways, twice 1 of 2^6, twice (1 + 7) of 2^7.
  CHECK(mcnemar({1, 5, 10}) == Approx(14 / 64.0).epsilon(1e-14));
  CHECK(mcnemar({0, 6, 6}) == Approx(2 / 64.0).epsilon(1e-14));
  CHECK(mcnemar({6, 1, 1000}) == Approx(16 / 128.0).epsilon(1e-14));
  // 3 and 4 is the most even split: twice half of the ways.
  CHECK(mcnemar({3, 4, 7}) == Approx(1).epsilon(1e-14));
  CHECK(mcnemar({3, 4, 7}) <= 1);
  CHECK(mcnemar({5, 5, 10}) == 1);
  CHECK(mcnemar({0, 0, 10}) == 1);
  CHECK(mcnemar({0, 0, 0}) == 1);
  CHECK(mcnemar({1, 0, 1}) == Approx(1).epsilon(1e-14));
}

TEST_CASE("McNemar: the numbers are those of SciPy 1.10") {
  // scipy.stats.binomtest
  CHECK(mcnemar({12, 3, 100}) == Approx(0.03515625).epsilon(1e-12));
  CHECK(mcnemar({180, 130, 1000}) == Approx(0.005301755406832023).epsilon(1e-12));
  CHECK(mcnemar({40, 90, 1000}) == Approx(1.3715068445175432e-05).epsilon(1e-12));
}

TEST_CASE("McNemar: it does not matter which is the first") {
  Rng rng(8);
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t a = rng.below(300), b = rng.below(300);
    const double p = mcnemar({a, b, 1000});
    CHECK(p == mcnemar({b, a, 1000}));
    CHECK(p > 0);
    CHECK(p <= 1);
  }
}

TEST_CASE("compared proportions: hand-worked") {
  const auto compare = [](const Discordance& discordance) {
    return compare_proportions(discordance, bootstrap_options(10000, 0.6)).value();
  };
  // Every resample equals the only thing.
  const Difference one = compare({1, 0, 1});
  CHECK(one.value == 1);
  CHECK(one.interval == Interval{1, 1});
  CHECK(one.p_value.value() == Approx(1).epsilon(1e-14));
  // Two things, each side right on one: -1, 0, 1 with probabilities 1/4, 1/2, 1/4.
  const Difference even = compare({1, 1, 2});
  CHECK(even.value == 0);
  CHECK(even.interval == Interval{-1, 1});
  CHECK(even.p_value == 1.0);
  // Two things, only the second side right on one: -1, -0.5, 0 with probabilities 1/4, 1/2, 1/4.
  const Difference worse = compare({0, 1, 2});
  CHECK(worse.value == -0.5);
  CHECK(worse.interval == Interval{-1, 0});
  const Difference same = compare({0, 0, 5});
  CHECK(same.value == 0);
  CHECK(same.interval == Interval{0, 0});
  CHECK_FALSE(std::signbit(same.interval->low));
  CHECK(same.p_value == 1.0);
}

TEST_CASE("compared proportions: empty for a total of 0, and too many discordant things are an error") {
  CHECK_FALSE(compare_proportions({0, 0, 0}));
  CHECK_THAT(error_of([] { compare_proportions({2, 3, 4}); }), ContainsSubstring("got 2 and 3 of 4"));
  CHECK_THAT(error_of([] { compare_proportions({5, 0, 4}); }), ContainsSubstring("got 5 and 0 of 4"));
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  CHECK_FALSE(error_of([] { compare_proportions({1, most, 10}); }).empty());
}

TEST_CASE("compared proportions: an exchange of first and second negates the difference") {
  const Difference there = compare_proportions({30, 12, 100}).value();
  const Difference back = compare_proportions({12, 30, 100}).value();
  CHECK(there.value == Approx(0.18).epsilon(1e-15));
  CHECK(back.value == -there.value);
  check_equal(back.interval, negated(there.interval.value()));
  CHECK(there.p_value == mcnemar({30, 12, 100}));
  CHECK(back.p_value == there.p_value);
}

TEST_CASE("compared proportions: the interval is that of resampled things") {
  const Discordance discordance = GENERATE(Discordance{30, 12, 100}, Discordance{2, 9, 60}, Discordance{50, 50, 100});
  const auto things = static_cast<double>(discordance.total);
  const BootstrapOptions options;
  const auto one_by_one = [&](Times times) {
    double sum = 0;
    for (std::size_t i = 0; i < discordance.only_first; ++i) sum += times[i];
    for (std::size_t i = 0; i < discordance.only_second; ++i) sum -= times[times.size() - 1 - i];
    return sum / things;
  };
  const auto expected =
      percentile_interval(bootstrap(static_cast<std::size_t>(discordance.total), one_by_one, options), options).value();
  const auto found = compare_proportions(discordance, options)->interval.value();
  // The standard errors of both are below a third of a step.
  CHECK(found.low == Approx(expected.low).epsilon(0).margin(1.001 / things));
  CHECK(found.high == Approx(expected.high).epsilon(0).margin(1.001 / things));
}

TEST_CASE("compared proportions: threads change no bit of the interval") {
  const Discordance discordance{2000, 1950, 100000};
  BootstrapOptions options;
  options.threads = 1;
  const auto expected = compare_proportions(discordance, options)->interval.value();
  options.threads = GENERATE(0, 2, 3);
  CHECK(compare_proportions(discordance, options)->interval == expected);
  // The standard deviation of only_first - only_second is the root of 3950 nearly: 62.8, times 1.96 is 123.
  CHECK(expected.low * 1e5 == Approx(50 - 123).epsilon(0).margin(8));
  CHECK(expected.high * 1e5 == Approx(50 + 123).epsilon(0).margin(8));
}

TEST_CASE("bootstrap: things of several groups are each drawn from their own group") {
  const std::size_t sizes[] = {3, 1, 5};
  int calls = 0;
  const auto values =
      bootstrap(sizes,
                [&](std::span<const std::uint32_t> times) -> std::optional<double> {
                  ++calls;
                  const auto sum = [&](std::size_t begin, std::size_t count) {
                    return std::accumulate(times.begin() + static_cast<std::ptrdiff_t>(begin),
                                           times.begin() + static_cast<std::ptrdiff_t>(begin + count), 0U);
                  };
                  return times.size() == 9 && sum(0, 3) == 3 && sum(3, 1) == 1 && sum(4, 5) == 5 ? times[0] : -1.0;
                },
                {.resamples = 300, .threads = 1});
  CHECK(calls == 300);
  CHECK(values.size() == 300);
  CHECK(values.front() == 0);
  CHECK(values.back() == 3);
  // With one group it is the plain bootstrap.
  const std::size_t one[] = {7};
  const auto first = [](std::span<const std::uint32_t> times) -> std::optional<double> { return times[0]; };
  CHECK(bootstrap(one, first, {.resamples = 200}) == bootstrap(7, first, {.resamples = 200}));
}

TEST_CASE("false discovery rates: for each p the least of q at which Benjamini and Hochberg's procedure calls it") {
  const std::vector<double> p = {0.001, 0.04, 0.03, 0.9, 0.03, 0.012, 0.5};
  const std::vector<double> rates = false_discovery_rates(p);
  for (const double q : {0.001, 0.007, 0.02, 0.04, 0.05, 0.06, 0.1, 0.6, 0.95}) {
    // The procedure: of the ascending p-values call all up to the last one with p_k <= k q / m.
    std::vector<double> ascending = p;
    std::ranges::sort(ascending);
    double last = -1;
    for (std::size_t k = 1; k <= ascending.size(); ++k)
      if (ascending[k - 1] <= static_cast<double>(k) * q / static_cast<double>(p.size())) last = ascending[k - 1];
    for (std::size_t i = 0; i < p.size(); ++i) CHECK((rates[i] <= q) == (p[i] <= last));
  }
  CHECK(false_discovery_rates({}).empty());
  CHECK(false_discovery_rates(std::vector<double>{0.3}) == std::vector<double>{0.3});
}
