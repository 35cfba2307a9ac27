#include "equivec/base/types.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/bias/ect.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "association_support.hpp"
#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>

using namespace equivec;

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
