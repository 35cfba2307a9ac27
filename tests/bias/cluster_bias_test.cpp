#include "equivec/bias/biased_words.hpp"
#include "equivec/bias/cluster_bias.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "biased_words_support.hpp"
#include "catch.hpp"
#include "support.hpp"

#include <cmath>

using namespace equivec;

namespace {

void check_interval(const RecoveredSides& sides, double low, double high) {
  REQUIRE(sides.interval);
  CHECK(sides.interval->low == Approx(low).epsilon(1e-12));
  CHECK(sides.interval->high == Approx(high).epsilon(1e-12));
}

}  // namespace

TEST_CASE("cluster bias: hand-worked accuracy and interval") {
  // One word of the first side is among the others: 7 of 8.
  const Embeddings e = at_angles({0, 1, 2, 181, 180, 182, 183, 184});
  const RecoveredSides sides = cluster_bias(e, {numbers(0, 4), numbers(4, 8)});
  CHECK(sides.accuracy == 0.875);
  CHECK(sides.least == 0.875);
  CHECK(sides.most == 0.875);
  // Of 8 drawn, 5 or fewer agree with probability 0.067, of which 4 do with 0.011, and all with 0.344.
  check_interval(sides, 0.625, 1);
}

TEST_CASE("cluster bias: the better matching counts in resamples too") {
  const Embeddings e = at_angles({0, 180, 1, 181, 2, 182, 3, 183});
  const RecoveredSides sides = cluster_bias(e, {numbers(0, 4), numbers(4, 8)});
  CHECK(sides.accuracy == 0.5);
  // Of 8 tosses of a coin all are equal with probability 1 / 128, seven or more with 9 / 64.
  check_interval(sides, 0.5, 0.875);
}

TEST_CASE("cluster bias: sides of any size, whichever comes first") {
  const Embeddings e = at_angles({0, 5, 180, 170, 175});
  CHECK(cluster_bias(e, {numbers(0, 2), numbers(2, 5)}).accuracy == 1);
  CHECK(cluster_bias(e, {numbers(2, 5), numbers(0, 2)}).accuracy == 1);
  CHECK(cluster_bias(e, {numbers(0, 1), numbers(1, 5)}).accuracy == 0.8);
  CHECK(cluster_bias(e, {numbers(0, 1), numbers(4, 5)}).accuracy == 1);
}

TEST_CASE("cluster bias: lengths of vectors do not matter") {
  const Embeddings e = embeddings({{"a", {0.01F, 0}}, {"b", {100, 1}}, {"c", {-0.01F, 0}}, {"d", {-100, 1}}});
  CHECK(cluster_bias(e, {ids_of(e, {"a", "b"}), ids_of(e, {"c", "d"})}).accuracy == 1);
}

TEST_CASE("cluster bias: clusterings start differently, and their mean counts") {
  // The corners of a square can be halved either way, or one be separated from the rest.
  const Embeddings e = at_angles({0, 90, 180, 270});
  const ClusterBiasOptions options{.repeats = 40, .restarts = 1, .bootstrap = few_resamples()};
  const RecoveredSides sides = cluster_bias(e, {numbers(0, 2), numbers(2, 4)}, options);
  CHECK(sides.least == 0.5);
  CHECK(sides.most == 1);
  CHECK(sides.accuracy > 0.6);
  CHECK(sides.accuracy < 0.9);
  // The sum of 40 accuracies, all quarters.
  CHECK(sides.accuracy * 160 == Approx(std::round(sides.accuracy * 160)).epsilon(1e-12));
  const ClusterBiasOptions one{.repeats = 1, .restarts = 1, .bootstrap = few_resamples()};
  const RecoveredSides single = cluster_bias(e, {numbers(0, 2), numbers(2, 4)}, one);
  CHECK(single.least == single.accuracy);
  CHECK(single.most == single.accuracy);
}

TEST_CASE("cluster bias: more restarts find the better of two halvings") {
  // A rectangle of angles: the best of many restarts halves it between its long sides.
  const Embeddings e = at_angles({0, 80, 180, 260});
  const ClusterBiasOptions options{.repeats = 20, .restarts = 50, .bootstrap = few_resamples()};
  CHECK(cluster_bias(e, {numbers(0, 2), numbers(2, 4)}, options).least == 1);
}

TEST_CASE("cluster bias: threads change nothing, another seed may") {
  const Overlapping data = overlapping(60, 10, 62);
  const auto with = [&](int threads, std::uint64_t seed) {
    return cluster_bias(data.embeddings, data.words,
                        {.repeats = 5, .restarts = 1, .bootstrap = few_resamples(threads, seed)});
  };
  const RecoveredSides one = with(1, 1);
  check_same(one, with(2, 1));
  check_same(one, with(5, 1));
  const RecoveredSides other = with(1, 2);
  CHECK((one.interval != other.interval || one.accuracy != other.accuracy));
  REQUIRE(one.interval);
  CHECK(one.interval->low < one.accuracy);
  CHECK(one.accuracy < one.interval->high);
}

TEST_CASE("cluster bias: invalid input is an error that says why") {
  const Embeddings e = embeddings({{"a", {3, 4}}, {"b", {-2, 1}}, {"nil", {0, 0}}, {"inf", {INFINITY, 1}}});
  const auto bias = [&](const std::vector<std::string>& first, const std::vector<std::string>& last) {
    return error_of([&] { cluster_bias(e, {ids_of(e, first), ids_of(e, last)}); });
  };
  CHECK(bias({"a"}, {"b"}).empty());
  CHECK_THAT(bias({}, {"b"}), ContainsSubstring("got 0 and 1"));
  CHECK_THAT(bias({"a"}, {}), ContainsSubstring("got 1 and 0"));
  CHECK_THAT(bias({"a"}, {"nil"}), ContainsSubstring("'nil'"));
  CHECK_THAT(bias({"inf"}, {"b"}), ContainsSubstring("'inf'"));
  CHECK_THAT(bias({"a", "a"}, {"b"}), ContainsSubstring("'a' occurs twice"));
  CHECK_THAT(bias({"a"}, {"b", "a"}), ContainsSubstring("'a' is in"));
  const BiasedWords words{ids_of(e, {"a"}), ids_of(e, {"b"})};
  CHECK_THAT(option_error_of([&] { cluster_bias(e, words, {.repeats = 0}); }), ContainsSubstring("repeats"));
  CHECK_THAT(option_error_of([&] { cluster_bias(e, words, {.restarts = 0}); }), ContainsSubstring("restarts"));
  BootstrapOptions none;
  none.resamples = 0;
  CHECK_THAT(option_error_of([&] { cluster_bias(e, words, {.bootstrap = none}); }), ContainsSubstring("resamples"));
}
