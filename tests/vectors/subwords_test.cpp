#include "equivec/vectors/subwords.hpp"

#include "equivec/base/error.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <numeric>

using namespace equivec;

namespace {

using Ngrams = std::vector<std::string>;

Ngrams ngrams(std::string_view word, int low, int high, bool without_marks = true) {
  Ngrams result;
  for_each_ngram(word, low, high, without_marks, [&](std::string_view ngram) { result.emplace_back(ngram); });
  return result;
}

/// Row i holds i in all its numbers.
Subwords numbered(const NgramRule& rule, std::span<const std::uint32_t> kept = {}) {
  auto rows = std::make_shared<Matrix>(static_cast<Eigen::Index>(kept.empty() ? rule.buckets : kept.size()), 2);
  for (Eigen::Index i = 0; i < rows->rows(); ++i) rows->row(i).setConstant(static_cast<float>(i));
  return Subwords(rule, MatrixView(rows->data(), rows->rows(), rows->cols()), rows, kept);
}

std::vector<std::uint32_t> rows_of(const Subwords& subwords, std::string_view word) {
  std::vector<std::uint32_t> rows;
  subwords.append_rows(word, rows);
  return rows;
}

}  // namespace

TEST_CASE("n-grams: those of <word> in the order of their places, counted in characters") {
  CHECK(ngrams("is", 3, 6) == Ngrams{"<is", "<is>", "is>"});
  CHECK(ngrams("where", 3, 3) == Ngrams{"<wh", "whe", "her", "ere", "re>"});
  CHECK(ngrams("\xc3\xa9t\xc3\xa9", 3, 4) ==
        Ngrams{"<\xc3\xa9t", "<\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9>", "t\xc3\xa9>"});
  CHECK(ngrams("a", 3, 6) == Ngrams{"<a>"});
  CHECK(ngrams("a", 4, 6).empty());
}

TEST_CASE("n-grams: marks alone are left out where fastText leaves them out") {
  CHECK(ngrams("ab", 1, 1) == Ngrams{"a", "b"});
  CHECK(ngrams("ab", 1, 1, false) == Ngrams{"<", "a", "b", ">"});
}

TEST_CASE("n-grams: bytes that are no UTF-8 are characters like any other, and nothing is lost") {
  const std::string word =
      "\xff\x80\x80"
      "a\xc3";
  std::string joined;
  for (const std::string& ngram : ngrams(word, 1, 1, false)) joined += ngram;
  CHECK(joined == "<" + word + ">");
}

TEST_CASE("subwords: rows are those of fastText's hash") {
  // FNV-1a of 32 bits: published values of ASCII texts, and one by hand for a byte above 127, which is extended with
  // its sign: (2166136261 ^ 0xffffffc3) * 16777619.
  const Subwords subwords = numbered({.min_length = 1, .max_length = 1, .buckets = 1000003});
  CHECK(rows_of(subwords, "a") == std::vector<std::uint32_t>{0xE40C292CU % 1000003});
  CHECK(rows_of(subwords, "f") == std::vector<std::uint32_t>{0xE30C2799U % 1000003});
  CHECK(rows_of(subwords, "\xc3") == std::vector<std::uint32_t>{(2166136261U ^ 0xFFFFFFC3U) * 16777619U % 1000003U});
}

TEST_CASE("subwords: rows are those of finalfusion's hash") {
  const Subwords subwords =
      numbered({.min_length = 2, .max_length = 2, .buckets = 1 << 20, .hash = NgramHash::finalfusion});
  std::uint64_t hash = 14695981039346656037ULL;
  for (const unsigned byte : {2U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 0x3CU, 0U, 0U, 0U, 0xE9U, 0U, 0U, 0U})
    hash = (hash ^ byte) * 1099511628211ULL;
  CHECK(rows_of(subwords, "\xc3\xa9").front() == hash % (1 << 20));
}

TEST_CASE("subwords: the vector of a word is the mean of its n-grams' rows") {
  const Subwords subwords = numbered({.min_length = 3, .max_length = 6, .buckets = 50});
  const std::vector<std::uint32_t> rows = rows_of(subwords, "unheard");
  REQUIRE(rows.size() == 22);  // 7 + 6 + 5 + 4
  const double mean = std::accumulate(rows.begin(), rows.end(), 0.0) / 22;
  const auto vector = subwords.vector_of("unheard");
  REQUIRE(vector);
  CHECK((*vector)[0] == Approx(mean));
  CHECK((*vector)[1] == Approx(mean));
}

TEST_CASE("subwords: a word without n-grams has no vector, nor has the end of a sentence") {
  const Subwords subwords = numbered({.min_length = 5, .max_length = 6, .buckets = 50});
  CHECK_FALSE(subwords.vector_of("ab"));
  CHECK_FALSE(subwords.vector_of("</s>"));
  CHECK(subwords.vector_of("abc"));
}

TEST_CASE("subwords: where buckets were pruned only n-grams of the others count") {
  const Subwords all = numbered({.min_length = 3, .max_length = 3, .buckets = 1000});
  const std::vector<std::uint32_t> rows = rows_of(all, "where");
  std::vector<std::uint32_t> kept = {rows[1], rows[3]};
  std::ranges::sort(kept);
  const Subwords pruned = numbered(all.rule(), kept);
  CHECK(rows_of(pruned, "where").size() == 2);
  for (const std::uint32_t row : rows_of(pruned, "where")) CHECK((kept[row] == rows[1] || kept[row] == rows[3]));
}

TEST_CASE("subwords: listed n-grams have the rows of their places") {
  const std::vector<std::string> listed = {"re>", "<wh"};
  const Subwords subwords(3, 3, listed, Matrix::Identity(2, 2));
  CHECK(rows_of(subwords, "where") == std::vector<std::uint32_t>{1, 0});
  CHECK_FALSE(subwords.vector_of("cat"));
  const std::vector<std::string> twice = {"abc", "abc"};
  CHECK_THAT(error_of([&] { Subwords(3, 3, twice, Matrix::Identity(2, 2)); }), ContainsSubstring("listed twice"));
}

TEST_CASE("subwords: a table that does not fit the rule is refused") {
  const auto rows = std::make_shared<Matrix>(Matrix::Zero(3, 2));
  const MatrixView view(rows->data(), 3, 2);
  CHECK_THROWS_AS(Subwords({3, 6, 4, NgramHash::fasttext}, view, rows), Error);
  CHECK_THROWS_AS(Subwords({3, 2, 3, NgramHash::fasttext}, view, rows), OptionError);
  CHECK_THROWS_AS(Subwords({0, 2, 3, NgramHash::fasttext}, view, rows), OptionError);
  const std::vector<std::uint32_t> not_ascending = {1, 1, 2}, too_large = {1, 2, 9};
  CHECK_THROWS_AS(Subwords({3, 6, 9, NgramHash::fasttext}, view, rows, not_ascending), Error);
  CHECK_THROWS_AS(Subwords({3, 6, 9, NgramHash::fasttext}, view, rows, too_large), Error);
}

TEST_CASE("embeddings: a word that is not in the vocabulary has the vector of its n-grams") {
  const Embeddings words(Vocabulary(std::vector<Vocabulary::Entry>{{"king", 1}}), Matrix::Constant(1, 2, 7.0f));
  CHECK_FALSE(words.vector_of("queen"));
  const Embeddings both = words.with_subwords(numbered({.min_length = 3, .max_length = 6, .buckets = 50}));
  CHECK(both.vector_of("king") == std::vector<float>{7, 7});
  CHECK(both.vector_of("queen") == both.subwords()->vector_of("queen"));
  CHECK(both.with_metadata({{"a", "b"}}).subwords() != nullptr);
  CHECK(selected(both, std::vector{word_id(0)}).subwords() != nullptr);
  CHECK(both.with_subwords(std::nullopt).subwords() == nullptr);
  const Embeddings wide(Vocabulary(std::vector<Vocabulary::Entry>{{"king", 1}}), Matrix::Constant(1, 3, 7.0f));
  CHECK_THROWS_AS(wide.with_subwords(*both.subwords()), Error);
}
