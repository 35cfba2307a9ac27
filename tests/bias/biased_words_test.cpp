#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "biased_words_support.hpp"
#include "catch.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>

using namespace equivec;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// A direction along (1, 0, ...), or two of them along the first axes.
BiasSubspace first_axes(int dimension, int rank = 1) {
  Matrix ends = Matrix::Zero(2 * rank, dimension);
  std::vector<std::vector<WordId>> sets;
  for (int i = 0; i < rank; ++i) {
    ends(2 * i, i) = 1;
    ends(2 * i + 1, i) = -1;
    sets.push_back({word_id(static_cast<std::size_t>(2 * i)), word_id(static_cast<std::size_t>(2 * i + 1))});
  }
  return BiasSubspace::from_sets(Embeddings(numbered_words(ends.rows() == 2 ? 2 : 4), ends), sets, rank);
}

}  // namespace

TEST_CASE("ordinary words: those without capitals, digits and punctuation other than the underscore") {
  const Vocabulary words = vocabulary({{"the", 9},
                                       {"The", 8},
                                       {"iPod", 7},
                                       {"3d", 6},
                                       {"mp3", 5},
                                       {"well-known", 5},
                                       {"o'clock", 4},
                                       {"training_camp", 4},
                                       {"_", 3},
                                       {".", 3},
                                       {"u.s._army", 3},
                                       {"caf\xc3\xa9", 2},
                                       {"\xc3\x89t\xc3\xa9", 2},
                                       {"~", 2},
                                       {"z", 1}});
  std::vector<std::string> found;
  for (const WordId word : ordinary_words(words, 0, {})) found.emplace_back(words.word(word));
  CHECK(found == std::vector<std::string>{"the", "training_camp", "_", "caf\xc3\xa9", "\xc3\x89t\xc3\xa9", "z"});
}

TEST_CASE("ordinary words: each ASCII character is allowed or not") {
  for (char c = '!'; c <= '~'; ++c) {
    const Vocabulary words = vocabulary({{std::string(1, c), 1}});
    const bool small_or_underline = (c >= 'a' && c <= 'z') || c == '_';
    CAPTURE(c);
    CHECK(ordinary_words(words, 0, {}).size() == (small_or_underline ? 1 : 0));
  }
}

TEST_CASE("ordinary words: those of fewer than 20 characters, however many bytes these have") {
  std::string accented;
  for (int i = 0; i < 19; ++i) accented += "\xc3\xa9";
  const Vocabulary words = vocabulary({{std::string(19, 'a'), 1},
                                       {std::string(20, 'a'), 1},
                                       {accented, 1},
                                       {accented + "b", 1},
                                       {"\xe2\x82\xac" + std::string(18, 'c'), 1}});
  CHECK(ordinary_words(words, 0, {}) == std::vector<WordId>{word_id(0), word_id(2), word_id(4)});
}

TEST_CASE("ordinary words: the first of the vocabulary without those excepted") {
  const Vocabulary words = vocabulary({{"a", 5}, {"B", 4}, {"mother", 3}, {"c", 2}, {"d", 1}});
  CHECK(ordinary_words(words, 0, {}) == std::vector<WordId>{word_id(0), word_id(2), word_id(3), word_id(4)});
  CHECK(ordinary_words(words, 3, {}) == std::vector<WordId>{word_id(0), word_id(2)});
  CHECK(ordinary_words(words, 99, {}).size() == 4);
  // A-Z in the exceptions counts as a-z, and exceptions not in the vocabulary do no harm.
  const std::vector<std::string> except = {"Mother", "d", "father"};
  CHECK(ordinary_words(words, 0, except) == std::vector<WordId>{word_id(0), word_id(3)});
  CHECK(ordinary_words(Vocabulary(), 0, except).empty());
}

TEST_CASE("most biased words: those at both ends by cosine, the most biased first") {
  // Cosines 0.6, -1, 0.8, 0, -0.6, 1, -0.28.
  const Embeddings e = embeddings({{"a", {3, 4}},
                                   {"b", {-2, 0}},
                                   {"c", {40, -30}},
                                   {"d", {0, 1}},
                                   {"e", {-0.6F, 0.8F}},
                                   {"f", {0.1F, 0}},
                                   {"g", {-7, -24}}});
  const BiasedWords two = most_biased(e, first_axes(2), numbers(0, 7), 2);
  CHECK(two.first == ids_of(e, {"f", "c"}));
  CHECK(two.last == ids_of(e, {"b", "e"}));
  const BiasedWords three = most_biased(e, first_axes(2), numbers(0, 7), 3);
  CHECK(three.first == ids_of(e, {"f", "c", "a"}));
  CHECK(three.last == ids_of(e, {"b", "e", "g"}));
  // Only among the given words, each once.
  const std::vector<WordId> given = ids_of(e, {"g", "a", "g", "a"});
  CHECK(most_biased(e, first_axes(2), given, 1).first == ids_of(e, {"a"}));
  CHECK(most_biased(e, first_axes(2), given, 1).last == ids_of(e, {"g"}));
  CHECK_THROWS_AS(most_biased(e, first_axes(2), given, 2), Error);
}

TEST_CASE("most biased words: ties go to the first words of the vocabulary") {
  const Embeddings e = embeddings(
      {{"a", {3, 4}}, {"b", {-3, 4}}, {"c", {3, -4}}, {"d", {-6, -8}}, {"e", {6, 8}}, {"f", {-3, 4}}, {"g", {1, 0}}});
  const BiasedWords words = most_biased(e, first_axes(2), ids_of(e, {"f", "e", "g", "d", "c", "b", "a"}), 3);
  CHECK(words.first == ids_of(e, {"g", "a", "c"}));
  CHECK(words.last == ids_of(e, {"b", "d", "f"}));
}

TEST_CASE("most biased words: lengths of vectors do not matter") {
  const Embeddings e = random_embeddings(300, 7, 61);
  Matrix scaled = e.matrix();
  for (Eigen::Index i = 0; i < scaled.rows(); ++i) scaled.row(i) *= std::ldexp(1.0F, static_cast<int>(i % 9) - 4);
  const BiasedWords a = most_biased(e, first_axes(7), numbers(0, 300), 50);
  const BiasedWords b = most_biased(Embeddings(e.vocabulary(), scaled), first_axes(7), numbers(0, 300), 50);
  CHECK(a.first == b.first);
  CHECK(a.last == b.last);
}

TEST_CASE("most biased words: invalid input is an error that says why") {
  const Embeddings e = embeddings({{"a", {3, 4}}, {"b", {-2, 1}}, {"c", {1, 1}}, {"d", {0, 1}}});
  const auto words = numbers(0, 4);
  CHECK_THAT(error_of([&] { most_biased(e, first_axes(2), words, 2); }),
             ContainsSubstring("2 words on its positive side and 1 on its negative, not 2"));
  CHECK_THAT(error_of([&] { most_biased(e, first_axes(2), ids_of(e, {"b", "d"}), 1); }), ContainsSubstring("0 words"));
  CHECK_THAT(error_of([&] { most_biased(e, first_axes(2), {}, 1); }), ContainsSubstring("0 words"));
  CHECK_THAT(option_error_of([&] { most_biased(e, first_axes(2), words, 0); }), ContainsSubstring("got 0"));
  CHECK_THAT(error_of([&] { most_biased(e, first_axes(2, 2), words, 1); }), ContainsSubstring("rank 1, got rank 2"));
  CHECK_THAT(error_of([&] { most_biased(e, first_axes(3), words, 1); }), ContainsSubstring("3 numbers"));
  const Embeddings bad = embeddings({{"a", {3, 4}}, {"b", {-2, 1}}, {"nil", {0, 0}}, {"nan", {not_a_number, 1}}});
  CHECK_THAT(error_of([&] { most_biased(bad, first_axes(2), numbers(0, 3), 1); }), ContainsSubstring("'nil'"));
  const std::vector<WordId> with_nan = ids_of(bad, {"a", "b", "nan"});
  CHECK_THAT(error_of([&] { most_biased(bad, first_axes(2), with_nan, 1); }), ContainsSubstring("'nan'"));
  CHECK(most_biased(bad, first_axes(2), numbers(0, 2), 1).last == ids_of(bad, {"b"}));
}
