#include "equivec/base/types.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/bias/weat.hpp"
#include "equivec/math/permutation_test.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "association_support.hpp"
#include "catch.hpp"
#include "math/permutation_test_support.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>

using namespace equivec;

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
