#include "equivec/evaluate/neighbor_recall.hpp"

#include "equivec/base/error.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace equivec;

TEST_CASE("neighbor recall: it is 1 for the same vectors, at any length") {
  const Embeddings e = random_embeddings(300, 8, 1);
  const NeighborRecall same = neighbor_recall(e, normalized(e));
  CHECK(same.words == 300);
  CHECK(same.value == 1.0);
  CHECK(neighbor_recall(e, e, {.words = 20}).words == 20);
}

TEST_CASE("neighbor recall: a hand-worked value") {
  const Embeddings before = embeddings({{"a", {1, 0}}, {"b", {1, 0.1F}}, {"c", {0, 1}}, {"zero", {0, 0}}});
  const Embeddings after = embeddings({{"a", {1, 0}}, {"b", {0, 1}}, {"c", {0.1F, 1}}, {"zero", {0, 0}}});
  // a's nearest is b, then c; b's a, then c; c's b in both.
  const NeighborRecall recall = neighbor_recall(before, after, {.neighbors = 1});
  CHECK(recall.words == 3);
  CHECK(recall.value == Approx(1.0 / 3));
}

TEST_CASE("neighbor recall: without a neighbour there is none") {
  CHECK_FALSE(neighbor_recall(embeddings({{"a", {1}}}), embeddings({{"a", {1}}})).value);
}

TEST_CASE("neighbor recall: other words are an error, and so is nothing to ask for") {
  const Embeddings e = random_embeddings(3, 2, 2);
  CHECK_THROWS_AS(neighbor_recall(e, random_embeddings(4, 2, 2)), Error);
  CHECK_THROWS_AS(neighbor_recall(embeddings({{"a", {1}}}), embeddings({{"b", {1}}})), Error);
  CHECK_THROWS_AS(neighbor_recall(e, e, {.words = 0}), OptionError);
  CHECK_THROWS_AS(neighbor_recall(e, e, {.neighbors = 0}), OptionError);
}
