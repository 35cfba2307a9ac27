#include "equivec/base/error.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/search/expression.hpp"
#include "equivec/search/neighbors.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace equivec;

namespace {

Embeddings some_words() {
  return embeddings({{"king", {3, 4}},
                     {"man", {1, 0}},
                     {"woman", {0, 2}},
                     {"Paris", {2, 0}},
                     {"new york", {1, 1}},
                     {"2", {0, -5}},
                     {"-", {-1, 0}},
                     {"nothing", {0, 0}}});
}

const NearestNeighbors by_dot(some_words(), 0, 1, Metric::dot);
const NearestNeighbors by_cosine(some_words(), 0, 1, Metric::cosine);

using Numbers = std::vector<float>;

Numbers vector_of(const NearestNeighbors& index, const std::string& text, bool average = false) {
  const Eigen::VectorXf vector = parse_expression(index, text, "words.vec", average).vector;
  return {vector.begin(), vector.end()};
}

std::vector<WordId> words_of(const std::string& text) { return parse_expression(by_dot, text, "words.vec").words; }

std::vector<WordId> ids(const std::vector<std::string>& words) { return ids_of(by_dot.embeddings(), words); }

std::string expression_error(const std::string& text, const NearestNeighbors& index = by_dot) {
  return error_of([&] { parse_expression(index, text, "words.vec"); });
}

std::vector<std::string> matching(std::string_view prefix, const std::string& pattern, std::size_t count = 8) {
  const Vocabulary& words = by_dot.embeddings().vocabulary();
  const std::vector<std::uint8_t> allowed = matching_words(words, count, prefix, pattern);
  REQUIRE(allowed.size() == count);
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; ++i)
    if (allowed[i] != 0) result.emplace_back(words.word(word_id(i)));
  return result;
}

}  // namespace

TEST_CASE("expressions: a sum adds each word unless a minus stands before it, times its weight") {
  CHECK(vector_of(by_dot, "king") == Numbers{3, 4});
  CHECK(vector_of(by_dot, "king - man + woman") == Numbers{2, 6});
  CHECK(vector_of(by_dot, "  king  -\vman ") == Numbers{2, 4});
  CHECK(vector_of(by_dot, "king woman") == Numbers{3, 6});
  CHECK(vector_of(by_dot, "king - 2 man + 0.5 woman") == Numbers{1, 5});
  CHECK(vector_of(by_dot, "-1 king + 1e1 man") == Numbers{7, -4});
  CHECK(vector_of(by_dot, "2 3 man") == Numbers{6, 0});
  CHECK(vector_of(by_dot, "- man + king") == Numbers{2, 4});
  CHECK(words_of("king - 2 man + woman") == ids({"king", "man", "woman"}));
}

TEST_CASE("expressions: what is a word of the vectors as a whole is that word") {
  CHECK(vector_of(by_dot, "new york") == Numbers{1, 1});
  CHECK(vector_of(by_dot, "-") == Numbers{-1, 0});
  CHECK(vector_of(by_dot, "2") == Numbers{0, -5});
  CHECK(vector_of(by_dot, "new york\t-\tman") == Numbers{0, 1});
}

TEST_CASE("expressions: a number is a weight before a word, else a word") {
  CHECK(vector_of(by_dot, "2 man") == Numbers{2, 0});
  CHECK(vector_of(by_dot, "man + 2") == Numbers{1, -5});
  CHECK(vector_of(by_dot, "2 + man") == Numbers{1, -5});
  CHECK(words_of("2 man") == ids({"man"}));
}

TEST_CASE("expressions: by cosine words have length 1") {
  CHECK(vector_of(by_cosine, "king") == Numbers{0.6F, 0.8F});
  CHECK(vector_of(by_cosine, "2 woman - man") == Numbers{-1, 2});
}

TEST_CASE("expressions: numbers in brackets are a vector without words") {
  CHECK(vector_of(by_dot, "[0.5 -2]") == Numbers{0.5F, -2});
  CHECK(vector_of(by_cosine, "[ 3\t4 ]", true) == Numbers{3, 4});
  CHECK(words_of("[0.5 -2]").empty());
  CHECK(expression_error("[1 2 3]") == "'[1 2 3]': expected 2 numbers, found 3");
  CHECK(expression_error("[]") == "'[]': expected 2 numbers, found 0");
  CHECK(expression_error("[1 x]") == "'[1 x]': 'x' is no number");
  CHECK(expression_error("[1 inf]") == "'[1 inf]': 'inf' is no number");
}

TEST_CASE("expressions: an average divides a sum by its number of words") {
  CHECK(vector_of(by_dot, "king + 3 man", true) == Numbers{3, 2});
  CHECK(vector_of(by_dot, "king", true) == Numbers{3, 4});
}

TEST_CASE("expressions: what misses a word is an error") {
  for (const std::string text : {"king -", "king - ", "+", "king 2 +", "", " "})
    CHECK(expression_error(text) == "'" + text + "': a word is missing");
  CHECK(expression_error("king - queen") == "'queen' is none of the 8 words of words.vec");
  CHECK(expression_error("3") == "'3' is none of the 8 words of words.vec");
}

TEST_CASE("expressions: a zero vector has no direction, but a place") {
  CHECK(expression_error("king - king", by_cosine) == "'king - king' has no direction: its vector is zero");
  CHECK(expression_error("nothing", by_cosine) == "'nothing' has no direction: its vector is zero");
  CHECK(expression_error("[0 0]", by_cosine) == "'[0 0]' has no direction: its vector is zero");
  CHECK(vector_of(by_dot, "king - king") == Numbers{0, 0});
}

TEST_CASE("required words: an unknown word is an error that names one in other letter case") {
  const Vocabulary& words = by_dot.embeddings().vocabulary();
  CHECK(require_word(words, "woman", "words.vec") == id_of(by_dot.embeddings(), "woman"));
  const auto error = [&](const std::string& word) { return error_of([&] { require_word(words, word, "words.vec"); }); };
  CHECK(error("King") == "'King' is none of the 8 words of words.vec; there is 'king'");
  CHECK(error("paris") == "'paris' is none of the 8 words of words.vec; there is 'Paris'");
  CHECK(error(std::string(101, 'x')) == "'" + std::string(100, 'x') + "...' is none of the 8 words of words.vec");
}

TEST_CASE("required words: the nearest word in letters is suggested, of six letters or more within two typos") {
  const Vocabulary words = vocabulary({{"woman", 9}, {"women", 5}, {"vocabulary", 3}, {"of", 2}, {"ox", 1}});
  const auto error = [&](const std::string& word) { return error_of([&] { require_word(words, word, "v.vec"); }); };
  CHECK_THROWS_AS(require_word(words, "wman", "v.vec"), UnknownWord);
  CHECK(error("wman") == "'wman' is none of the 5 words of v.vec; did you mean 'woman'?");
  CHECK(error("womun") == "'womun' is none of the 5 words of v.vec; did you mean 'woman'?");  // the more frequent
  CHECK(error("vokabulari") == "'vokabulari' is none of the 5 words of v.vec; did you mean 'vocabulary'?");
  CHECK(error("vokabulares") == "'vokabulares' is none of the 5 words of v.vec");
  CHECK(error("wmn") == "'wmn' is none of the 5 words of v.vec");
}

TEST_CASE("words of a query: stand between tabs if there is one, else between white space") {
  using Words = std::vector<std::string>;
  CHECK(split_words(" king \v queen\n") == Words{"king", "queen"});
  CHECK(split_words("new york\t paris \t\tice") == Words{"new york", "paris", "ice"});
  CHECK(split_words("new york\t") == Words{"new york"});
  CHECK(split_words("").empty());
  CHECK(split_words("\t \t").empty());
  for (const Words& words : {Words{"king", "queen"}, Words{"new york", "paris"}, Words{"king"}, Words{}})
    CHECK(split_words(joined_words(words)) == words);
}

TEST_CASE("analogy questions: three words, or for some methods pairs and a word") {
  const Vocabulary& words = by_dot.embeddings().vocabulary();
  const auto parse = [&](const std::string& text, AnalogyMethod method) {
    return parse_analogy(words, text, method, "words.vec");
  };
  const Analogy one = parse("man king woman", AnalogyMethod::cos_add);
  REQUIRE(one.pairs.size() == 1);
  CHECK(std::vector{one.pairs[0].a, one.pairs[0].b, one.c} == ids({"man", "king", "woman"}));
  for (const char* const text : {"man : king :: woman", "man : king :: woman : ?", "man\t:\tking\t::\twoman"}) {
    const Analogy same = parse(text, AnalogyMethod::cos_add);
    REQUIRE(same.pairs.size() == 1);
    CHECK(std::vector{same.pairs[0].a, same.pairs[0].b, same.c} == ids({"man", "king", "woman"}));
  }
  const Analogy several = parse("man king woman Paris 2", AnalogyMethod::cos_average);
  REQUIRE(several.pairs.size() == 2);
  CHECK(std::vector{several.pairs[1].a, several.pairs[1].b, several.c} == ids({"woman", "Paris", "2"}));

  const auto error = [&](const std::string& text, AnalogyMethod method) {
    return error_of([&] { parse(text, method); });
  };
  CHECK(error("man king", AnalogyMethod::cos_add) == "'man king': expected three words A B C, found 2");
  CHECK(error("man : king :: woman man", AnalogyMethod::cos_add) ==
        "'man : king :: woman man': expected three words A B C, found 6");
  CHECK(error("man", AnalogyMethod::logistic) == "'man': expected pairs A B and then C, found 1");
  CHECK(error("man king woman man", AnalogyMethod::logistic) ==
        "'man king woman man': expected pairs A B and then C, found 4");
  CHECK(error("man king queen", AnalogyMethod::cos_add) == "'queen' is none of the 8 words of words.vec");
}

TEST_CASE("words that begin with a text: the first of the vocabulary, in its order") {
  const Embeddings words = embeddings({{"sea", {1}}, {"seal", {1}}, {"s", {1}}, {"search", {1}}, {"über", {1}}});
  const auto beginning = [&](std::string_view prefix, std::size_t count) {
    return words_beginning(words.vocabulary(), prefix, count);
  };
  CHECK(beginning("sea", 10) == ids_of(words, {"sea", "seal", "search"}));
  CHECK(beginning("sea", 2) == ids_of(words, {"sea", "seal"}));
  CHECK(beginning("\xc3\xbc", 10) == ids_of(words, {"über"}));
  CHECK(beginning("", 3) == ids_of(words, {"sea", "seal", "s"}));
  CHECK(beginning("seas", 10).empty());
  CHECK(beginning("sea", 0).empty());
}

TEST_CASE("pairs and groups of a query: two words, and three or more") {
  const Vocabulary& words = by_dot.embeddings().vocabulary();
  const auto [first, second] = parse_pair(words, "new york\tking", "words.vec");
  CHECK(std::vector{first, second} == ids({"new york", "king"}));
  CHECK(error_of([&] { parse_pair(words, "king", "words.vec"); }) == "'king': expected two words, found 1");
  CHECK(error_of([&] { parse_pair(words, "king x", "words.vec"); }) == "'x' is none of the 8 words of words.vec");
  CHECK(parse_group(words, "king man woman man", "words.vec") == ids({"king", "man", "woman", "man"}));
  CHECK(error_of([&] { parse_group(words, "king man", "words.vec"); }) ==
        "'king man': expected at least three words, found 2");
  CHECK(error_of([&] { parse_group(words, "x y", "words.vec"); }) == "'x' is none of the 8 words of words.vec");
}

TEST_CASE("matching words: begin with the prefix and contain a match of the pattern") {
  using Words = std::vector<std::string>;
  CHECK(matching("n", "") == Words{"new york", "nothing"});
  CHECK(matching("", "an") == Words{"man", "woman"});
  CHECK(matching("", "^(k|w)") == Words{"king", "woman"});
  CHECK(matching("n", "g$") == Words{"nothing"});
  CHECK(matching("n", "", 5) == Words{"new york"});
  const Vocabulary& words = by_dot.embeddings().vocabulary();
  CHECK(matching_words(words, 8, "", "").empty());
  CHECK(option_error_of([&] { matching_words(words, 8, "", "("); }) == "--pattern: '(': missing ): (");
}
