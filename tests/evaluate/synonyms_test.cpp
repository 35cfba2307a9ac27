#include "equivec/evaluate/outcomes.hpp"
#include "equivec/evaluate/synonyms.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "outcomes_support.hpp"
#include "support.hpp"

using namespace equivec;

namespace {

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("synonym file: the first choice is the right one") {
  const TemporaryDirectory directory;
  const std::string text =
      GENERATE(as<std::string>{}, "rusty | corroded | black | dirty\n", "rusty corroded black dirty\n",
               "rusty\tcorroded\tblack\tdirty\n", "rusty,corroded,black,dirty\n");
  const SynonymSet set = read_synonyms(directory.file("esl", text));
  REQUIRE(set.questions.size() == 1);
  CHECK(set.questions[0].word == "rusty");
  CHECK(set.questions[0].choices == Words{"corroded", "black", "dirty"});
  CHECK_THAT(error_of([&] { read_synonyms(directory.file("esl", "a b c\nd e\n")); }), ContainsSubstring("esl:2"));
  CHECK_THAT(error_of([&] { read_synonyms(directory.file("esl", "a||c\n")); }), ContainsSubstring("esl:1"));
  CHECK_THAT(error_of([&] { read_synonyms(directory.file("esl", "")); }), ContainsSubstring("holds no question"));
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
