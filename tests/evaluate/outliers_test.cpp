#include "equivec/evaluate/outcomes.hpp"
#include "equivec/evaluate/outliers.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "outcomes_support.hpp"
#include "support.hpp"

using namespace equivec;

namespace {

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("outlier file: a table holds lists of words and of outliers") {
  const TemporaryDirectory directory;
  const OutlierSet set = read_outliers(directory.file(
      "8.csv", ",category,outliers,words\n0,cars,\"['Opel', \"\"Nestl\xc3\xa9's\"\", '']\",\"['Audi', 'BMW']\"\n"));
  REQUIRE(set.groups.size() == 1);
  CHECK(set.groups[0].name == "cars");
  CHECK(set.groups[0].words == Words{"Audi", "BMW"});
  CHECK(set.groups[0].outliers == Words{"Opel", "Nestl\xc3\xa9's"});
  for (const char* const row : {"0,cars,none,\"['a']\"", "0,cars,\"['a\",\"['b']\"", "0,cars"}) {
    const auto file = directory.file("8.csv", std::string(",category,outliers,words\n") + row + "\n");
    CHECK_THAT(error_of([&] { read_outliers(file); }), ContainsSubstring(file.string() + ":2: expected"));
  }
  CHECK_THAT(error_of([&] { read_outliers(directory.file("8.csv", "a,b\n1,2\n")); }),
             ContainsSubstring("expected columns category, outliers and words"));
}

TEST_CASE("outlier file: a folder has a file for each group") {
  const TemporaryDirectory directory;
  directory.file("groups/cats.txt", "lion\ntiger\r\n\n\ndog\ncar\n");
  directory.file("groups/apostles.txt", "Peter\nJohn\n\nJesus\n");
  const OutlierSet set = read_outliers(directory / "groups");
  REQUIRE(set.groups.size() == 2);
  CHECK(set.groups[0].name == "apostles");
  CHECK(set.groups[1].words == Words{"lion", "tiger"});
  CHECK(set.groups[1].outliers == Words{"dog", "car"});
  CHECK_THAT(error_of([&] { read_outliers(directory.file("lone.txt", "a\nb\n")); }),
             ContainsSubstring("lone.txt: expected words, one a line, an empty line, and outliers"));
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
