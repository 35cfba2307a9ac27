#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/evaluate/analogies.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "outcomes_support.hpp"
#include "support.hpp"

#include <array>
#include <cmath>

using namespace equivec;

namespace {

using Words = std::vector<std::string>;

/// The words of a question: a, b, c and the first right answer.
Words words_of(const AnalogySet::Section& section, std::size_t question) {
  const auto& [first, second] = section.questions.at(question);
  return {section.pairs.at(first).source, section.pairs.at(first).targets.at(0), section.pairs.at(second).source,
          section.pairs.at(second).targets.at(0)};
}

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

}  // namespace

TEST_CASE("analogy file: sections and questions are read") {
  const TemporaryDirectory directory;
  const auto file = directory.file("questions.txt",
                                   ": capital cities\nAthens Greece Oslo Norway\nRome\tItaly  Paris France\r\n"
                                   ": empty\n: family\nboy girl man woman");
  const AnalogySet set = read_analogies(file);
  REQUIRE(set.sections.size() == 3);
  CHECK(set.sections[0].name == "capital cities");
  REQUIRE(set.sections[0].questions.size() == 2);
  CHECK(words_of(set.sections[0], 1) == Words{"Rome", "Italy", "Paris", "France"});
  CHECK(set.sections[1].questions.empty());
  CHECK(set.sections[2].name == "family");
  CHECK(words_of(set.sections[2], 0) == Words{"boy", "girl", "man", "woman"});
}

TEST_CASE("analogy file: questions need no section") {
  const TemporaryDirectory directory;
  const AnalogySet set = read_analogies(directory.file("questions.txt", "a b c d\ne f g h\n"));
  std::size_t count = 0;
  for (const auto& section : set.sections) count += section.questions.size();
  CHECK(count == 2);
}

TEST_CASE("analogy file: a line without four words is named") {
  const TemporaryDirectory directory;
  const std::string line = GENERATE("a b c", "a", "a b c d e");
  const auto file = directory.file("questions.txt", ": section\na b c d\n" + line + "\n");
  CHECK_THAT(error_of([&] { read_analogies(file); }), ContainsSubstring(file.string() + ":3"));
}

TEST_CASE("analogy file: a missing one or one without a question is an error that names it") {
  const TemporaryDirectory directory;
  for (const char* const text : {"", "\n", ": section\n"}) {
    const auto file = directory.file("questions.txt", text);
    CHECK_THAT(error_of([&] { read_analogies(file); }), ContainsSubstring(file.string()));
  }
  CHECK_THAT(error_of([&] { read_analogies(directory / "absent"); }),
             ContainsSubstring((directory / "absent").string()));
}

TEST_CASE("analogy file: a repeated pair is the same pair") {
  const TemporaryDirectory directory;
  const AnalogySet set = read_analogies(directory.file("q.txt", "a b c d\na b e f\nc d a b\na x c d\n"));
  REQUIRE(set.sections.size() == 1);
  CHECK(set.sections[0].pairs.size() == 4);
  CHECK(set.sections[0].questions.size() == 4);
  CHECK(words_of(set.sections[0], 2) == Words{"c", "d", "a", "b"});
}

TEST_CASE("analogy file: pairs give the questions of all ordered pairs of them") {
  const TemporaryDirectory directory;
  directory.file("bats/2_second/E01 [country - capital].txt", "athens\tgreece\nrome\titaly/latium\n");
  directory.file("bats/1_first/I01 [noun - plural].txt", "album albums\r\napple apples\ncat cats\n");
  const AnalogySet set = read_analogies(directory / "bats");
  CHECK(set.name == "bats");
  CHECK(read_analogies(directory / "bats/").name == "bats");
  REQUIRE(set.sections.size() == 2);
  CHECK(set.sections[0].name == "I01 [noun - plural]");
  CHECK(set.sections[0].questions.size() == 6);
  CHECK(words_of(set.sections[0], 1) == Words{"album", "albums", "cat", "cats"});
  CHECK(set.sections[1].name == "E01 [country - capital]");
  CHECK(set.sections[1].pairs.at(1).targets == Words{"italy", "latium"});
  CHECK(words_of(set.sections[1], 1) == Words{"rome", "italy", "athens", "greece"});
  CHECK_THAT(error_of([&] { read_analogies(directory.file("pairs.txt", "a b\nc d\ne\n")); }),
             ContainsSubstring("pairs.txt:3: expected a pair of words"));
  CHECK_THAT(error_of([&] { read_analogies(directory.file("one.txt", "a b\n")); }), ContainsSubstring("no analogy"));
}

TEST_CASE("analogy file: Microsoft's questions have their sections and answers in another file") {
  const TemporaryDirectory directory;
  const auto file = directory.file("r.questions", "good better rough\nbetter good rougher\nhigh higher wild\n");
  directory.file("r.answers", "JJ_JJR rougher\nJJR_JJ rough\nJJ_JJR wilder\n");
  const AnalogySet set = read_analogies(file);
  REQUIRE(set.sections.size() == 2);
  CHECK(set.sections[0].name == "JJ_JJR");
  CHECK(set.sections[0].questions.size() == 2);
  CHECK(words_of(set.sections[0], 1) == Words{"high", "higher", "wild", "wilder"});
  CHECK(words_of(set.sections[1], 0) == Words{"better", "good", "rougher", "rough"});
  directory.file("r.answers", "JJ_JJR rougher\nJJR_JJ rough\n");
  CHECK_THAT(error_of([&] { read_analogies(file); }), ContainsSubstring("r.questions:3: has no answer"));
  directory.file("r.answers", "JJ_JJR rougher\nrough\n");
  CHECK_THAT(error_of([&] { read_analogies(file); }), ContainsSubstring("r.answers:2: expected a section and a word"));
}

TEST_CASE("analogy file: commas separate words only in a table") {
  const TemporaryDirectory directory;
  const AnalogySet table = read_analogies(
      directory.file("t.csv", ",type,word1,word2,word3,target\n0,JJ,good,better,bad,worse\n1,JJ,\"a,b\",c,d,e\n"));
  REQUIRE(table.sections.size() == 1);
  CHECK(table.sections[0].name == "JJ");
  CHECK(words_of(table.sections[0], 0) == Words{"good", "better", "bad", "worse"});
  CHECK(words_of(table.sections[0], 1) == Words{"a,b", "c", "d", "e"});
  const AnalogySet text = read_analogies(directory.file("t.txt", "Rota,_Spain b c d\n"));
  CHECK(words_of(text.sections[0], 0) == Words{"Rota,_Spain", "b", "c", "d"});
}

TEST_CASE("analogy file: a folder without files is an error that names it") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "empty");
  directory.file("empty/.git/questions.txt", "a b c d\n");
  CHECK_THAT(error_of([&] { read_analogies(directory / "empty"); }), ContainsSubstring("empty: is a folder without"));
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
