#include "equivec/base/error.hpp"
#include "equivec/bias/sembias.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "subspaces.hpp"
#include "support.hpp"

#include <array>

using namespace equivec;

namespace {

/// Vectors in the plane; she - he is along the first axis.
Embeddings pairs_of_words() {
  return embeddings({{"he", {-4, 3}},
                     {"she", {4, 3}},
                     {"left", {-3, 4}},
                     {"right", {3, 4}},
                     {"up", {0, 1}},
                     {"down", {0, -1}},
                     {"zero", {0, 0}},
                     {"upper", {0, 1.7F}}});
}

using Kinds = std::vector<PairKind>;

PairQuestion question_of(const Embeddings& e, const std::vector<std::array<std::string, 2>>& pairs) {
  std::vector<PairQuestion::Pair> found;
  for (const auto& [his, hers] : pairs) found.push_back({id_of(e, his), id_of(e, hers)});
  return {found[0], found[1], {found.begin() + 2, found.end()}};
}

}  // namespace

TEST_CASE("choice of pairs: the largest cosine with the direction is chosen") {
  const Embeddings e = pairs_of_words();
  // Cosines: he to she 1, left to up 0.6 / sqrt(0.4), up to down 0, up to left negative.
  const std::vector<PairQuestion> questions = {
      question_of(e, {{"he", "she"}, {"left", "up"}, {"up", "down"}, {"up", "left"}}),
      question_of(e, {{"left", "up"}, {"he", "she"}, {"up", "down"}, {"up", "left"}}),
      question_of(e, {{"left", "up"}, {"up", "down"}, {"up", "left"}, {"he", "she"}}),
      question_of(e, {{"up", "down"}, {"up", "left"}, {"left", "up"}, {"up", "left"}}),
      question_of(e, {{"up", "down"}, {"left", "up"}}),
      question_of(e, {{"up", "left"}, {"she", "he"}, {"right", "up"}})};
  CHECK(choose_pairs(e, first_axis(2), questions) == Kinds{PairKind::definition, PairKind::stereotype, PairKind::none,
                                                           PairKind::none, PairKind::stereotype, PairKind::definition});
  CHECK(choose_pairs(e, first_axis(2), {}).empty());
}

TEST_CASE("choice of pairs: the order of the words in a pair matters") {
  const Embeddings e = pairs_of_words();
  const std::vector<PairQuestion> questions = {question_of(e, {{"he", "she"}, {"up", "left"}, {"up", "down"}})};
  CHECK(choose_pairs(e, first_axis(2), questions) == Kinds{PairKind::definition});
  CHECK(choose_pairs(e, along({-1, 0}), questions) == Kinds{PairKind::stereotype});
}

TEST_CASE("choice of pairs: a pair is judged by its vectors' directions, not their lengths") {
  // Without scaling, the definition's vectors differ more across the axis than along it.
  const Embeddings e = embeddings({{"he", {-4, 3}}, {"she", {400, 300}}, {"left", {-3, 4}}, {"up", {0, 1}}});
  const std::vector<PairQuestion> questions = {question_of(e, {{"he", "she"}, {"left", "up"}})};
  CHECK(choose_pairs(e, first_axis(2), questions) == Kinds{PairKind::definition});
}

TEST_CASE("choice of pairs: ties go to definition, then none, then stereotype") {
  const Embeddings e = pairs_of_words();
  const std::vector<PairQuestion> questions = {question_of(e, {{"he", "she"}, {"left", "right"}, {"left", "right"}}),
                                               question_of(e, {{"up", "down"}, {"he", "she"}, {"left", "right"}}),
                                               question_of(e, {{"he", "she"}, {"left", "right"}, {"up", "down"}})};
  CHECK(choose_pairs(e, first_axis(2), questions) == Kinds{PairKind::definition, PairKind::none, PairKind::definition});
}

TEST_CASE("choice of pairs: a pair without a difference is not chosen") {
  const Embeddings e = pairs_of_words();
  const std::vector<PairQuestion> questions = {
      question_of(e, {{"up", "upper"}, {"right", "left"}, {"zero", "zero"}, {"up", "up"}}),
      question_of(e, {{"she", "he"}, {"up", "upper"}, {"zero", "zero"}})};
  CHECK(choose_pairs(e, first_axis(2), questions) == Kinds{PairKind::stereotype, PairKind::definition});
}

TEST_CASE("choice of pairs: questions without a choice and subspaces that do not fit are errors") {
  const Embeddings e = pairs_of_words();
  const std::vector<PairQuestion> questions = {question_of(e, {{"he", "she"}, {"left", "up"}}),
                                               question_of(e, {{"up", "upper"}, {"zero", "zero"}, {"up", "up"}})};
  CHECK_THROWS_WITH(
      choose_pairs(e, first_axis(2), questions),
      "question 2 of pairs: in no pair do the vectors of the two words differ in direction; leave it out");
  CHECK_THROWS_AS(choose_pairs(e, first_axis(3), questions), Error);
  CHECK_THROWS_WITH(choose_pairs(embeddings({{"a", {1, 2, 3}}}), two_axes(), {}),
                    "questions of pairs need a bias subspace of rank 1, got rank 2");
}
