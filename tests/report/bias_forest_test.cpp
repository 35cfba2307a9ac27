#include "src/report/bias_forest.hpp"

#include "equivec/base/error.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <string>
#include <vector>

using namespace equivec;
using Strings = std::vector<std::string>;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

std::string document(const std::string& vectors, const std::string& measures) {
  return R"({"vectors":")" + vectors + R"(","sets":"s","subspace":{"basis":[[1,2]]},"measures":[)" + measures + "]}\n";
}
std::string weat(const std::string& query, const std::string& effect_size, const std::string& interval = "[-0.5,1.5]") {
  return R"({"measure":"weat","query":")" + query + R"(","value":0.1,"effect_size":)" + effect_size +
         R"(,"interval":)" + interval + R"(,"unbiased":0,"words":[{"word":"x"}]})";
}
const std::string clusters =
    R"({"measure":"cluster-bias","query":"q","value":0.75,"effect_size":null,"interval":[0.5,1],"unbiased":0.5})";

BiasForest forest(const Strings& texts, const Strings& names = {}) {
  std::vector<BiasDocuments> documents;
  for (const std::string& text : texts)
    documents.push_back({std::string(1, static_cast<char>('a' + documents.size())), text});
  return bias_forest(documents, names);
}
std::string error(const Strings& texts, const Strings& names = {}) {
  return error_of([&] { forest(texts, names); });
}

}  // namespace

TEST_CASE("forest plot: a row for each query, a hollow mark before and a filled one after, in groups by measure") {
  const BiasForest both = forest({document("old", weat("w1", "1.25") + "," + clusters + "," + weat("w2", "0.5")),
                                  document("new", weat("w1", "0.25", "null") + "," + weat("w2", "null"))});
  CHECK(both.vectors == Strings{"old", "new"});
  REQUIRE(both.rows.size() == 3);
  CHECK(both.rows[1].unbiased == 0.5);
  CHECK(!both.rows[1].estimates[1]);
  const std::string svg = forest_plot(both, "");
  CHECK(count(svg, "fill=\"#fff\" stroke") == 3 + 1);         // and the legend
  CHECK(count(svg, "fill=\"#0072b2\"") == 1 + 1);             // w2 has no effect size after, clusters nothing
  CHECK(count(svg, "stroke-width=\"1.3\"") == 3 * 3);         // lines of intervals with their ends
  CHECK(count(svg, "stroke-dasharray") == 2);                 // no bias, of each group
  CHECK(count(svg, ">1.250 [-0.500 .. 1.500]</text>") == 1);  // numbers too
  CHECK(count(svg, ">not measured</text>") == 2);
  CHECK(count(svg, "<title>w1, old: 1.250 [-0.500 .. 1.500]</title>") == 1);
  CHECK(count(svg, ">weat</text>") == 1);
  CHECK(count(svg, "word embedding association test; better: nearer to 0") == 1);
  CHECK(svg.find(">w2<") < svg.find(">q<"));  // a measure's rows stand together
  CHECK(svg == forest_plot(both, ""));
}

TEST_CASE("forest plot: documents of vectors of one name belong together, unless they measured the same") {
  CHECK(forest({document("v", weat("w1", "1")) + document("v", clusters)}).vectors == Strings{"v"});
  CHECK(forest({document("v", weat("w1", "1")), document("v", weat("w1", "2"))}).vectors == Strings{"v (1)", "v (2)"});
  CHECK(forest({document("v", weat("w1", "1")), document("v", weat("w1", "2"))}, {"before", "after"}).vectors ==
        Strings{"before", "after"});
  const BiasForest report = forest({R"({"vectors":"v","output":"o","sets":"s","measures":[{"measure":"mac","sets":"s",
      "query":"q","unbiased":1,"before":{"value":0.5,"effect_size":null,"interval":null},"after":null}]})"});
  CHECK(report.vectors == Strings{"v", "o"});
  CHECK(report.rows[0].unbiased == 1);
  CHECK(!report.rows[0].estimates[1]);
}

TEST_CASE("forest plot: what is no document is told by its line") {
  CHECK_THAT(error({""}), ContainsSubstring("a: is empty; expected a document of equivec bias --json"));
  CHECK_THAT(error({"\nweat 0.5\n"}), ContainsSubstring("a:2: expected a document of equivec bias --json"));
  CHECK_THAT(error({document("v", clusters) + "{\"epoch\":1}"}), ContainsSubstring("a:2: 'measures': is missing"));
  CHECK_THAT(error({"{\"measures\":[]}"}), ContainsSubstring("a:1: 'vectors': is missing"));
  CHECK_THAT(error({document("v", "1")}), ContainsSubstring("'measures': expected objects, found 1"));
  CHECK_THAT(error({document("v", "{\"measure\":\"x\"}")}), ContainsSubstring("'query': is missing"));
  CHECK_THAT(error({document("v", weat("w", "1e31"))}), ContainsSubstring("'effect_size': expected a number from"));
  CHECK_THAT(error({document("v", weat("w", "1", "[1]"))}), ContainsSubstring("'interval': expected two numbers"));
  CHECK_THAT(error({document("v", weat("w", "1", "[2,1]"))}), ContainsSubstring("'interval': expected the smaller"));
  CHECK_THAT(error({document("v", "")}), ContainsSubstring("bias: nothing was measured"));
}

TEST_CASE("forest plot: vectors that have no measure in common, and names that do not fit, are errors") {
  CHECK(error({document("v", weat("w1", "1")), document("w", clusters)}) ==
        "b:1: has none of the measures of a:1, such as weat, w1; measure both with the same --measure, --sets and "
        "--query");
  CHECK_THAT(error({document("v", clusters)}, {"x", "y"}), ContainsSubstring("there are 1 sets of vectors"));
  std::string seven;
  for (char name = 'a'; name < 'h'; ++name) seven += document(std::string(1, name), clusters);
  CHECK_THAT(error({seven}), ContainsSubstring("at most 6"));
  const std::string failed = R"({"measure":"mac","query":"q","value":null,"error":"no words"})";
  CHECK_THAT(error_of([&] { forest_plot(forest({document("v", failed)}), ""); }), ContainsSubstring("no measurement"));
}
