#include "equivec/evaluate.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>

using namespace equivec;
namespace fs = std::filesystem;

namespace {

/// man is to king as woman is to queen; apple is the best of the others.
Rows royal_rows() {
  return {{"man", {1, 0, 0}}, {"king", {0, 1, 0}}, {"woman", {0, 0, 1}}, {"queen", {-1, 1, 1}}, {"apple", {1, 1, 1}}};
}

AnalogySet questions(std::vector<AnalogySet::Question> list) {
  AnalogySet set;
  set.name = "test";
  set.sections.push_back({"only", std::move(list)});
  return set;
}

SimilaritySet pairs(std::vector<SimilaritySet::Pair> list) { return {"test", std::move(list)}; }

EvaluateOptions as_written() {
  EvaluateOptions options;
  options.fold_case = false;
  return options;
}

}  // namespace

TEST_CASE("correlation: hand-worked values") {
  const std::vector<double> x = {1, 2, 3}, y = {1, 2, 4};
  // dx = -1, 0, 1 and dy = -4/3, -1/3, 5/3: 3 / sqrt(2 * 42/9).
  CHECK(pearson(x, y).value() == Approx(3 / std::sqrt(28.0 / 3)).epsilon(1e-15));
  CHECK(spearman(x, y).value() == Approx(1).epsilon(1e-15));
  // d = 0, -1, 1, -1, 1: 1 - 6 * 4 / (5 * 24).
  const std::vector<double> a = {10, 20, 30, 40, 50}, b = {1, 3, 2, 5, 4};
  CHECK(spearman(a, b).value() == Approx(0.8).epsilon(1e-15));
  const std::vector<double> down = {5, 4, 3, 2, 1};
  CHECK(spearman(a, down).value() == Approx(-1).epsilon(1e-15));
  CHECK(pearson(a, down).value() == Approx(-1).epsilon(1e-15));
}

TEST_CASE("correlation: ties have the mean of their ranks") {
  // Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: 4.5 / sqrt(4.5 * 5).
  const std::vector<double> x = {1, 2, 2, 3}, y = {1, 3, 2, 4};
  CHECK(spearman(x, y).value() == Approx(std::sqrt(0.9)).epsilon(1e-15));
  // Ranks 2, 2, 2, 4, 5 and 1.5, 3, 1.5, 4.5, 4.5, with means 3: 7.5 / sqrt(8 * 9).
  const std::vector<double> a = {7, 7, 7, 8, 9}, b = {-1, 0, -1, 2, 2};
  CHECK(spearman(a, b).value() == Approx(7.5 / std::sqrt(72.0)).epsilon(1e-15));
}

TEST_CASE("correlation: it does not depend on the order of the pairs and Spearman's on nothing but ranks") {
  const std::vector<double> x = {3, 1, 2, 2, 5, 4}, y = {1, 1, 3, 2, 9, 4};
  const std::vector<double> x2 = {4, 5, 2, 2, 1, 3}, y2 = {4, 9, 2, 3, 1, 1};
  CHECK(spearman(x, y).value() == Approx(spearman(x2, y2).value()).epsilon(1e-15));
  CHECK(pearson(x, y).value() == Approx(pearson(x2, y2).value()).epsilon(1e-15));
  std::vector<double> exponential;
  for (const double v : x) exponential.push_back(std::exp(v));
  CHECK(spearman(x, y).value() == Approx(spearman(exponential, y).value()).epsilon(1e-15));
}

TEST_CASE("correlation: there is none for fewer than two values or a constant side") {
  const std::vector<double> none, one = {1}, three = {1, 2, 3};
  CHECK_FALSE(pearson(none, none));
  CHECK_FALSE(spearman(none, none));
  CHECK_FALSE(pearson(one, one));
  CHECK_FALSE(spearman(one, one));
  // The mean of three or ten times 0.1 is not 0.1 in double.
  const double constant = GENERATE(0.0, 0.1, 1e300, -7.3);
  const std::vector<double> same(3, constant), many(10, constant), ten = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  CHECK_FALSE(pearson(same, three));
  CHECK_FALSE(pearson(three, same));
  CHECK_FALSE(spearman(same, three));
  CHECK_FALSE(pearson(ten, many));
  CHECK_FALSE(spearman(many, ten));
}

TEST_CASE("correlation: large numbers that differ little lose nothing") {
  const std::vector<double> x = {1e9 + 1, 1e9 + 2, 1e9 + 4}, y = {1, 2, 4};
  CHECK(pearson(x, y).value() == Approx(1).epsilon(1e-15));
  CHECK(pearson(x, y).value() <= 1);
}

TEST_CASE("analogy file: sections and questions are read") {
  const TemporaryDirectory directory;
  const auto file = directory.file("questions.txt",
                                   ": capital cities\nAthens Greece Oslo Norway\nRome\tItaly  Paris France\r\n"
                                   ": empty\n: family\nboy girl man woman");
  const AnalogySet set = read_analogies(file);
  REQUIRE(set.sections.size() == 3);
  CHECK(set.sections[0].name == "capital cities");
  REQUIRE(set.sections[0].questions.size() == 2);
  CHECK(set.sections[0].questions[1].a == "Rome");
  CHECK(set.sections[0].questions[1].d == "France");
  CHECK(set.sections[1].questions.empty());
  CHECK(set.sections[2].name == "family");
  CHECK(set.sections[2].questions.at(0).c == "man");
}

TEST_CASE("analogy file: questions need no section") {
  const TemporaryDirectory directory;
  const AnalogySet set = read_analogies(directory.file("questions.txt", "a b c d\ne f g h\n"));
  std::size_t count = 0;
  for (const auto& section : set.sections) count += section.questions.size();
  CHECK(count == 2);
}

TEST_CASE("analogy file: a line that has not four words is named") {
  const TemporaryDirectory directory;
  const std::string line = GENERATE("a b c", "a", "a b c d e");
  const auto file = directory.file("questions.txt", ": section\na b c d\n" + line + "\n");
  CHECK_THAT(error_of([&] { read_analogies(file); }), ContainsSubstring(file.string() + ":3"));
}

TEST_CASE("analogy file: one without a question or that is not there is an error that names it") {
  const TemporaryDirectory directory;
  for (const char* const text : {"", "\n", ": section\n"}) {
    const auto file = directory.file("questions.txt", text);
    CHECK_THAT(error_of([&] { read_analogies(file); }), ContainsSubstring(file.string()));
  }
  CHECK_THAT(error_of([&] { read_analogies(directory / "absent"); }),
             ContainsSubstring((directory / "absent").string()));
}

TEST_CASE("analogies: right and wrong answers and missing words are counted") {
  const Embeddings e = embeddings(royal_rows());
  const AnalogyResult result = evaluate(e, questions({{"man", "king", "woman", "queen"},
                                                      {"man", "king", "woman", "apple"},
                                                      {"man", "king", "woman", "duchess"},
                                                      {"nobody", "king", "woman", "queen"}}));
  CHECK(result.all.correct == 1);
  CHECK(result.all.total == 2);
  CHECK(result.all.missing == 2);
  CHECK(result.all.accuracy().value() == 0.5);
  REQUIRE(result.sections.size() == 1);
  CHECK(result.sections[0].name == "only");
  CHECK(result.sections[0].correct == 1);
}

TEST_CASE("analogies: each section has its own score and all of them the sum") {
  const Embeddings e = embeddings(royal_rows());
  AnalogySet set;
  set.sections = {{"good", {{"man", "king", "woman", "queen"}}},
                  {"bad", {{"man", "king", "woman", "apple"}, {"man", "king", "woman", "apple"}}},
                  {"unknown", {{"x", "y", "z", "w"}}}};
  const AnalogyResult result = evaluate(e, set);
  REQUIRE(result.sections.size() == 3);
  CHECK(result.sections[0].name == "good");
  CHECK(result.sections[0].accuracy().value() == 1);
  CHECK(result.sections[1].accuracy().value() == 0);
  CHECK_FALSE(result.sections[2].accuracy());
  CHECK(result.sections[2].missing == 1);
  CHECK(result.all.correct == 1);
  CHECK(result.all.total == 3);
  CHECK(result.all.missing == 1);
}

TEST_CASE("analogies: case does not count unless told") {
  const Embeddings e = embeddings(royal_rows());
  const AnalogySet set = questions({{"Man", "KING", "woman", "Queen"}});
  CHECK(evaluate(e, set).all.correct == 1);
  CHECK(evaluate(e, set, as_written()).all.missing == 1);
  CHECK(evaluate(e, questions({{"man", "king", "woman", "queen"}}), as_written()).all.correct == 1);
}

TEST_CASE("analogies: an answer in another case is right if case does not count") {
  Rows rows = royal_rows();
  rows[3] = {"Queen", {-1, 1, 1}};
  rows.push_back({"queen", {1, 1, -1}});
  const AnalogySet set = questions({{"man", "king", "woman", "queen"}});
  CHECK(evaluate(embeddings(rows), set).all.correct == 1);
  CHECK(evaluate(embeddings(rows), set, as_written()).all.correct == 0);
}

TEST_CASE("analogies: the first of the words that fold alike counts") {
  // king stands twice, and only with the first of them queen is the answer. With the other it is pear.
  Rows rows = royal_rows();
  rows.push_back({"pear", {0.5F, 0, 1}});
  rows.push_back({"King", {1, 0, 0}});
  CHECK(evaluate(embeddings(rows), questions({{"man", "KING", "woman", "queen"}})).all.correct == 1);
  std::swap(rows[1].second, rows.back().second);
  CHECK(evaluate(embeddings(rows), questions({{"man", "KING", "woman", "queen"}})).all.correct == 0);
}

TEST_CASE("analogies: the words of a question are no answer in any case") {
  // Without this rule Woman would be the answer.
  Rows rows = royal_rows();
  rows[3].second = {-1, 1, 0.5F};
  rows.push_back({"Woman", {-1, 1, 1}});
  const AnalogySet set = questions({{"man", "king", "woman", "queen"}});
  CHECK(evaluate(embeddings(rows), set).all.correct == 1);
  CHECK(evaluate(embeddings(rows), set, as_written()).all.correct == 0);
}

TEST_CASE("analogies: only A to Z are folded") {
  Rows rows = royal_rows();
  rows[3].first = "\xc3\xa9lan";  // with a small e acute
  CHECK(evaluate(embeddings(rows), questions({{"man", "king", "woman", "\xc3\xa9LAN"}})).all.correct == 1);
  CHECK(evaluate(embeddings(rows), questions({{"man", "king", "woman", "\xc3\x89lan"}})).all.missing == 1);
}

TEST_CASE("analogies: words beyond the restriction are neither known nor answers") {
  Rows rows = royal_rows();
  rows.push_back({"best", {-1, 1, 1}});
  rows[3].second = {-1, 1, 0.9F};
  const Embeddings e = embeddings(rows);
  EvaluateOptions options;
  const AnalogySet set = questions({{"man", "king", "woman", "queen"}, {"man", "king", "woman", "best"}});
  CHECK(evaluate(e, set, options).all.total == 2);
  CHECK(evaluate(e, set, options).all.correct == 1);
  options.restrict = 5;
  CHECK(evaluate(e, set, options).all.missing == 1);
  CHECK(evaluate(e, set, options).all.correct == 1);
  options.restrict = 3;
  CHECK(evaluate(e, set, options).all.missing == 2);
  CHECK_FALSE(evaluate(e, set, options).all.accuracy());
}

TEST_CASE("analogies: threads change nothing and questions are counted") {
  const Embeddings e = random_embeddings(300, 7, 41);
  std::vector<AnalogySet::Question> list;
  Rng rng(42);
  const auto word = [&] { return "w" + std::to_string(rng.below(300)); };
  for (int i = 0; i < 400; ++i) list.push_back({word(), word(), word(), word()});
  const AnalogySet set = questions(list);
  EvaluateOptions options;
  options.threads = 1;
  const AnalogyResult expected = evaluate(e, set, options);
  CHECK(expected.all.total == 400);
  options.threads = 3;
  Progress progress;
  const AnalogyResult result = evaluate(e, set, options, &progress);
  CHECK(result.all.correct == expected.all.correct);
  CHECK(progress.done == 400);
  CHECK(progress.total == 400);
  progress.cancelled = true;
  CHECK_THROWS_AS(evaluate(e, set, options, &progress), Cancelled);
}

TEST_CASE("similarity file: columns stand between tabs or commas or semicolons or blanks") {
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

TEST_CASE("similarity file: one that is not there is named") {
  const TemporaryDirectory directory;
  CHECK_THAT(error_of([&] { read_similarities(directory / "absent"); }),
             ContainsSubstring((directory / "absent").string()));
}

TEST_CASE("similarities: cosines are compared with the scores and unknown pairs left out") {
  // Cosines 1, 0.8, 0.6 and 0: in the order of the scores but for the last two.
  const Embeddings e =
      embeddings({{"x", {2, 0}}, {"same", {5, 0}}, {"near", {4, 3}}, {"far", {3, 4}}, {"other", {0, 1}}});
  const SimilarityResult result = evaluate(
      e, pairs({{"x", "same", 9}, {"x", "near", 7}, {"x", "far", 1}, {"x", "other", 3}, {"x", "unknown", 100}}));
  CHECK(result.name == "test");
  CHECK(result.pairs == 4);
  CHECK(result.missing == 1);
  // d = 0, 0, 1, -1: 1 - 6 * 2 / (4 * 15).
  CHECK(result.spearman.value() == Approx(0.8).epsilon(1e-15));
  const std::vector<double> cosines = {1, 0.8, 0.6, 0}, scores = {9, 7, 1, 3};
  CHECK(result.pearson.value() == Approx(pearson(cosines, scores).value()).epsilon(1e-14));
}

TEST_CASE("similarities: case and restriction count as told") {
  const Embeddings e = embeddings({{"x", {1, 0}}, {"a", {1, 1}}, {"b", {0, 1}}, {"A", {-1, 0}}});
  const SimilaritySet set = pairs({{"X", "a", 3}, {"x", "B", 2}, {"x", "A", 1}});
  CHECK(evaluate(e, set).pairs == 3);
  CHECK(evaluate(e, set, as_written()).pairs == 1);
  CHECK(evaluate(e, set, as_written()).missing == 2);
  EvaluateOptions first;
  first.restrict = 2;
  CHECK(evaluate(e, set, first).pairs == 2);
  CHECK(evaluate(e, set, first).missing == 1);
}

TEST_CASE("similarities: what cannot be correlated is nothing") {
  const Embeddings e = embeddings({{"x", {1, 0}}, {"a", {1, 1}}, {"b", {0, 1}}});
  CHECK_FALSE(evaluate(e, pairs({})).spearman);
  CHECK_FALSE(evaluate(e, pairs({{"x", "a", 1}})).pearson);
  CHECK_FALSE(evaluate(e, pairs({{"x", "a", 1}, {"x", "b", 1}})).spearman);
  CHECK_FALSE(evaluate(e, pairs({{"u", "v", 1}, {"w", "y", 2}})).pearson);
}

TEST_CASE("correlations: a value that is not finite makes them nothing rather than endless") {
  const std::vector<double> x = {1, std::numeric_limits<double>::quiet_NaN(), 3};
  const std::vector<double> y = {1, 2, 3};
  CHECK_FALSE(pearson(x, y));
  CHECK_FALSE(spearman(x, y));
  CHECK_FALSE(spearman(y, x));
}

TEST_CASE("similarity file: the score is the first number after the words") {
  const TemporaryDirectory directory;
  write_file(directory / "simlex.txt", "word1\tword2\tPOS\tscore\nold\tnew\tA\t1.58\t2.72\n");
  const SimilaritySet set = read_similarities(directory / "simlex.txt");
  REQUIRE(set.pairs.size() == 1);
  CHECK(set.pairs[0].score == 1.58);
}
