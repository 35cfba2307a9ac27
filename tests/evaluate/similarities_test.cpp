#include "equivec/base/types.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/evaluate/similarities.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "outcomes_support.hpp"
#include "support.hpp"

#include <cmath>

using namespace equivec;

namespace {

SimilaritySet pairs(std::vector<SimilaritySet::Pair> list) { return {"test", std::move(list)}; }

}  // namespace

TEST_CASE("similarity file: columns are separated by tabs or commas or semicolons or spaces") {
  const TemporaryDirectory directory;
  const std::string separator = GENERATE(as<std::string>{}, "\t", ",", ";", " ");
  const auto line = [&](const std::string& a, const std::string& b, const std::string& c) {
    return a + separator + b + separator + c;
  };
  const bool heading = GENERATE(false, true);
  const auto file = directory.file("pairs.txt", (heading ? line("Word1", "Word2", "Score") + "\r\n" : "") +
                                                    "# a remark\n" + line("tiger", "cat", "7.35") +
                                                    "\r\n# another, 1, 2\n" + line("plane", "car", "-5e-1") +
                                                    separator + "more" + separator + "3\n" + line("a", "b", "10"));
  const SimilaritySet set = read_similarities(file);
  REQUIRE(set.pairs.size() == 3);
  CHECK(set.pairs[0].first == "tiger");
  CHECK(set.pairs[0].second == "cat");
  CHECK(set.pairs[0].score == 7.35);
  CHECK(set.pairs[1].second == "car");
  CHECK(set.pairs[1].score == -0.5);
  CHECK(set.pairs[2].score == 10);
}

TEST_CASE("similarity file: a line without two words and a number is named") {
  const TemporaryDirectory directory;
  const std::string line = GENERATE("c d", "c", "c d x", "c d nan");
  const auto file = directory.file("pairs.txt", "word1 word2 score\na b 1\n" + line + "\ne f 2\n");
  CHECK_THAT(error_of([&] { read_similarities(file); }), ContainsSubstring(file.string() + ":3"));
}

TEST_CASE("similarity file: a missing one is named") {
  const TemporaryDirectory directory;
  CHECK_THAT(error_of([&] { read_similarities(directory / "absent"); }),
             ContainsSubstring((directory / "absent").string()));
}

TEST_CASE("similarity file: the score is the first number after the words") {
  const TemporaryDirectory directory;
  write_file(directory / "simlex.txt", "word1\tword2\tPOS\tscore\nold\tnew\tA\t1.58\t2.72\n");
  const SimilaritySet set = read_similarities(directory / "simlex.txt");
  REQUIRE(set.pairs.size() == 1);
  CHECK(set.pairs[0].score == 1.58);
}

TEST_CASE("similarity file: a column that numbers the rows is skipped") {
  const TemporaryDirectory directory;
  const SimilaritySet set =
      read_similarities(directory.file("rw.csv", ",word1,word2,similarity\n0,squishing,squirt,5.88\n"));
  REQUIRE(set.pairs.size() == 1);
  CHECK(set.pairs[0].first == "squishing");
  CHECK(set.pairs[0].second == "squirt");
  CHECK(set.pairs[0].score == 5.88);
}

TEST_CASE("similarities: cosines are compared with the scores and unknown pairs left out") {
  // Cosines 1, 0.8, 0.6 and 0: in the order of the scores except for the last two.
  const Embeddings e =
      embeddings({{"x", {2, 0}}, {"same", {5, 0}}, {"near", {4, 3}}, {"far", {3, 4}}, {"other", {0, 1}}});
  const SimilarityResult result = evaluate(
      e, pairs({{"x", "same", 9}, {"x", "near", 7}, {"x", "far", 1}, {"x", "other", 3}, {"x", "unknown", 100}}));
  CHECK(result.name == "test");
  CHECK(result.known == 4);
  CHECK(result.missing == 1);
  // d = 0, 0, 1, -1: 1 - 6 * 2 / (4 * 15).
  CHECK(result.scores.at(0).spearman.value() == Approx(0.8).epsilon(1e-15));
  const std::vector<double> cosines = {1, 0.8, 0.6, 0}, scores = {9, 7, 1, 3};
  CHECK(result.scores.at(0).pearson.value() == Approx(pearson(cosines, scores).value()).epsilon(1e-14));
}

TEST_CASE("similarities: case folding and restriction are applied as set") {
  const Embeddings e = embeddings({{"x", {1, 0}}, {"a", {1, 1}}, {"b", {0, 1}}, {"A", {-1, 0}}});
  const SimilaritySet set = pairs({{"X", "a", 3}, {"x", "B", 2}, {"x", "A", 1}});
  CHECK(evaluate(e, set).known == 3);
  CHECK(evaluate(e, set, as_written()).known == 1);
  CHECK(evaluate(e, set, as_written()).missing == 2);
  EvaluateOptions first;
  first.restrict = 2;
  CHECK(evaluate(e, set, first).known == 2);
  CHECK(evaluate(e, set, first).missing == 1);
}

TEST_CASE("similarities: undefined correlations are empty") {
  const Embeddings e = embeddings({{"x", {1, 0}}, {"a", {1, 1}}, {"b", {0, 1}}});
  CHECK_FALSE(evaluate(e, pairs({})).scores.at(0).spearman);
  CHECK_FALSE(evaluate(e, pairs({{"x", "a", 1}})).scores.at(0).pearson);
  CHECK_FALSE(evaluate(e, pairs({{"x", "a", 1}, {"x", "b", 1}})).scores.at(0).spearman);
  CHECK_FALSE(evaluate(e, pairs({{"u", "v", 1}, {"w", "y", 2}})).scores.at(0).pearson);
}

TEST_CASE("similarities: missing words are handled by each rule") {
  // Cosines with the mean (2/3, 1/3): of x 2/sqrt5, of y 1/sqrt5.
  const Embeddings e = embeddings({{"x", {1, 0}}, {"y", {0, 1}}, {"z", {1, 0}}});
  const SimilaritySet set =
      pairs({{"x", "z", 9}, {"x", "y", 1}, {"x", "nobody", 5}, {"y", "nobody", 2}, {"no", "none", 8}});
  const SimilarityResult result = evaluate(e, set, as_written());
  CHECK(result.known == 2);
  CHECK(result.missing == 3);
  REQUIRE(result.scores.size() == 3);
  CHECK(result.scores[0].rule == MissingRule::drop);
  CHECK(result.scores[0].pairs == 2);
  CHECK(result.scores[0].pearson.value() == Approx(1).epsilon(1e-12));
  const std::vector<double> people = {9, 1, 5, 2, 8};
  CHECK(result.scores[1].rule == MissingRule::mean_vector);
  CHECK(result.scores[1].pairs == 5);
  // The mean is rounded to float.
  CHECK(
      result.scores[1].pearson.value() ==
      Approx(pearson(people, std::vector<double>{1, 0, 2 / std::sqrt(5), 1 / std::sqrt(5), 1}).value()).epsilon(1e-6));
  CHECK(result.scores[2].rule == MissingRule::zero);
  CHECK(result.scores[2].spearman.value() ==
        Approx(spearman(people, std::vector<double>{1, 0, 0, 0, 0}).value()).epsilon(1e-12));
}

TEST_CASE("similarities: if no word is missing the rules agree") {
  const Embeddings e = embeddings({{"x", {1, 0}}, {"y", {0, 1}}, {"z", {1, 1}}});
  const SimilarityResult result = evaluate(e, pairs({{"x", "y", 1}, {"x", "z", 3}, {"y", "z", 2}}), as_written());
  for (const SimilarityResult::Score& score : result.scores) {
    CHECK(score.pairs == 3);
    CHECK(score.spearman == result.scores[0].spearman);
  }
}

TEST_CASE("similarities: two results are compared on pairs that both know") {
  const Embeddings good = random_embeddings(60, 4, 1);
  std::vector<SimilaritySet::Pair> list;
  for (std::size_t i = 0; i + 1 < 60; ++i)
    list.push_back(
        {"w" + std::to_string(i), "w" + std::to_string(i + 1), cosine(good[word_id(i)], good[word_id(i + 1)])});
  const Embeddings bad = selected(random_embeddings(60, 4, 2), [] {
    std::vector<WordId> words;
    for (std::size_t i = 0; i < 50; ++i) words.push_back(word_id(i));
    return words;
  }());
  const SimilarityResult first = evaluate(good, pairs(list), as_written()),
                         second = evaluate(bad, pairs(list), as_written());
  CHECK(first.known == 59);
  CHECK(second.known == 49);
  const auto difference = compare(first, second, Correlation::spearman);
  REQUIRE(difference);
  CHECK(difference->value == Approx(1 - second.scores[0].spearman.value()).epsilon(1e-12));
  CHECK(difference->p_value.value() < 0.01);
  CHECK(compare(second, first, Correlation::spearman)->value == Approx(-difference->value).epsilon(1e-12));
}
