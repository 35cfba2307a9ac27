#include "equivec/analogy.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>

using namespace equivec;

namespace {

std::vector<std::string> words_of(const Embeddings& e, const std::vector<Neighbor>& answers) {
  std::vector<std::string> result;
  for (const Neighbor& answer : answers) result.emplace_back(e.vocabulary().word(answer.word));
  return result;
}

}  // namespace

TEST_CASE("analogy: the answer is nearest to b - a + c") {
  const Embeddings e = embeddings(
      {{"man", {1, 0, 0}}, {"king", {0, 1, 0}}, {"woman", {0, 0, 1}}, {"apple", {1, 1, 1}}, {"queen", {-1, 1, 1}}});
  const NearestNeighbors index(e);
  const auto answers = solve(index, {id_of(e, "man"), id_of(e, "king"), id_of(e, "woman")}, 2);
  REQUIRE(words_of(e, answers) == std::vector<std::string>{"queen", "apple"});
  CHECK(answers[0].similarity == Approx(1).margin(0x1p-20));
  CHECK(answers[1].similarity == Approx(1 / 3.0).margin(0x1p-20));
  CHECK(solve(index, {id_of(e, "man"), id_of(e, "king"), id_of(e, "woman")}).size() == 1);
}

TEST_CASE("analogy: the three words are never the answer") {
  const Embeddings e = embeddings({{"a", {1, 0.1F}}, {"b", {1, 0}}, {"c", {1, 0.2F}}, {"far", {-1, 0}}});
  const NearestNeighbors index(e);
  const auto answers = solve(index, {word_id(0), word_id(1), word_id(2)}, 10);
  CHECK(words_of(e, answers) == std::vector<std::string>{"far"});
  // The same word may stand twice in a question.
  CHECK(solve(index, {word_id(0), word_id(0), word_id(2)}, 10).size() == 2);
}

TEST_CASE("analogy: only the directions of the words count") {
  // The same directions as in the first test, with lengths that would turn the sum of the rows themselves elsewhere.
  const Embeddings e = embeddings(
      {{"man", {50, 0, 0}}, {"king", {0, 0.1F, 0}}, {"woman", {0, 0, 7}}, {"apple", {9, 9, 9}}, {"queen", {-1, 1, 1}}});
  const auto answers = solve(NearestNeighbors(e), {word_id(0), word_id(1), word_id(2)});
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].word == id_of(e, "queen"));
  CHECK(answers[0].similarity == Approx(1).margin(0x1p-20));
}

TEST_CASE("analogy: answers are those of the formula in double") {
  const Embeddings e = random_embeddings(500, 13, 31);
  const NearestNeighbors index(e);
  const auto unit = [&](std::size_t i) { return exact_row(e, word_id(i)).normalized().eval(); };
  for (std::size_t i = 0; i < 20; ++i) {
    const std::size_t a = 7 * i, b = 5 * i + 1, c = 3 * i + 2;
    const Eigen::VectorXd target = (unit(b) - unit(a) + unit(c)).normalized();
    const auto answers = solve(index, {word_id(a), word_id(b), word_id(c)});
    double best = -2;
    for (std::size_t d = 0; d < e.size(); ++d)
      if (d != a && d != b && d != c) best = std::max(best, unit(d).dot(target));
    REQUIRE(answers.size() == 1);
    // Thirteen products in float, of a target that is rounded itself.
    CHECK(static_cast<double>(answers[0].similarity) == Approx(best).margin(40 * 0x1p-24));
    CHECK(unit(equivec::index(answers[0].word)).dot(target) == Approx(best).margin(40 * 0x1p-24));
  }
}
