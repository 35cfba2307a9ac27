#include "equivec/base/rng.hpp"
#include "equivec/math/permutation_test.hpp"

#include "catch.hpp"
#include "permutation_test_support.hpp"
#include "support.hpp"

#include <bit>
#include <cmath>
#include <numeric>

using namespace equivec;

namespace {

/// What enumerated() gives for values n / 64, n being integers, of any number, by the number of ways to each sum.
std::uint64_t counted(const std::vector<int>& first, const std::vector<int>& second) {
  std::vector<int> all = first;
  all.insert(all.end(), second.begin(), second.end());
  const int most = std::accumulate(all.begin(), all.end(), 0);
  std::vector<std::vector<std::uint64_t>> ways(first.size() + 1,
                                               std::vector<std::uint64_t>(static_cast<std::size_t>(most) + 1));
  ways[0][0] = 1;
  for (const int value : all)
    for (std::size_t k = first.size(); k > 0; --k)
      for (std::size_t sum = ways[k].size() - 1; sum + 1 > static_cast<std::size_t>(value); --sum)
        ways[k][sum] += ways[k - 1][sum - static_cast<std::size_t>(value)];
  const auto observed = std::accumulate(first.begin(), first.end(), 0);
  return std::accumulate(ways.back().begin() + observed, ways.back().end(), std::uint64_t{0});
}

std::vector<int> random_numbers(Rng& rng, std::size_t count) {
  std::vector<int> result(count);
  for (int& number : result) number = static_cast<int>(rng.below(64));
  return result;
}

Values in_64ths(const std::vector<int>& numbers) { return Values(numbers.begin(), numbers.end()); }

Values scaled(Values values, double factor) {
  for (double& value : values) value *= factor;
  return values;
}

}  // namespace

TEST_CASE("permutation test: hand-worked, with ties counted") {
  // Pairs of 3, 1, 1, 2 in eighths: sums 4, 4, 5, 2, 3, 3; three of six are at least 4.
  const PermutationTest test = permutation_test(Values{0.375, 0.125}, Values{0.125, 0.25});
  CHECK(test.at_least == 3);
  CHECK(test.partitions == 6);
  CHECK(test.p_value == 0.5);
  CHECK(permutation_test(Values{0.125}, Values{0.125}).p_value == 1);
  CHECK(permutation_test(Values{-2}, Values{2}).p_value == 1);
  CHECK(permutation_test(Values{2}, Values{-2}).p_value == 0.5);
}

TEST_CASE("permutation test: sums that are equal but for rounding tie") {
  // 0.1 + 0.2 is more than 0.3 in double, and 0.3 + 0 is the same sum.
  CHECK(permutation_test(Values{0.1, 0.2}, Values{0.3, 0}).at_least == enumerated({0.1, 0.2}, {0.3, 0}));
  CHECK(permutation_test(Values{0.3, 0}, Values{0.1, 0.2}).at_least == enumerated({0.3, 0}, {0.1, 0.2}));
  const double third = 1.0 / 3;
  CHECK(permutation_test(Values{third, std::nextafter(third, 0)}, Values{std::nextafter(third, 1), third}).p_value ==
        1);
}

TEST_CASE("permutation test: the exact count is that of enumeration one by one") {
  Rng rng(11);
  for (int round = 0; round < 200; ++round) {
    const std::size_t size = 2 + rng.below(13), first_size = 1 + rng.below(static_cast<std::uint32_t>(size) - 1);
    const std::uint32_t different = round % 2 == 0 ? 4 : 4000;  // many ties, or hardly any
    Values first, second;
    for (std::size_t i = 0; i < size; ++i)
      (i < first_size ? first : second).push_back((rng.below(different) - different / 2.0) / different * 4);
    const PermutationTest test = permutation_test(first, second);
    REQUIRE(test.exact);
    CHECK(test.at_least == enumerated(first, second));
    CHECK(test.p_value == static_cast<double>(test.at_least) / static_cast<double>(test.partitions));
  }
}

TEST_CASE("permutation test: large sets are counted right", "[slow]") {
  // More values than two halves hold, on either side; few of very many; and sizes used in papers.
  struct Sizes {
    std::size_t first, second;
    std::uint64_t partitions;
  };
  const Sizes sizes = GENERATE(Sizes{4, 46, 230300}, Sizes{45, 5, 2118760}, Sizes{16, 16, 601080390},
                               Sizes{2, 300, 45451}, Sizes{61, 3, 41664}, Sizes{1, 5000, 5001});
  Rng rng(12);
  const auto first = random_numbers(rng, sizes.first), second = random_numbers(rng, sizes.second);
  PermutationOptions options;
  for (const int threads : {1, 2}) {
    options.threads = threads;
    const PermutationTest test =
        permutation_test(scaled(in_64ths(first), 1 / 64.0), scaled(in_64ths(second), 1 / 64.0), options);
    CHECK(test.exact);
    CHECK(test.partitions == sizes.partitions);
    CHECK(test.at_least == counted(first, second));
  }
}

TEST_CASE("permutation test: beyond 50 values and 5000000 choices, choices are drawn") {
  Rng rng(13);
  const auto is_exact = [&](std::size_t first, std::size_t second) {
    PermutationOptions options;
    options.draws = 1;
    return permutation_test(scaled(in_64ths(random_numbers(rng, first)), 1 / 64.0),
                            scaled(in_64ths(random_numbers(rng, second)), 1 / 64.0), options)
        .exact;
  };
  // 3,162 * 3,161 / 2 is 4,997,541, and 3,163 * 3,162 / 2 is 5,000,703.
  CHECK(is_exact(2, 3160));
  CHECK_FALSE(is_exact(2, 3161));
  CHECK_FALSE(is_exact(3161, 2));
  CHECK_FALSE(is_exact(25, 26));
}

TEST_CASE("permutation test: the interval of drawn partitions is Clopper and Pearson's") {
  // All ties: all 10 draws count, and the lower end is the tenth root of 0.025.
  const PermutationTest all = permutation_test(Values{1, 1}, Values{1, 1}, drawing(10));
  CHECK_FALSE(all.exact);
  CHECK(all.at_least == 10);
  CHECK(all.partitions == 10);
  CHECK(all.p_value == 1);
  REQUIRE(all.interval);
  CHECK(all.interval->low == Approx(std::pow(0.025, 0.1)).epsilon(1e-9));
  CHECK(all.interval->high == 1);
  // Only one of about 2^50 choices: none of 10 draws counts, but the observed one does.
  const PermutationTest none = permutation_test(Values(25, 1), Values(25, 0), drawing(10));
  CHECK(none.at_least == 0);
  CHECK(none.p_value == 1.0 / 11);
  CHECK(none.interval->low == 0);
  CHECK(none.interval->high == Approx(1 - std::pow(0.025, 0.1)).epsilon(1e-9));
}

TEST_CASE("permutation test: the interval of drawn partitions contains the exact p-value as often as stated") {
  Rng rng(14);
  int held = 0;
  constexpr int rounds = 300;
  for (int round = 0; round < rounds; ++round) {
    const Values first = scaled(in_64ths(random_numbers(rng, 5)), 1 / 64.0);
    const Values second = scaled(in_64ths(random_numbers(rng, 7)), 1 / 64.0);
    const double p = permutation_test(first, second).p_value;
    const PermutationTest test = permutation_test(first, second, drawing(500, static_cast<std::uint64_t>(round)));
    held += test.interval->low <= p && p <= test.interval->high;
    CHECK(test.p_value >= test.interval->low);
    CHECK(test.p_value <= test.interval->high);
  }
  // At least 285 are expected, with a standard deviation of 3.8.
  CHECK(held >= 270);
}

TEST_CASE("permutation test: every choice is drawn as often as every other") {
  // Powers of two: each of the 20 sums of three identifies its three, and the threshold takes all 20 values.
  const Values all = {1 / 64.0, 2 / 64.0, 4 / 64.0, 8 / 64.0, 16 / 64.0, 32 / 64.0};
  constexpr int draws = 40000;
  std::vector<double> at_least;
  for (std::uint32_t choice = 0; choice < 64; ++choice) {
    if (std::popcount(choice) != 3) continue;
    Values first, second;
    for (std::size_t i = 0; i < 6; ++i) ((choice >> i & 1) != 0 ? first : second).push_back(all[i]);
    const PermutationTest test = permutation_test(first, second, drawing(draws, 100 + choice));
    at_least.push_back(static_cast<double>(test.at_least));
  }
  // The k-th smallest of the 20 sums is reached by 20 - k + 1 of them.
  REQUIRE(at_least.size() == 20);
  for (std::size_t k = 0; k < 20; ++k) {
    const double share = static_cast<double>(20 - k) / 20;
    CHECK(std::abs(at_least[k] - draws * share) <= 4 * std::sqrt(draws * share * (1 - share)));
  }
}

TEST_CASE("permutation test: threads change nothing and the seed does") {
  Rng rng(15);
  const Values first = scaled(in_64ths(random_numbers(rng, 30)), 1 / 64.0);
  const Values second = scaled(in_64ths(random_numbers(rng, 30)), 1 / 64.0);
  PermutationOptions options = drawing(10000);
  options.threads = 1;
  const PermutationTest expected = permutation_test(first, second, options);
  options.threads = GENERATE(0, 2, 3);
  const PermutationTest found = permutation_test(first, second, options);
  CHECK(found.at_least == expected.at_least);
  CHECK(found.interval == expected.interval);
  options.seed = 2;
  CHECK(permutation_test(first, second, options).at_least != expected.at_least);
}
