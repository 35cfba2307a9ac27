#include "equivec/base/types.hpp"
#include "src/counts/word_counts.hpp"
#include "src/text/word_scanner.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <array>
#include <map>

using namespace equivec;

namespace {

/// The numbers of a text's words.
std::vector<std::uint32_t> add_text(WordCounts& words, std::string_view text) {
  std::vector<std::uint32_t> result;
  WordScanner scanner(text);
  std::array<WordId, WordScanner::batch> numbers;
  while (scanner.next()) {
    words.add(text, scanner.edges(), numbers);
    for (std::size_t i = 0; i < scanner.edges().size() / 2; ++i)
      result.push_back(static_cast<std::uint32_t>(index(numbers[i])));
  }
  return result;
}

std::map<std::string, std::uint64_t> counts_of(const WordCounts& words) {
  std::map<std::string, std::uint64_t> result;
  const auto counts = words.counts();
  for (std::uint32_t i = 0; i < counts.size(); ++i) result[std::string(words.word(i))] = counts[i];
  return result;
}

}  // namespace

TEST_CASE("word counts: words are numbered in the order of first occurrence") {
  WordCounts words;
  CHECK(add_text(words, "b a b c a b") == std::vector<std::uint32_t>{0, 1, 0, 2, 1, 0});
  CHECK(add_text(words, "c d") == std::vector<std::uint32_t>{2, 3});
  CHECK(words.size() == 4);
  CHECK(words.word(0) == "b");
  CHECK(words.word(3) == "d");
  CHECK(words.counts() == std::vector<std::uint64_t>{3, 2, 2, 1});
}

TEST_CASE("word counts: a word added singly is the same as in a text") {
  WordCounts words;
  CHECK(words.add("one", 5) == 0);
  CHECK(words.add("a word with blanks, which a text has not", 0) == 1);
  CHECK(add_text(words, "two one") == std::vector<std::uint32_t>{2, 0});
  CHECK(words.add("two", 7) == 2);
  CHECK(words.counts() == std::vector<std::uint64_t>{6, 0, 8});
}

TEST_CASE("word counts: words that share their first bytes, their zeros or all but one byte are different") {
  std::string text;
  std::size_t different = 0;
  for (std::size_t length = 1; length < 70; ++length) {
    text += std::string(length, 'a') + ' ' + std::string(length, '\0') + ' ';
    different += 2;
    for (std::size_t place = 0; place < length; ++place) {
      std::string word(length, 'a');
      word[place] = 'b';
      text += word + ' ';
      word[place] = '\0';
      text += word + ' ';
      different += length == 1 ? 1 : 2;  // a single zero occurred before
    }
  }
  WordCounts words;
  const auto first = add_text(words, text);
  CHECK(words.size() == different);
  CHECK(add_text(words, text) == first);
  CHECK(counts_of(words) == naive_counts(text + text));
}

TEST_CASE("word counts: many words are all found, with anything after them") {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += "w" + std::to_string(i) + ' ';
  WordCounts words;
  const auto first = add_text(words, text);
  REQUIRE(words.size() == 200000);
  bool ordered = true;
  for (std::uint32_t i = 0; i < first.size(); ++i) ordered = ordered && first[i] == i;
  CHECK(ordered);
  bool found = true;
  for (std::uint32_t i = 0; i < 200000; i += 97) {
    // The text ends with the word: nothing beyond it may be read.
    const std::string word = "w" + std::to_string(i);
    const std::vector<char> alone(word.begin(), word.end());
    found = found && words.add({alone.data(), alone.size()}, 0) == i;
    found = found && add_text(words, {alone.data(), alone.size()}) == std::vector<std::uint32_t>{i};
  }
  CHECK(found);
}
