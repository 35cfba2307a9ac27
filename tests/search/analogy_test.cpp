#include "equivec/base/types.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/search/neighbors.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

using namespace equivec;

namespace {

std::vector<std::string> words_of(const Embeddings& e, const std::vector<Neighbor>& answers) {
  std::vector<std::string> result;
  for (const Neighbor& answer : answers) result.emplace_back(e.vocabulary().word(answer.word));
  return result;
}

std::vector<Neighbor> ask(const NearestNeighbors& index, const std::string& a, const std::string& b,
                          const std::string& c, std::size_t count, const AnalogyOptions& options = {}) {
  const Embeddings& e = index.embeddings();
  const Analogy question{{{id_of(e, a), id_of(e, b)}}, id_of(e, c)};
  return solve(index, std::span(&question, 1), count, options).at(0);
}

/// The score of every word by the formulas, in double.
double formula(const Embeddings& e, const Analogy& question, const AnalogyOptions& options, WordId d) {
  const auto unit = [&](WordId word) { return exact_row(e, word).normalized().eval(); };
  const auto cos = [](const Eigen::VectorXd& x, const Eigen::VectorXd& y) {
    return x.normalized().dot(y.normalized());
  };
  const auto [a, b] = question.pairs.front();
  const WordId c = question.c;
  switch (options.method) {
    case AnalogyMethod::cos_add:
      return cos(unit(d), unit(b) - unit(a) + unit(c));
    case AnalogyMethod::cos_mul: {
      const auto s = [&](WordId x) { return (1 + cos(unit(d), unit(x))) / 2; };
      return s(b) * s(c) / (s(a) + options.epsilon);
    }
    case AnalogyMethod::pair_direction:
      return cos(unit(d) - unit(c), unit(b) - unit(a));
    case AnalogyMethod::squared_difference:
      return -(exact_row(e, b) - exact_row(e, a) - (exact_row(e, d) - exact_row(e, c))).squaredNorm();
    default: {
      Eigen::VectorXd sum = unit(c);
      for (const auto& pair : question.pairs)
        sum += (unit(pair.b) - unit(pair.a)) / static_cast<double>(question.pairs.size());
      return cos(unit(d), sum);
    }
  }
}

}  // namespace

TEST_CASE("analogy: the answer is nearest to b - a + c") {
  const Embeddings e = embeddings(
      {{"man", {1, 0, 0}}, {"king", {0, 1, 0}}, {"woman", {0, 0, 1}}, {"apple", {1, 1, 1}}, {"queen", {-1, 1, 1}}});
  const NearestNeighbors index(e);
  const auto answers = ask(index, "man", "king", "woman", 2);
  REQUIRE(words_of(e, answers) == std::vector<std::string>{"queen", "apple"});
  CHECK(answers[0].similarity == Approx(1).margin(0x1p-20));
  CHECK(answers[1].similarity == Approx(1 / 3.0).margin(0x1p-20));
  CHECK(ask(index, "man", "king", "woman", 1).size() == 1);
}

TEST_CASE("analogy: the three words are never the answer") {
  const Embeddings e = embeddings({{"a", {1, 0.1F}}, {"b", {1, 0}}, {"c", {1, 0.2F}}, {"far", {-1, 0}}});
  const NearestNeighbors index(e);
  const auto answers = ask(index, "a", "b", "c", 10);
  CHECK(words_of(e, answers) == std::vector<std::string>{"far"});
  // The same word may stand twice in a question.
  CHECK(ask(index, "a", "a", "c", 10).size() == 2);
}

TEST_CASE("analogy: only the directions of the words count") {
  // The same directions as in the first test, with lengths that would turn the sum of the rows themselves elsewhere.
  const Embeddings e = embeddings(
      {{"man", {50, 0, 0}}, {"king", {0, 0.1F, 0}}, {"woman", {0, 0, 7}}, {"apple", {9, 9, 9}}, {"queen", {-1, 1, 1}}});
  const auto answers = ask(NearestNeighbors(e), "man", "king", "woman", 1);
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].word == id_of(e, "queen"));
  CHECK(answers[0].similarity == Approx(1).margin(0x1p-20));
}

TEST_CASE("analogy: every method's answers are those of its formula in double", "[slow]") {
  const Embeddings e = random_embeddings(700, GENERATE(13, 100), 31);
  AnalogyOptions options;
  options.method = GENERATE(AnalogyMethod::cos_add, AnalogyMethod::cos_mul, AnalogyMethod::pair_direction,
                            AnalogyMethod::squared_difference, AnalogyMethod::cos_average);
  options.include_query = GENERATE(false, true);
  CAPTURE(name_of(options.method), options.include_query);
  const NearestNeighbors index(e, 0, 0, metric_of(options.method));
  const std::size_t questions = GENERATE(1u, 40u);
  std::vector<Analogy> asked;
  for (std::size_t i = 0; i < questions; ++i) {
    asked.push_back({{{word_id(7 * i), word_id(5 * i + 1)}}, word_id(3 * i + 2)});
    if (takes_pairs(options.method)) asked.back().pairs.push_back({word_id(2 * i + 100), word_id(i + 200)});
    asked.back().exclude = {word_id(i + 300)};
  }
  const auto answers = solve(index, asked, 3, options);
  REQUIRE(answers.size() == questions);
  for (std::size_t i = 0; i < questions; ++i) {
    std::set<WordId> excluded = {word_id(i + 300)};
    if (!options.include_query) {
      excluded.insert(asked[i].c);
      if (!takes_pairs(options.method)) excluded.insert({asked[i].pairs[0].a, asked[i].pairs[0].b});
    }
    std::vector<double> scores;
    for (std::size_t d = 0; d < e.size(); ++d)
      // In the direction of c from c there is none: such a word is never an answer before others.
      if (!excluded.contains(word_id(d)))
        scores.push_back(options.method == AnalogyMethod::pair_direction && word_id(d) == asked[i].c
                             ? -1
                             : formula(e, asked[i], options, word_id(d)));
    std::ranges::sort(scores, std::greater<>());
    REQUIRE(answers[i].size() == 3);
    for (std::size_t k = 0; k < 3; ++k) {
      CHECK(static_cast<double>(answers[i][k].similarity) == Approx(scores[k]).epsilon(1e-6));
      CHECK(formula(e, asked[i], options, answers[i][k].word) == Approx(scores[k]).epsilon(1e-6));
      CHECK_FALSE(excluded.contains(answers[i][k].word));
    }
  }
}

TEST_CASE("analogy: 3CosMul prefers what is near to both where 3CosAdd takes what is very near to one") {
  // Hand-worked with cosines (to a, b, c): first (0, 0.95, 0.05), second (0, 0.49, 0.49).
  // 3CosAdd 1.00 and 0.98. 3CosMul 0.975 * 0.525 / 0.501 = 1.022 and 0.745^2 / 0.501 = 1.108.
  const auto word = [](float b, float c) { return std::vector<float>{0, b, c, std::sqrt(1 - b * b - c * c)}; };
  const Embeddings e = embeddings({{"a", {1, 0, 0, 0}},
                                   {"b", {0, 1, 0, 0}},
                                   {"c", {0, 0, 1, 0}},
                                   {"first", word(0.95F, 0.05F)},
                                   {"second", word(0.49F, 0.49F)}});
  const NearestNeighbors index(e);
  CHECK(words_of(e, ask(index, "a", "b", "c", 2)) == std::vector<std::string>{"first", "second"});
  AnalogyOptions options;
  options.method = AnalogyMethod::cos_mul;
  const auto answers = ask(index, "a", "b", "c", 2, options);
  CHECK(words_of(e, answers) == std::vector<std::string>{"second", "first"});
  CHECK(answers[0].similarity == Approx(0.745 * 0.745 / 0.501).epsilon(1e-6));
  CHECK(answers[1].similarity == Approx(0.975 * 0.525 / 0.501).epsilon(1e-6));
  options.epsilon = 0.1;
  CHECK(ask(index, "a", "b", "c", 1, options).at(0).similarity == Approx(0.745 * 0.745 / 0.6).epsilon(1e-6));
}

TEST_CASE("analogy: LRCos answers with the class of the targets where the offset alone is misled") {
  // Targets have the second coordinate; c's namesake among others is nearer than its target, but of no such class.
  Rows rows;
  for (int i = 0; i < 8; ++i) {
    std::vector<float> own(12, 0);
    own[static_cast<std::size_t>(3 + i)] = 2;
    rows.push_back({"source" + std::to_string(i), own});
    rows.push_back({"target" + std::to_string(i), own});
    rows[rows.size() - 2].second[0] = 1;
    rows.back().second[1] = 1.5F;
  }
  const Embeddings e = embeddings(rows);
  const NearestNeighbors index(e);
  Analogy question{{}, id_of(e, "source7")};
  for (int i = 0; i < 7; ++i)
    question.pairs.push_back({id_of(e, "source" + std::to_string(i)), id_of(e, "target" + std::to_string(i))});
  AnalogyOptions options;
  options.method = AnalogyMethod::logistic;
  const auto answers = solve(index, std::span(&question, 1), 20, options).at(0);
  REQUIRE(answers.size() == 15);  // all but c
  CHECK(words_of(e, answers)[0] == "target7");
  const auto again = solve(index, std::span(&question, 1), 20, options).at(0);
  CHECK(answers == again);
}

TEST_CASE("analogy: answers do not depend on how many questions are asked at once") {
  const Embeddings e = random_embeddings(3000, 50, 5);
  AnalogyOptions options;
  options.method = GENERATE(AnalogyMethod::cos_add, AnalogyMethod::cos_mul, AnalogyMethod::pair_direction,
                            AnalogyMethod::cos_average, AnalogyMethod::logistic);
  const NearestNeighbors index(e);
  std::vector<Analogy> asked;
  // More words than one batch takes.
  for (std::size_t i = 0; i < 500; ++i) asked.push_back({{{word_id(i), word_id(i + 500)}}, word_id(i + 1000)});
  const auto together = solve(index, asked, 5, options);
  for (std::size_t i = 0; i < asked.size(); i += 37)
    CHECK(solve(index, std::span(&asked[i], 1), 5, options).at(0) == together[i]);
}

TEST_CASE("analogy: a question that the method cannot take is an error") {
  const Embeddings e = random_embeddings(10, 3, 1);
  const NearestNeighbors index(e);
  const Analogy none{{}, word_id(0)}, two{{{word_id(1), word_id(2)}, {word_id(3), word_id(4)}}, word_id(0)};
  AnalogyOptions options;
  CHECK_THAT(error_of([&] { solve(index, std::span(&two, 1), 1, options); }),
             ContainsSubstring("has 2 pairs, expected one"));
  CHECK_THAT(error_of([&] { solve(index, std::span(&none, 1), 1, options); }), ContainsSubstring("has 0 pairs"));
  options.method = AnalogyMethod::cos_average;
  CHECK(solve(index, std::span(&two, 1), 1, options).at(0).size() == 1);
  CHECK_THAT(error_of([&] { solve(index, std::span(&none, 1), 1, options); }), ContainsSubstring("expected some"));
  options.method = AnalogyMethod::squared_difference;
  CHECK_THAT(error_of([&] { solve(index, std::span(&two, 1), 1, options); }),
             ContainsSubstring("searches by euclidean"));
}

TEST_CASE("analogy: a question without direction has no answer") {
  const Embeddings e = embeddings({{"a", {1, 0}}, {"b", {0, 0}}, {"c", {1, 0}}, {"d", {0, 1}}});
  // 3CosAdd: b - a + c is nothing.
  CHECK(ask(NearestNeighbors(e), "a", "b", "c", 3).empty());
}
