#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/evaluate/analogies.hpp"
#include "equivec/evaluate/categories.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/evaluate/outliers.hpp"
#include "equivec/evaluate/similarities.hpp"
#include "equivec/evaluate/synonyms.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <array>
#include <cmath>
#include <limits>

using namespace equivec;

namespace {

/// man is to king as woman is to queen; apple is the best of the others.
Rows royal_rows() {
  return {{"man", {1, 0, 0}}, {"king", {0, 1, 0}}, {"woman", {0, 0, 1}}, {"queen", {-1, 1, 1}}, {"apple", {1, 1, 1}}};
}

using Question = std::array<std::string, 4>;

AnalogySet::Section section(const std::string& name, const std::vector<Question>& questions) {
  AnalogySet::Section result{name, {}, {}};
  for (const auto& [a, b, c, d] : questions) {
    const auto first = static_cast<std::uint32_t>(result.pairs.size());
    result.pairs.push_back({a, {b}});
    result.pairs.push_back({c, {d}});
    result.questions.push_back({first, first + 1});
  }
  return result;
}

AnalogySet questions(const std::vector<Question>& list) { return {"test", {section("only", list)}}; }

SimilaritySet pairs(std::vector<SimilaritySet::Pair> list) { return {"test", std::move(list)}; }

EvaluateOptions as_written() {
  EvaluateOptions options;
  options.fold_case = false;
  options.bootstrap.resamples = 100;
  return options;
}

}  // namespace

TEST_CASE("analogies: right and wrong answers and missing words are counted") {
  const Embeddings e = embeddings(royal_rows());
  const AnalogyResult result = evaluate(e, questions({{"man", "king", "woman", "queen"},
                                                      {"man", "king", "woman", "apple"},
                                                      {"man", "king", "woman", "duchess"},
                                                      {"nobody", "king", "woman", "queen"}}));
  CHECK(result.all.correct == 1);
  CHECK(result.all.total == 2);
  CHECK(result.all.missing == 2);
  CHECK(result.all.value().value() == 0.5);
  REQUIRE(result.sections.size() == 1);
  CHECK(result.sections[0].name == "only");
  CHECK(result.sections[0].correct == 1);
}

TEST_CASE("analogies: each section has its own score and all of them the sum") {
  const Embeddings e = embeddings(royal_rows());
  AnalogySet set;
  set.sections = {section("good", {{"man", "king", "woman", "queen"}}),
                  section("bad", {{"man", "king", "woman", "apple"}, {"man", "king", "woman", "apple"}}),
                  section("unknown", {{"x", "y", "z", "w"}})};
  const AnalogyResult result = evaluate(e, set);
  REQUIRE(result.sections.size() == 3);
  CHECK(result.sections[0].name == "good");
  CHECK(result.sections[0].value().value() == 1);
  CHECK(result.sections[1].value().value() == 0);
  CHECK_FALSE(result.sections[2].value());
  CHECK(result.sections[2].missing == 1);
  CHECK(result.all.correct == 1);
  CHECK(result.all.total == 3);
  CHECK(result.all.missing == 1);
}

TEST_CASE("analogies: case is ignored by default") {
  const Embeddings e = embeddings(royal_rows());
  const AnalogySet set = questions({{"Man", "KING", "woman", "Queen"}});
  CHECK(evaluate(e, set).all.correct == 1);
  CHECK(evaluate(e, set, as_written()).all.missing == 1);
  CHECK(evaluate(e, questions({{"man", "king", "woman", "queen"}}), as_written()).all.correct == 1);
}

TEST_CASE("analogies: an answer in another case is right if case is ignored") {
  Rows rows = royal_rows();
  rows[3] = {"Queen", {-1, 1, 1}};
  rows.push_back({"queen", {1, 1, -1}});
  const AnalogySet set = questions({{"man", "king", "woman", "queen"}});
  CHECK(evaluate(embeddings(rows), set).all.correct == 1);
  CHECK(evaluate(embeddings(rows), set, as_written()).all.correct == 0);
}

TEST_CASE("analogies: of words that differ only by case the first is used") {
  // king occurs twice, and only with the first one the answer is queen. With the other it is pear.
  Rows rows = royal_rows();
  rows.push_back({"pear", {0.5F, 0, 1}});
  rows.push_back({"King", {1, 0, 0}});
  CHECK(evaluate(embeddings(rows), questions({{"man", "KING", "woman", "queen"}})).all.correct == 1);
  std::swap(rows[1].second, rows.back().second);
  CHECK(evaluate(embeddings(rows), questions({{"man", "KING", "woman", "queen"}})).all.correct == 0);
}

TEST_CASE("analogies: the words of a question are not answers in any case") {
  // Without this rule Woman would be the answer.
  Rows rows = royal_rows();
  rows[3].second = {-1, 1, 0.5F};
  rows.push_back({"Woman", {-1, 1, 1}});
  const AnalogySet set = questions({{"man", "king", "woman", "queen"}});
  CHECK(evaluate(embeddings(rows), set).all.correct == 1);
  CHECK(evaluate(embeddings(rows), set, as_written()).all.correct == 0);
  EvaluateOptions options;
  options.include_alike = true;
  CHECK(evaluate(embeddings(rows), set, options).all.correct == 0);
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
  CHECK_FALSE(evaluate(e, set, options).all.value());
}

TEST_CASE("analogies: threads change nothing and questions are counted") {
  const Embeddings e = random_embeddings(300, 7, 41);
  std::vector<Question> list;
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

TEST_CASE("analogies: the mean of sections weighs all sections the same") {
  const Embeddings e = embeddings(royal_rows());
  AnalogySet set;
  set.sections = {section("good", {{"man", "king", "woman", "queen"}}),
                  section("bad", {{"man", "king", "woman", "apple"}, {"man", "king", "woman", "apple"}}),
                  section("unknown", {{"x", "y", "z", "w"}})};
  const AnalogyResult result = evaluate(e, set, as_written());
  CHECK(result.section_mean.value() == Approx(0.5));
  CHECK(result.all.value().value() == Approx(1 / 3.0));
  CHECK_FALSE(result.sections[0].interval);
  REQUIRE(result.section_mean_interval);
  CHECK(result.section_mean_interval->low == Approx(0.5));  // the resamples of each section are all equal
  CHECK(result.section_mean_interval->high == Approx(0.5));
  REQUIRE(result.all.interval);
  CHECK(result.all.interval->low == 0);
}

TEST_CASE("analogies: a question's words are answers if allowed") {
  // Without the rule the answer to man : king :: woman is woman, which is nearest to king - man + woman.
  Rows rows = royal_rows();
  rows[2].second = {-0.9F, 0.9F, 0.8F};
  const Embeddings e = embeddings(rows);
  EvaluateOptions options = as_written();
  const AnalogySet set = questions({{"man", "king", "woman", "woman"}});
  CHECK(evaluate(e, set, options).all.correct == 0);
  options.analogies.include_query = true;
  CHECK(evaluate(e, set, options).all.correct == 1);
}

TEST_CASE("analogies: any of several right answers is right, and the first known one is used in questions") {
  const Embeddings e = embeddings(royal_rows());
  AnalogySet set{"test", {{"only", {{"man", {"emperor", "king"}}, {"woman", {"empress", "queen"}}}, {{0, 1}}}}};
  CHECK(evaluate(e, set, as_written()).all.correct == 1);
  set.sections[0].pairs[1].targets = {"empress", "tsarina"};
  CHECK(evaluate(e, set, as_written()).all.missing == 1);
}

TEST_CASE("analogies: methods that take several pairs have one question for each pair") {
  Rows rows;
  // Countries and capitals: the second coordinate distinguishes them, the others are independent noise.
  Rng rng(7);
  for (int i = 0; i < 12; ++i) {
    std::vector<float> place(14, 0);
    place[static_cast<std::size_t>(2 + i)] = 1 + rng.uniform();
    place[static_cast<std::size_t>(2 + (i + 3) % 12)] += 0.4F * rng.uniform();
    rows.push_back({"country" + std::to_string(i), place});
    rows.back().second[0] = 1;
    rows.push_back({"capital" + std::to_string(i), place});
    rows.back().second[1] = 1;
  }
  const Embeddings e = embeddings(rows);
  AnalogySet set{"test", {{"capitals", {}, {}}}};
  for (int i = 0; i < 12; ++i)
    set.sections[0].pairs.push_back({"country" + std::to_string(i), {"capital" + std::to_string(i)}});
  set.sections[0].pairs.push_back({"atlantis", {"capital0"}});
  EvaluateOptions options = as_written();
  options.analogies.method = GENERATE(AnalogyMethod::cos_average, AnalogyMethod::logistic);
  const AnalogyResult result = evaluate(e, set, options);
  CHECK(result.all.correct == 12);
  CHECK(result.all.total == 12);
  CHECK(result.all.missing == 1);
}

TEST_CASE("analogies: two results differ by McNemar's test on what both answered") {
  const Embeddings good = embeddings(royal_rows());
  Rows rows = royal_rows();
  rows[3].second = {1, -1, -1};  // queen lies elsewhere
  const Embeddings bad = embeddings(rows);
  const AnalogySet set = questions(std::vector<Question>(6, {"man", "king", "woman", "queen"}));
  const auto difference =
      compare(evaluate(good, set, as_written()), evaluate(bad, set, as_written()), as_written().bootstrap);
  REQUIRE(difference);
  CHECK(difference->value == 1);
  CHECK(difference->p_value.value() == Approx(2 * std::pow(0.5, 6)).epsilon(1e-12));
  const auto none = compare(evaluate(good, set, as_written()), evaluate(good, set, as_written()));
  CHECK(none->value == 0);
  CHECK(none->p_value.value() == 1);
  CHECK_THAT(error_of([&] {
               compare(evaluate(good, set, as_written()),
                       evaluate(good, AnalogySet{"other", {set.sections[0], set.sections[0]}}, as_written()));
             }),
             ContainsSubstring("different sets"));
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

TEST_CASE("categories: clusters equal to the categories have purity 1") {
  const Embeddings e = embeddings({{"oak", {1, 0.1F, 0}},
                                   {"elm", {2, 0, 0.1F}},
                                   {"Birch", {1, 0.2F, 0.1F}},
                                   {"cat", {0, 1, 0.1F}},
                                   {"dog", {0.1F, 3, 0}},
                                   {"zero", {0, 0, 0}}});
  const CategorySet set{"test",
                        {{"oak", "tree"},
                         {"elm", "tree"},
                         {"birch", "tree"},
                         {"cat", "animal"},
                         {"dog", "animal"},
                         {"unicorn", "animal"}}};
  EvaluateOptions options;
  options.bootstrap.resamples = 200;
  const CategoryResult result = evaluate(e, set, options);
  CHECK(result.words == 5);
  CHECK(result.missing == 1);
  CHECK(result.categories == 2);
  REQUIRE(result.clusterings.size() == 4);
  for (const CategoryResult::Clustering& clustering : result.clusterings) {
    CAPTURE(clustering.name);
    CHECK(clustering.purity.value() == 1);
    CHECK(clustering.interval->low == 1);
    CHECK(clustering.clusters == std::vector<int>{0, 0, 0, 1, 1, -1});
  }
  CHECK(compare(result, result, 0, options.bootstrap)->value == 0);
  CHECK(evaluate(e, CategorySet{"none", {{"unicorn", "x"}}}, options).clusterings.empty());
}

TEST_CASE("categories: a zero vector is clustered like others") {
  const Embeddings e = embeddings({{"a", {1, 0}}, {"b", {1, 0.1F}}, {"zero", {0, 0}}});
  EvaluateOptions options;
  options.bootstrap.resamples = 10;
  CHECK(evaluate(e, CategorySet{"test", {{"a", "x"}, {"b", "x"}, {"zero", "y"}}}, options).words == 3);
}

TEST_CASE("outliers: the word with the smallest mean cosine is the outlier") {
  // Sums of cosines, with dog: lion 2.3, tiger 2.4, lynx 2.3, dog 1.0 or so; with puma, which is one of them, none
  // last.
  const Embeddings e = embeddings({{"lion", {1, 0.1F, 0}},
                                   {"tiger", {1, 0, 0}},
                                   {"lynx", {1, 0, 0.1F}},
                                   {"puma", {1, 0.01F, 0.01F}},
                                   {"dog", {0.2F, 1, 0}}});
  const OutlierSet set{"test",
                       {{"cats", {"lion", "tiger", "lynx", "unicorn"}, {"dog", "puma", "nobody"}},
                        {"few", {"lion", "nobody"}, {"dog"}}}};
  const OutlierResult result = evaluate(e, set, as_written());
  CHECK(result.accuracy.correct == 1);
  CHECK(result.accuracy.total == 2);
  CHECK(result.accuracy.missing == 2);
  using enum Outcome;
  CHECK(result.outcomes == std::vector{right, wrong, missing, missing});
  // dog is last of three, puma has only tiger before it, or none: its sum is the largest or the second.
  CHECK(result.position.value() >= 0.5);
  CHECK(result.position.value() <= 0.5 + 1 / 6.0 + 1e-12);
  CHECK(compare(result, result)->value == 0);
}

TEST_CASE("outliers: one that ties with another word is not found") {
  const Embeddings e = embeddings({{"a", {1, 0}}, {"b", {0, 1}}, {"c", {1, 0}}});
  // Sums: a 1, b 0, c 1 for the outlier c; b and itself are never both least.
  CHECK(evaluate(e, OutlierSet{"t", {{"g", {"a", "b"}, {"c"}}}}, as_written()).accuracy.correct == 0);
  CHECK(evaluate(e, OutlierSet{"t", {{"g", {"a", "c"}, {"b"}}}}, as_written()).accuracy.correct == 1);
  // All equal: there is no outlier.
  CHECK(evaluate(e, OutlierSet{"t", {{"g", {"a", "a"}, {"c"}}}}, as_written()).accuracy.correct == 0);
}

TEST_CASE("synonyms: the nearest choice is taken and a tie is wrong") {
  const Embeddings e = embeddings(
      {{"big", {1, 0}}, {"large", {1, 0.1F}}, {"small", {-1, 0}}, {"great", {1, 0.5F}}, {"vast", {2, 0.2F}}});
  const SynonymSet set{"test",
                       {{"big", {"large", "small", "great"}},  // right
                        {"big", {"great", "large"}},           // wrong
                        {"big", {"large", "vast"}},            // as near
                        {"big", {"large", "unknown"}},         // nothing to choose from
                        {"big", {"unknown", "large"}},
                        {"unknown", {"large", "small"}},
                        {"big", {"large", "unknown", "small"}}}};
  const SynonymResult result = evaluate(e, set, as_written());
  using enum Outcome;
  CHECK(result.outcomes == std::vector{right, wrong, wrong, missing, missing, missing, right});
  CHECK(result.accuracy.correct == 2);
  CHECK(result.accuracy.total == 4);
  CHECK(compare(result, result)->p_value.value() == 1);
}

TEST_CASE("discordance: only what both answered counts") {
  using enum Outcome;
  const std::vector first = {right, right, wrong, wrong, missing, right},
                    second = {right, wrong, right, wrong, right, missing};
  const Discordance result = discordance(first, second);
  CHECK(result.total == 4);
  CHECK(result.only_first == 1);
  CHECK(result.only_second == 1);
}
