#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/bias/ect.hpp"
#include "equivec/bias/mac.hpp"
#include "equivec/bias/ripa.hpp"
#include "equivec/bias/rnd.hpp"
#include "equivec/bias/weat.hpp"
#include "equivec/bias/wefat.hpp"
#include "equivec/math/permutation_test.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

using namespace equivec;

namespace {

using Names = std::vector<std::vector<std::string>>;
using Lists = std::vector<std::vector<WordId>>;
using Values = std::vector<double>;

AssociationQuery query_of(const Embeddings& e, const Names& targets, const Names& attributes) {
  AssociationQuery query;
  for (const auto& list : targets) query.targets.push_back(ids_of(e, list));
  for (const auto& list : attributes) query.attributes.push_back(ids_of(e, list));
  return query;
}

/// Lists of the next words, one after the other.
Lists next_words(std::size_t& next, const std::vector<std::size_t>& sizes) {
  Lists lists;
  for (const std::size_t size : sizes)
    for (auto& list = lists.emplace_back(); list.size() < size;) list.push_back(word_id(next++));
  return lists;
}

/// Different words for all lists, of a vocabulary w0, w1, ...
AssociationQuery query_of_sizes(const std::vector<std::size_t>& targets, const std::vector<std::size_t>& attributes) {
  std::size_t next = 0;
  Lists first = next_words(next, targets);
  return {std::move(first), next_words(next, attributes)};
}

AssociationQuery with_targets_exchanged(AssociationQuery query) {
  std::swap(query.targets[0], query.targets[1]);
  return query;
}

AssociationQuery with_attributes_exchanged(AssociationQuery query) {
  std::swap(query.attributes[0], query.attributes[1]);
  return query;
}

Embeddings with_vectors(const Embeddings& e, const Eigen::MatrixXd& vectors) {
  return Embeddings(e.vocabulary(), vectors.cast<float>());
}

/// All vectors under the same rotation (Gram and Schmidt on random directions).
Embeddings rotated(const Embeddings& e, std::uint64_t seed) {
  Eigen::MatrixXd axes = random_matrix(static_cast<std::size_t>(e.dimension()), e.dimension(), seed).cast<double>();
  for (Eigen::Index i = 0; i < axes.cols(); ++i) {
    for (Eigen::Index k = 0; k < i; ++k) axes.col(i) -= axes.col(i).dot(axes.col(k)) * axes.col(k);
    axes.col(i).normalize();
  }
  return with_vectors(e, e.matrix().cast<double>() * axes);
}

/// The vectors scaled by various powers of two, so that no bit of a direction changes.
Embeddings stretched(const Embeddings& e) {
  Matrix vectors = e.matrix();
  for (Eigen::Index i = 0; i < vectors.rows(); ++i) vectors.row(i) *= std::ldexp(1.0F, static_cast<int>(i % 7) - 3);
  return Embeddings(e.vocabulary(), vectors);
}

double cosine_of(const Embeddings& e, WordId a, WordId b) { return cosine(e[a], e[b]); }

double mean_of(const Values& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation_of(const Values& values, double divisor) {
  double squares = 0;
  for (const double value : values) squares += std::pow(value - mean_of(values), 2);
  return std::sqrt(squares / divisor);
}

Values cosines_of(const Embeddings& e, WordId word, const std::vector<WordId>& others) {
  Values result;
  for (const WordId other : others) result.push_back(cosine_of(e, word, other));
  return result;
}

/// The number of choices of first.size() values whose sum is at least that of `first`, by enumeration.
std::uint64_t enumerated(const Values& first, const Values& second) {
  Values all = first;
  all.insert(all.end(), second.begin(), second.end());
  const double observed = std::accumulate(first.begin(), first.end(), 0.0);
  std::uint64_t count = 0;
  for (std::uint32_t choice = 0; choice < 1U << all.size(); ++choice) {
    if (static_cast<std::size_t>(std::popcount(choice)) != first.size()) continue;
    double sum = 0;
    for (std::size_t i = 0; i < all.size(); ++i) sum += (choice >> i & 1) != 0 ? all[i] : 0;
    count += sum > observed - 1e-11;
  }
  return count;
}

/// The same for any number of values n / 64, n being integers, by the number of ways to each sum.
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

PermutationOptions drawing(int draws, std::uint64_t seed = 1) {
  PermutationOptions options;
  options.exact = false;
  options.draws = draws;
  options.seed = seed;
  return options;
}

/// Words w0, w1, ... whose vectors have the same numbers in different orders, then a vector of ones: its cosines with
/// the others are equal except for rounding.
Embeddings shuffled_numbers(std::size_t words) {
  Matrix vectors = Matrix::Ones(static_cast<Eigen::Index>(words) + 1, 50);
  vectors.row(0) = random_matrix(1, 50, 71).cwiseAbs();
  Rng rng(72);
  for (Eigen::Index i = 1; i < static_cast<Eigen::Index>(words); ++i) {
    vectors.row(i) = vectors.row(i - 1);
    for (std::uint32_t k = 50; k > 1; --k) std::swap(vectors(i, k - 1), vectors(i, rng.below(k)));
  }
  return Embeddings(numbered_words(words + 1), vectors);
}

// Accuracy of results computed in double from a few vectors given in float.
constexpr double exact = 1e-12;
// Accuracy after a rotation that is rounded to float.
constexpr double rounded = 1e-5;

/// x and y are between the axes a and b, with the associations 0.8 - 0.6, 1 - 0, 0 - 1 and 0.6 - 0.8.
Embeddings between_axes() {
  return embeddings({{"x1", {4, 3, 0}},
                     {"x2", {2, 0, 0}},
                     {"y1", {0, 7, 0}},
                     {"y2", {3, 4, 0}},
                     {"a", {1, 0, 0}},
                     {"b", {0, 3, 0}},
                     {"c", {0, 0, 5}},
                     {"nothing", {0, 0, 0}},
                     {"endless", {1, std::numeric_limits<float>::infinity(), 0}}});
}

}  // namespace

// ---- WEAT ----

TEST_CASE("WEAT: hand-worked values") {
  const Embeddings e = between_axes();
  const AssociationQuery query = query_of(e, {{"x1", "x2"}, {"y1", "y2"}}, {{"a"}, {"b"}});
  const WeatResult result = weat(e, query);
  REQUIRE(result.associations.size() == 2);
  CHECK(result.associations[0][0] == Approx(0.2).epsilon(exact));
  CHECK(result.associations[0][1] == Approx(1).epsilon(exact));
  CHECK(result.associations[1][0] == Approx(-1).epsilon(exact));
  CHECK(result.associations[1][1] == Approx(-0.2).epsilon(exact));
  // 1.2 + 1.2; means 0.6 and -0.6; squares 0.04 + 1 + 1 + 0.04.
  CHECK(result.statistic == Approx(2.4).epsilon(exact));
  CHECK(result.effect_size.value() == Approx(1.2 / std::sqrt(2.08 / 3)).epsilon(exact));
  CHECK(weat(e, query, {Deviation::population, {}}).effect_size.value() ==
        Approx(1.2 / std::sqrt(2.08 / 4)).epsilon(exact));
  // Of the six pairs only the observed one has the sum 1.2.
  CHECK(result.test.exact);
  CHECK(result.test.at_least == 1);
  CHECK(result.test.partitions == 6);
  CHECK(result.test.p_value == 1.0 / 6);
  CHECK_FALSE(result.test.interval);
}

TEST_CASE("WEAT: hand-worked means over several attributes") {
  // x1 has cosines 0.8, 0 and 0.6: (0.8 + 0) / 2 - 0.6.
  const Embeddings e = between_axes();
  const WeatResult result = weat(e, query_of(e, {{"x1"}, {"y1"}}, {{"a", "c"}, {"b"}}));
  CHECK(result.associations[0][0] == Approx(-0.2).epsilon(exact));
  CHECK(result.associations[1][0] == Approx(-1).epsilon(exact));
  CHECK(result.statistic == Approx(0.8).epsilon(exact));
  // Any two values are sqrt(2) of their sample deviations apart.
  CHECK(result.effect_size.value() == Approx(std::sqrt(2)).epsilon(exact));
  CHECK(result.test.p_value == 0.5);
}

TEST_CASE("WEAT: targets of different sizes keep their sizes in the partitions") {
  const Embeddings e = between_axes();
  const WeatResult result = weat(e, query_of(e, {{"x1", "x2", "y2"}, {"y1"}}, {{"a"}, {"b"}}));
  // 0.2 + 1 - 0.2 - (-1); means 1/3 and -1. Of four ways to leave one out, only the observed one leaves out y1.
  CHECK(result.statistic == Approx(2).epsilon(exact));
  CHECK(result.effect_size.value() == Approx((1.0 / 3 + 1) / std::sqrt(2.08 / 3)).epsilon(exact));
  CHECK(result.test.partitions == 4);
  CHECK(result.test.at_least == 1);
  const WeatResult other = weat(e, query_of(e, {{"y1"}, {"x1", "x2", "y2"}}, {{"a"}, {"b"}}));
  CHECK(other.test.at_least == 4);
}

TEST_CASE("WEAT: associations that are all the same have no effect size and p 1") {
  const Embeddings e =
      embeddings({{"x", {1, 2, 3}}, {"y", {2, 4, 6}}, {"z", {0.5, 1, 1.5}}, {"a", {3, 1, 0}}, {"b", {0, 1, 7}}});
  for (const bool exactly : {true, false}) {
    WeatOptions options;
    options.permutations = drawing(100);
    options.permutations.exact = exactly;
    const WeatResult result = weat(e, query_of(e, {{"x", "y"}, {"z"}}, {{"a"}, {"b"}}), options);
    CHECK_FALSE(result.effect_size);
    CHECK(result.test.p_value == 1);
    CHECK(result.test.exact == exactly);
  }
  // Attributes that are the same too: all associations are 0.
  const WeatResult zero = weat(e, query_of(e, {{"x"}, {"a"}}, {{"b", "y"}, {"y", "b"}}));
  CHECK(zero.statistic == Approx(0).margin(exact));
  CHECK_FALSE(zero.effect_size);
  CHECK(zero.test.p_value == 1);
}

TEST_CASE("WEAT: associations that differ only by rounding are all the same") {
  Embeddings e = shuffled_numbers(16);
  Matrix vectors(18, 50);
  vectors << e.matrix(), -e.matrix().row(16);
  e = Embeddings(numbered_words(18), vectors);
  const WeatResult result = weat(e, query_of_sizes({8, 8}, {1, 1}));
  const auto [least, most] = std::ranges::minmax(result.associations[0]);
  REQUIRE(least < most);
  CHECK_FALSE(result.effect_size);
  CHECK(result.test.p_value == 1);
}

TEST_CASE("WEAT: it equals its definition on random vectors") {
  const std::uint64_t seed = GENERATE(1U, 2U, 3U);
  const Embeddings e = random_embeddings(25, 10, seed);
  const AssociationQuery query = query_of_sizes({5, 6}, {7, 4});
  std::vector<Values> s(2);
  for (std::size_t list = 0; list < 2; ++list)
    for (const WordId word : query.targets[list])
      s[list].push_back(mean_of(cosines_of(e, word, query.attributes[0])) -
                        mean_of(cosines_of(e, word, query.attributes[1])));
  Values all = s[0];
  all.insert(all.end(), s[1].begin(), s[1].end());
  const WeatResult result = weat(e, query);
  for (std::size_t list = 0; list < 2; ++list)
    for (std::size_t i = 0; i < s[list].size(); ++i)
      CHECK(result.associations[list][i] == Approx(s[list][i]).margin(exact));
  CHECK(result.statistic == Approx(5 * mean_of(s[0]) - 6 * mean_of(s[1])).margin(exact));
  CHECK(result.effect_size.value() == Approx((mean_of(s[0]) - mean_of(s[1])) / deviation_of(all, 10)).margin(1e-10));
  CHECK(result.test.partitions == 462);
  CHECK(result.test.at_least == enumerated(s[0], s[1]));
}

TEST_CASE("WEAT: neither a rotation nor the lengths of vectors change it") {
  const Embeddings e = random_embeddings(30, 12, 5);
  const AssociationQuery query = query_of_sizes({6, 6}, {9, 9});
  const WeatResult expected = weat(e, query), turned = weat(rotated(e, 6), query), longer = weat(stretched(e), query);
  CHECK(turned.statistic == Approx(expected.statistic).margin(rounded));
  CHECK(turned.effect_size.value() == Approx(expected.effect_size.value()).margin(rounded));
  CHECK(longer.statistic == Approx(expected.statistic).margin(exact));
  CHECK(longer.effect_size.value() == Approx(expected.effect_size.value()).margin(exact));
  CHECK(longer.test.at_least == expected.test.at_least);
}

TEST_CASE("WEAT: an exchange of targets or of attributes negates it") {
  const Embeddings e = random_embeddings(40, 8, GENERATE(7U, 8U));
  const AssociationQuery query = query_of_sizes({6, 5}, {9, 8});
  const WeatResult there = weat(e, query);
  for (const auto& back : {weat(e, with_targets_exchanged(query)), weat(e, with_attributes_exchanged(query))}) {
    CHECK(back.statistic == Approx(-there.statistic).margin(exact));
    CHECK(back.effect_size.value() == Approx(-there.effect_size.value()).margin(exact));
    // The observed partition counts on both sides; no other ties.
    CHECK(back.test.at_least + there.test.at_least == there.test.partitions + 1);
  }
  const WeatResult twice = weat(e, with_attributes_exchanged(with_targets_exchanged(query)));
  CHECK(twice.statistic == Approx(there.statistic).margin(exact));
  CHECK(twice.test.at_least == there.test.at_least);
}

TEST_CASE("WEAT: the order of the words in a list does not matter") {
  const Embeddings e = random_embeddings(40, 8, 9);
  AssociationQuery query = query_of_sizes({6, 5}, {9, 8});
  const WeatResult expected = weat(e, query);
  for (auto* lists : {&query.targets, &query.attributes})
    for (auto& list : *lists) std::ranges::reverse(list);
  const WeatResult found = weat(e, query);
  CHECK(found.statistic == Approx(expected.statistic).margin(exact));
  CHECK(found.effect_size.value() == Approx(expected.effect_size.value()).margin(exact));
  CHECK(found.test.at_least == expected.test.at_least);
}

TEST_CASE("WEAT: the effect size is within its range for that number of words") {
  // The first 8 words are all at one end, the others at the other: d is the largest possible.
  Matrix vectors = Matrix::Zero(18, 2);
  for (Eigen::Index i = 0; i < 8; ++i) vectors(i, 0) = 1;
  for (Eigen::Index i = 8; i < 16; ++i) vectors(i, 1) = 1;
  vectors(16, 0) = vectors(17, 1) = 1;
  const Embeddings e(numbered_words(18), vectors);
  const AssociationQuery query = query_of_sizes({8, 8}, {1, 1});
  CHECK(weat(e, query, {Deviation::population, {}}).effect_size.value() == Approx(2).epsilon(exact));
  CHECK(weat(e, query, {Deviation::sample, {}}).effect_size.value() == Approx(2 * std::sqrt(15.0 / 16)).epsilon(exact));
}

TEST_CASE("WEAT: under the null the exact p-value is uniform") {
  // Of 70 partitions without ties the observed one has each rank with the same probability.
  constexpr int rounds = 400;
  std::vector<int> times(71);
  for (int round = 0; round < rounds; ++round) {
    const Embeddings e = random_embeddings(14, 5, 1000 + static_cast<std::uint64_t>(round));
    const PermutationTest test = weat(e, query_of_sizes({4, 4}, {3, 3})).test;
    REQUIRE(test.partitions == 70);
    ++times[test.at_least];
  }
  CHECK(times[0] == 0);
  double most = 0;
  int below = 0;
  for (int k = 1; k <= 70; ++k) {
    below += times[static_cast<std::size_t>(k)];
    most = std::max(most, std::abs(static_cast<double>(below) / rounds - k / 70.0));
  }
  // Kolmogorov and Smirnov: exceeded once in a thousand, less often for discrete distributions.
  CHECK(most < 1.95 / std::sqrt(rounds));
}

TEST_CASE("WEAT: a repeated word is an error that says where") {
  const Embeddings e = between_axes();
  const auto error = [&](const Names& targets, const Names& attributes) {
    return error_of([&] { weat(e, query_of(e, targets, attributes)); });
  };
  CHECK(error({{"x1", "x2"}, {"y1", "x2"}}, {{"a"}, {"b"}}) == "'x2' is in target list 1 and in target list 2");
  CHECK(error({{"x1", "x2", "x1"}, {"y1"}}, {{"a"}, {"b"}}) == "'x1' occurs twice in target list 1");
  CHECK(error({{"x1"}, {"y1"}}, {{"a"}, {"b", "c", "c"}}) == "'c' occurs twice in attribute list 2");
  // A word in both lists of attributes counts for both, and a target may be an attribute.
  CHECK(error({{"x1"}, {"y1"}}, {{"a", "c"}, {"b", "c", "y1"}}).empty());
}

TEST_CASE("WEAT: invalid options are refused") {
  const Embeddings e = between_axes();
  const AssociationQuery query = query_of(e, {{"x1"}, {"y1"}}, {{"a"}, {"b"}});
  WeatOptions options;
  SECTION("draws") {
    options.permutations.draws = 0;
    CHECK(option_error_of([&] { weat(e, query, options); }) == "draws must be between 1 and 1000000000, got 0");
  }
  SECTION("threads") {
    options.permutations.threads = -1;
    CHECK(option_error_of([&] { weat(e, query, options); }) == "threads must be between 0 and 4096, got -1");
  }
}

// ---- the permutation test ----

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

// ---- WEFAT ----

TEST_CASE("WEFAT: hand-worked values") {
  // Cosines 0.8 and 0 with A, 0.6 with B: means 0.4 and 0.6, and of all three 1.4 / 3; squares 1 - 1.96 / 3.
  const Embeddings e = between_axes();
  const AssociationQuery query = query_of(e, {{"x1", "c"}}, {{"a", "c"}, {"b"}});
  const auto sample = wefat(e, query);
  REQUIRE(sample.size() == 2);
  CHECK(sample[0].value() == Approx(-0.2 / std::sqrt((1 - 1.96 / 3) / 2)).epsilon(exact));
  // Cosines 0 and 1, 0: 0.5 / sqrt((1 - 1 / 3) / 2).
  CHECK(sample[1].value() == Approx(0.5 / std::sqrt(1.0 / 3)).epsilon(exact));
  CHECK(wefat(e, query, Deviation::population)[0].value() ==
        Approx(-0.2 / std::sqrt((1 - 1.96 / 3) / 3)).epsilon(exact));
}

TEST_CASE("WEFAT: a target equally near to all attributes has none") {
  const Embeddings e = between_axes();
  const auto found = wefat(e, query_of(e, {{"c", "a"}}, {{"x1"}, {"y1", "y2"}}));
  CHECK_FALSE(found[0]);
  CHECK(found[1]);
}

TEST_CASE("WEFAT: it equals its definition on random vectors and is invariant to rotation and length") {
  const Embeddings e = random_embeddings(25, 10, GENERATE(21U, 22U));
  const AssociationQuery query = query_of_sizes({5}, {7, 6});
  const auto found = wefat(e, query), turned = wefat(rotated(e, 3), query), longer = wefat(stretched(e), query);
  const auto back = wefat(e, with_attributes_exchanged(query));
  for (std::size_t i = 0; i < 5; ++i) {
    const Values a = cosines_of(e, query.targets[0][i], query.attributes[0]);
    const Values b = cosines_of(e, query.targets[0][i], query.attributes[1]);
    Values all = a;
    all.insert(all.end(), b.begin(), b.end());
    CHECK(found[i].value() == Approx((mean_of(a) - mean_of(b)) / deviation_of(all, 12)).margin(1e-11));
    CHECK(turned[i].value() == Approx(found[i].value()).margin(rounded));
    CHECK(longer[i].value() == Approx(found[i].value()).margin(exact));
    CHECK(back[i].value() == Approx(-found[i].value()).margin(exact));
  }
}

TEST_CASE("WEFAT: an attribute on both sides is an error that says where") {
  const Embeddings e = between_axes();
  CHECK(error_of([&] {
          wefat(e, query_of(e, {{"x1"}}, {{"a", "c"}, {"c", "b"}}));
        }) == "'c' is in attribute list 1 and in attribute list 2");
}

// ---- RND ----

TEST_CASE("relative norm distance: hand-worked values") {
  // The means are (1, 0, 0) and (0.3, 0.9, 0).
  const Embeddings e = between_axes();
  const auto found = relative_norm_distance(e, query_of(e, {{"x2"}, {"y1", "y2"}}, {{"a", "b", "c"}}));
  REQUIRE(found.values.size() == 3);
  const double a = 0 - std::sqrt(0.49 + 0.81), b = std::sqrt(2) - std::sqrt(0.09 + 0.01);
  const double c = std::sqrt(2) - std::sqrt(0.09 + 0.81 + 1);
  CHECK(found.values[0] == Approx(a).epsilon(exact));
  CHECK(found.values[1] == Approx(b).epsilon(exact));
  CHECK(found.values[2] == Approx(c).epsilon(exact));
  CHECK(found.sum == Approx(a + b + c).epsilon(exact));
  CHECK(found.mean == Approx((a + b + c) / 3).epsilon(exact));
}

TEST_CASE("relative norm distance: an exchange negates it and neither rotation nor length change it") {
  const Embeddings e = random_embeddings(30, 9, GENERATE(31U, 32U));
  const AssociationQuery query = query_of_sizes({6, 5}, {8});
  const auto found = relative_norm_distance(e, query);
  CHECK(relative_norm_distance(e, with_targets_exchanged(query)).sum == Approx(-found.sum).margin(exact));
  CHECK(relative_norm_distance(rotated(e, 4), query).sum == Approx(found.sum).margin(rounded));
  CHECK(relative_norm_distance(stretched(e), query).sum == Approx(found.sum).margin(exact));
}

TEST_CASE("relative norm distance: of the same words on both sides it is 0") {
  const Embeddings e = between_axes();
  CHECK(relative_norm_distance(e, query_of(e, {{"x1", "c"}, {"x1", "c"}}, {{"a", "b"}})).sum == 0);
}

// ---- MAC ----

TEST_CASE("mean average cosine: hand-worked values") {
  // 1 - (0.8 + 0.6) / 2 and 1 - 0 of x1; 1 - (0 + 1) / 2 and 1 - 0 of y1.
  const Embeddings e = between_axes();
  const auto found = mean_average_cosine(e, query_of(e, {{"x1"}, {"y1"}}, {{"a", "b"}, {"c"}}));
  REQUIRE(found.distances.size() == 2);
  CHECK(found.distances[0][0] == Approx(0.3).epsilon(exact));
  CHECK(found.distances[0][1] == Approx(1).epsilon(exact));
  CHECK(found.distances[1][0] == Approx(0.5).epsilon(exact));
  CHECK(found.distances[1][1] == Approx(1).epsilon(exact));
  CHECK(found.value == Approx(0.7).epsilon(exact));
  // Every list weighs the same, however many words it has.
  CHECK(mean_average_cosine(e, query_of(e, {{"x1"}}, {{"a", "b"}, {"c"}})).value == Approx(0.65).epsilon(exact));
}

TEST_CASE("mean average cosine: it does not depend on the division of targets into lists, on rotation or on length") {
  const Embeddings e = random_embeddings(30, 9, 41);
  const AssociationQuery query = query_of_sizes({3, 4, 2}, {5, 6, 1});
  const double expected = mean_average_cosine(e, query).value;
  AssociationQuery one = query;
  one.targets = {{}};
  for (const auto& list : query.targets) one.targets[0].insert(one.targets[0].end(), list.begin(), list.end());
  CHECK(mean_average_cosine(e, one).value == Approx(expected).margin(exact));
  CHECK(mean_average_cosine(e, with_targets_exchanged(query)).value == Approx(expected).margin(exact));
  CHECK(mean_average_cosine(rotated(e, 5), query).value == Approx(expected).margin(rounded));
  CHECK(mean_average_cosine(stretched(e), query).value == Approx(expected).margin(exact));
  double sum = 0;
  for (const WordId target : one.targets[0])
    for (const auto& list : query.attributes) sum += 1 - mean_of(cosines_of(e, target, list));
  CHECK(expected == Approx(sum / 27).margin(exact));
}

// ---- ECT ----

TEST_CASE("embedding coherence: hand-worked values") {
  // The means are along (0.6, 0.8, 0) of y2 alone and along (1.8, 0.6, 0) of x1 and x2.
  const Embeddings e = between_axes();
  const auto found = embedding_coherence(e, query_of(e, {{"y2"}, {"x1", "x2"}}, {{"a", "b", "c"}}));
  REQUIRE(found.cosines.size() == 2);
  const double length = std::sqrt(1.8 * 1.8 + 0.6 * 0.6);
  const Values first = {0.6, 0.8, 0}, second = {1.8 / length, 0.6 / length, 0};
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(found.cosines[0][i] == Approx(first[i]).margin(exact));
    CHECK(found.cosines[1][i] == Approx(second[i]).margin(exact));
  }
  // Ranks 2, 3, 1 and 3, 2, 1: 1 - 6 * 2 / (3 * 8).
  CHECK(found.correlation.value() == Approx(0.5).epsilon(exact));
}

TEST_CASE("embedding coherence: the same order gives 1 for any numbers") {
  const Embeddings e = between_axes();
  CHECK(embedding_coherence(e, query_of(e, {{"x1"}, {"x2"}}, {{"a", "y2", "c", "x1"}})).correlation.has_value());
  CHECK(embedding_coherence(e, query_of(e, {{"x2"}, {"a"}}, {{"b", "y2", "x1"}})).correlation.value() ==
        Approx(1).epsilon(exact));
}

TEST_CASE("embedding coherence: both sides count equally and neither rotation nor length change it") {
  const Embeddings e = random_embeddings(60, 9, GENERATE(51U, 52U));
  const AssociationQuery query = query_of_sizes({6, 5}, {40});
  const double found = embedding_coherence(e, query).correlation.value();
  CHECK(embedding_coherence(e, with_targets_exchanged(query)).correlation.value() == Approx(found).margin(exact));
  CHECK(embedding_coherence(rotated(e, 6), query).correlation.value() == Approx(found).margin(1e-3));
  CHECK(embedding_coherence(stretched(e), query).correlation.value() == Approx(found).margin(exact));
}

TEST_CASE("embedding coherence: cosines that differ only by rounding tie") {
  const Embeddings e = shuffled_numbers(16);
  AssociationQuery query;
  query.targets = {{word_id(16)}, {word_id(0)}};
  query.attributes.resize(1);
  for (std::size_t i = 1; i < 16; ++i) query.attributes[0].push_back(word_id(i));
  const auto found = embedding_coherence(e, query);
  const auto [least, most] = std::ranges::minmax(found.cosines[0]);
  REQUIRE(least < most);
  CHECK_FALSE(found.correlation);
  CHECK(embedding_coherence(e, AssociationQuery{{{word_id(1)}, {word_id(0)}}, query.attributes}).correlation);
}

TEST_CASE("embedding coherence: it is empty for one attribute or equal cosines") {
  const Embeddings e = between_axes();
  CHECK_FALSE(embedding_coherence(e, query_of(e, {{"x1"}, {"y1"}}, {{"a"}})).correlation);
  CHECK_FALSE(embedding_coherence(e, query_of(e, {{"c"}, {"y1"}}, {{"a", "b", "x1"}})).correlation);
}

TEST_CASE("embedding coherence: vectors that cancel out are an error that says of which list") {
  const Embeddings e = embeddings({{"x", {1, 2}}, {"y", {-2, -4}}, {"z", {1, 0}}});
  CHECK(error_of([&] {
          embedding_coherence(e, query_of(e, {{"z"}, {"x", "y"}}, {{"z", "x"}}));
        }) == "the vectors of target list 2 cancel out: their mean is zero");
}

// ---- RIPA ----

TEST_CASE("relational association: hand-worked values") {
  // Differences (3, 0, 0) and (0, 4, 0): directions (1, 0, 0) and (0, 1, 0), the longer one is the principal.
  const Embeddings e = embeddings({{"x1", {4, 1, 1}},
                                   {"x2", {1, 5, 1}},
                                   {"y1", {1, 1, 1}},
                                   {"w", {2, 6, 9}},
                                   {"v", {-1, 1, 0}},
                                   {"nothing", {0, 0, 0}}});
  const auto found = relational_association(e, query_of(e, {{"x1", "x2"}, {"y1", "y1"}}, {{"w", "v", "nothing"}}));
  REQUIRE(found.words.size() == 3);
  CHECK(found.words[0].mean == Approx(4).epsilon(exact));
  CHECK(found.words[0].deviation == Approx(2).epsilon(exact));
  CHECK(found.words[0].principal == Approx(6).epsilon(exact));
  CHECK(found.words[1].mean == Approx(0).margin(exact));
  CHECK(found.words[1].deviation == Approx(1).epsilon(exact));
  CHECK(found.words[1].principal == Approx(1).epsilon(exact));
  CHECK(found.words[2].mean == 0);
  CHECK(found.words[2].deviation == 0);
  CHECK(found.mean == Approx(4.0 / 3).epsilon(exact));
  CHECK(found.principal == Approx(7.0 / 3).epsilon(exact));
}

TEST_CASE("relational association: of one pair the principal direction is the difference") {
  const Embeddings e = random_embeddings(12, GENERATE(1, 2, 7), 61);
  for (const auto& word : relational_association(e, query_of_sizes({1, 1}, {9})).words) {
    CHECK(word.principal == Approx(word.mean).margin(exact));
    CHECK(word.deviation == 0);
  }
}

TEST_CASE(
    "relational association: an exchange negates it, rotation does not change it, and it scales with the vectors") {
  // More pairs than dimensions too.
  const Embeddings e = random_embeddings(30, GENERATE(4, 20), 62);
  const AssociationQuery query = query_of_sizes({8, 8}, {9});
  const auto found = relational_association(e, query);
  const auto back = relational_association(e, with_targets_exchanged(query));
  const auto turned = relational_association(rotated(e, 7), query);
  const auto twice = relational_association(with_vectors(e, e.matrix().cast<double>() * 2), query);
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK(back.words[i].mean == Approx(-found.words[i].mean).margin(exact));
    CHECK(back.words[i].deviation == Approx(found.words[i].deviation).margin(exact));
    CHECK(back.words[i].principal == Approx(-found.words[i].principal).margin(exact));
    CHECK(turned.words[i].mean == Approx(found.words[i].mean).margin(rounded));
    CHECK(turned.words[i].principal == Approx(found.words[i].principal).margin(rounded));
    CHECK(twice.words[i].mean == Approx(2 * found.words[i].mean).margin(exact));
    CHECK(twice.words[i].principal == Approx(2 * found.words[i].principal).margin(exact));
  }
}

TEST_CASE("relational association: no direction explains more of the pairs' differences than the principal one") {
  const Embeddings e = random_embeddings(30, 6, 63);
  const AssociationQuery query = query_of_sizes({8, 8}, {1});
  // The attributes are the axes, so their values are the direction's coordinates.
  Matrix vectors = e.matrix();
  vectors.middleRows(16, 6).setIdentity();
  AssociationQuery axes = query;
  axes.attributes = {{}};
  for (std::size_t i = 16; i < 22; ++i) axes.attributes[0].push_back(word_id(i));
  const auto found = relational_association(Embeddings(e.vocabulary(), vectors), axes);
  Eigen::VectorXd direction(6);
  for (std::size_t i = 0; i < 6; ++i) direction[static_cast<Eigen::Index>(i)] = found.words[i].principal;
  CHECK(direction.norm() == Approx(1).epsilon(exact));
  const Eigen::MatrixXd differences = (vectors.topRows(8) - vectors.middleRows(8, 8)).cast<double>();
  const double held = (differences * direction).squaredNorm();
  CHECK((differences * direction).sum() > 0);
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Eigen::VectorXd other = random_matrix(6, 1, seed).cast<double>().col(0).normalized();
    CHECK((differences * other).squaredNorm() <= held * (1 + exact));
    const Eigen::VectorXd near = (direction + 0.01 * other).normalized();
    CHECK((differences * near).squaredNorm() <= held * (1 + exact));
  }
}

TEST_CASE("relational association: invalid pairs are an error that says which") {
  const Embeddings e = between_axes();
  const auto error = [&](const Names& targets) {
    return error_of([&] { relational_association(e, query_of(e, targets, {{"c"}})); });
  };
  CHECK(error({{"x1", "x2"}, {"y1"}}) == "RIPA takes pairs of targets, so both lists need as many words, got 2 and 1");
  CHECK(error({{"x1", "x2"}, {"y1", "x2"}}) == "'x2' and 'x2' have the same vector, which gives no direction");
  CHECK(error({{"x1", "endless"}, {"y1", "y2"}}) == "the vector of 'endless' is not finite");
  CHECK(error({{"x1", "x1"}, {"y1", "nothing"}}).empty());
}

// ---- all measures of association ----

TEST_CASE("association: queries of another shape are refused by name") {
  const Embeddings e = between_axes();
  const AssociationQuery none, small = query_of(e, {{"x1"}}, {{"a"}});
  CHECK(error_of([&] { weat(e, small); }) == "WEAT takes 2 lists of targets and 2 lists of attributes, got 1 and 1");
  CHECK(error_of([&] { wefat(e, small); }) == "WEFAT takes 1 list of targets and 2 lists of attributes, got 1 and 1");
  CHECK(error_of([&] { relative_norm_distance(e, small); }) ==
        "RND takes 2 lists of targets and 1 list of attributes, got 1 and 1");
  CHECK(error_of([&] { embedding_coherence(e, small); }) ==
        "ECT takes 2 lists of targets and 1 list of attributes, got 1 and 1");
  CHECK(error_of([&] { relational_association(e, small); }) ==
        "RIPA takes 2 lists of targets and 1 list of attributes, got 1 and 1");
  CHECK(error_of([&] { mean_average_cosine(e, none); }) ==
        "MAC takes lists of targets and lists of attributes, got 0 and 0");
  CHECK(error_of([&] { mean_average_cosine(e, small); }).empty());
}

TEST_CASE("association: an empty list, a repeated word and a zero vector are errors that say where") {
  const Embeddings e = between_axes();
  const auto errors = [&](const std::vector<std::string>& first, const std::vector<std::string>& last) {
    const Names two = {first, {"y1"}}, one = {last}, both = {{"a"}, last};
    return std::vector<std::string>{error_of([&] { weat(e, query_of(e, two, both)); }),
                                    error_of([&] { wefat(e, query_of(e, {first}, both)); }),
                                    error_of([&] { relative_norm_distance(e, query_of(e, two, one)); }),
                                    error_of([&] { mean_average_cosine(e, query_of(e, two, one)); }),
                                    error_of([&] { embedding_coherence(e, query_of(e, two, one)); })};
  };
  for (const std::string& error : errors({}, {"b"})) CHECK(error == "target list 1 has no words");
  for (const std::string& error : errors({"x1"}, {})) CHECK_THAT(error, ContainsSubstring("attribute list"));
  for (const std::string& error : errors({"x1", "c", "x1"}, {"b"}))
    CHECK(error == "'x1' occurs twice in target list 1");
  for (const std::string& error : errors({"x1"}, {"b", "b"}))
    CHECK_THAT(error, ContainsSubstring("'b' occurs twice in attribute list"));
  for (const char* word : {"nothing", "endless"}) {
    for (const std::string& error : errors({"x1", word}, {"b"}))
      CHECK(error == "the vector of '" + std::string(word) + "' is zero or not finite");
    for (const std::string& error : errors({"x1"}, {"b", "c", word}))
      CHECK(error == "the vector of '" + std::string(word) + "' is zero or not finite");
  }
}
