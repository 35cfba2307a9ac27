#include "src/text/text_rules.hpp"

#include "catch.hpp"
#include "equivec/base/characters.hpp"
#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/text/corpus.hpp"
#include "src/text/code_points.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace equivec;

namespace {

using Sentences = std::vector<std::vector<std::string>>;

Sentences sentences_of(std::string_view text) {
  Sentences result(1);
  tokenize(
      text, [&](std::string_view word) { result.back().emplace_back(word); }, [&] { result.emplace_back(); });
  return result;
}

Sentences words(std::string_view text, const TextOptions& options) { return sentences_of(tokenized(text, options)); }

/// The words of a text of one line, with | between them.
std::string line(std::string_view text, const TextOptions& options) {
  std::string result;
  const Sentences sentences = words(text, options);
  for (const std::string& word : sentences.at(0)) result += (result.empty() ? "" : "|") + word;
  return result;
}

const TextOptions by_words = {.tokenize = Tokenization::words};
const TextOptions by_words_without_punctuation = {.tokenize = Tokenization::words, .punctuation = Punctuation::drop};
const TextOptions by_characters = {.tokenize = Tokenization::characters};
const TextOptions by_letters = {.tokenize = Tokenization::letters};

/// A text of pieces that meet in all ways.
std::string random_text(Rng& rng, std::size_t pieces) {
  static const std::vector<std::string> alphabet = {
      "a",       "B",      "7",        " ",    "\n", "'", "-",      ".",     ",",      "_",        "\t",     "é",
      "e\u0301", "\u0301", "ß",        "Ω",    "ж",  "’", "‑",      "…",     "\u00A0", "\u00AD",   "\u200B", "\u200D",
      "東",      "京",     "カ",       "ー",   "ไ",  "ด", "\u0E4C", "က",     "\u1039", "한",       "\u1100", "\u1161",
      "1️⃣", "👩",      "👧",        "🇩",    "🇪",  "²", "ﬁ",      "①",     "\u0344", "\u0345",   "٣",      "ا",
      "\u0600",  "\xFF",   "\xE6\x9D", "\xC0", "İ",  "K", "a-b",    "don't", "word",   "Two words"};
  std::string text;
  for (std::size_t i = 0; i < pieces; ++i) text += alphabet[rng.below(static_cast<std::uint32_t>(alphabet.size()))];
  return text;
}

std::vector<TextOptions> every_way() {
  std::vector<TextOptions> result;
  for (const Tokenization tokenize : tokenizations)
    for (const Normalization normalize : normalizations)
      for (const bool lowercase : {false, true})
        result.push_back({.lowercase = lowercase, .normalize = normalize, .tokenize = tokenize});
  result.push_back(by_words_without_punctuation);
  result.push_back({.tokenize = Tokenization::characters, .punctuation = Punctuation::drop, .digits = Digits::zero});
  return result;
}

}  // namespace

TEST_CASE("Text rules: without options the text stays as it is") {
  const std::string text = "The cat,  don't\r\n\tÉté \xFF\n";
  CHECK(tokenized(text, {}) == text);
}

TEST_CASE("Text rules: words are letters, marks and numbers, with apostrophes and hyphens inside") {
  CHECK(line("The cat (sat) on 3.14 mats!", by_words) == "The|cat|(|sat|)|on|3|.|14|mats|!");
  CHECK(line("don't rock-n-roll l'été d’accord non‑stop", by_words) == "don't|rock-n-roll|l'été|d’accord|non‑stop");
  CHECK(line("'quoted' -5 a--b end- 'tis James'", by_words) == "'|quoted|'|-|5|a|-|-|b|end|-|'|tis|James|'");
  CHECK(line("naïve cafe\u0301 m² ½ snake_case", by_words) == "naïve|cafe\u0301|m²|½|snake|_|case");
  CHECK(line("«Да», сказал он… Ω≠ω", by_words) == "«|Да|»|,|сказал|он|…|Ω|≠|ω");
}

TEST_CASE("Text rules: punctuation that is dropped separates words") {
  CHECK(line("The cat (sat) on 3.14 mats! don't", by_words_without_punctuation) == "The|cat|sat|on|3|14|mats|don't");
  CHECK(line("«Да», сказал… 👍", by_words_without_punctuation) == "Да|сказал");
  CHECK(line("a, b", {.tokenize = Tokenization::characters, .punctuation = Punctuation::drop}) == "a|b");
}

TEST_CASE("Text rules: a grapheme is a word in scripts without spaces") {
  CHECK(line("東京タワーは333m。", by_words) == "東|京|タ|ワ|ー|は|333m|。");
  CHECK(line("แลนด์ ສະ ខ្មែរ မြန်မာ", by_words) == "แ|ล|น|ด์|ສ|ະ|ខ្|មែ|រ|မြ|န်|မ|ာ");
  CHECK(line("한국어 עברית हिन्दी", by_words) == "한국어|עברית|हिन्दी");
}

TEST_CASE("Text rules: a symbol keeps what belongs to it, and invisible characters vanish") {
  CHECK(line("#️⃣ 👨‍👩‍👧! 🇩🇪🇫🇷", by_words) ==
        "#️⃣|👨‍👩‍👧|!|🇩🇪|🇫🇷");
  CHECK(line("co\u00ADop\u200Eerate zero\u200Bwidth", by_words) == "cooperate|zero|width");
  CHECK(line("می\u200Cخواهم", by_words) == "می\u200Cخواهم");
}

TEST_CASE("Text rules: characters are graphemes") {
  CHECK(line("e\u0301a 한 👨‍👩‍👧🇩🇪x", by_characters) ==
        "e\u0301|a|한|👨‍👩‍👧|🇩🇪|x");
  CHECK(line("a-b 1.", by_characters) == "a|-|b|1|.");
}

TEST_CASE("Text rules: letters are those of text8, digits are spelled") {
  CHECK(line("The U.S. in 1983; café", by_letters) == "the|u|s|in|one|nine|eight|three|caf");
  CHECK(line("2019", {.tokenize = Tokenization::letters, .digits = Digits::zero}) == "zero|zero|zero|zero");
}

TEST_CASE("Text rules: lower case is Unicode's simple mapping in every locale") {
  CHECK(tokenized("ÀÉÎ ΑΣ ЖЯ Ǆ I İ ẞ 𐐀", {.lowercase = true}) == "àéî ασ жя ǆ i i ß 𐐨");
  CHECK(tokenized("ABC xyz\xFF DEF", {.lowercase = true}) == "abc xyz\xFF def");
}

TEST_CASE("Text rules: digits of every script become zero") {
  CHECK(tokenized("a1b22 ٣४ ² Ⅷ", {.digits = Digits::zero}) == "a0b00 00 ² Ⅷ");
  CHECK(line("in 1983", {.tokenize = Tokenization::words, .digits = Digits::zero}) == "in|0000");
}

TEST_CASE("Text rules: normal forms compose, order marks and, if asked, replace compatible forms") {
  CHECK(tokenized("e\u0301 a\u0323\u0302 a\u0302\u0323 \u1100\u1161\u11A8 Å", {.normalize = Normalization::nfc}) ==
        "é ậ ậ 각 Å");
  CHECK(tokenized("ﬁ ① Ａ ｶﾞ", {.normalize = Normalization::nfc}) == "ﬁ ① Ａ ｶﾞ");
  CHECK(tokenized("ﬁ ① Ａ ｶﾞ", {.normalize = Normalization::nfkc}) == "fi 1 A ガ");
  CHECK(line("x\u00A0y Ｆｕｌｌ！",
             {.lowercase = true, .normalize = Normalization::nfkc, .tokenize = Tokenization::words}) == "x|y|full|!");
}

TEST_CASE("Text rules: a letter with very many marks takes no quadratic time") {
  std::string text = "a";
  for (int i = 0; i < 300000; ++i) text += i % 2 ? "\u0301" : "\u0323";
  const std::string result = tokenized(text, {.normalize = Normalization::nfc});
  CHECK(result.size() > 500000);
}

TEST_CASE("Text rules: bytes that are not UTF-8 are kept, replaced, left out or refused, and counted") {
  const std::string text = "caf\xE9 ok\nb\xF0\x9F\x98 \xC0\xAF \xED\xA0\x80";
  const auto mended = [&](InvalidUtf8 rule) { return tokenized(text, {.invalid_utf8 = rule}); };
  CHECK(mended(InvalidUtf8::keep) == text);
  // As Python's errors="replace": a piece for each longest beginning of a character.
  CHECK(mended(InvalidUtf8::replace) == "caf\uFFFD ok\nb\uFFFD \uFFFD\uFFFD \uFFFD\uFFFD\uFFFD");
  CHECK(mended(InvalidUtf8::skip) == "caf ok\nb  ");
  CHECK_THROWS_WITH(mended(InvalidUtf8::fail), ContainsSubstring("line 1 of the text is not UTF-8"));
  TextRules::Scratch scratch;
  CHECK(TextRules({}).apply(text, scratch).invalid == 7);
  CHECK(TextRules({.invalid_utf8 = InvalidUtf8::replace}).apply(text, scratch).invalid == 7);
  CHECK(line("na\xEFve, co\xF6p!", by_words) == "na\xEFve|,|co\xF6p|!");
}

TEST_CASE("Text rules: no line is lost or made") {
  Rng rng(7);
  for (const TextOptions& options : every_way())
    for (int round = 0; round < 20; ++round) {
      const std::string text = random_text(rng, 200), result = tokenized(text, options);
      REQUIRE(std::ranges::count(result, '\n') == std::ranges::count(text, '\n'));
    }
}

TEST_CASE("Text rules: a text may be cut after white space and where may_cut says so") {
  Rng rng(11);
  std::size_t cuts = 0;
  for (int round = 0; round < 100; ++round) {
    const std::string text = random_text(rng, 60);
    for (const TextOptions& options : every_way()) {
      const Sentences whole = words(text, options);
      for (std::size_t i = 1; i < text.size(); ++i) {
        const bool between = !is_space(text[i - 1]) && may_cut(text, i, options.tokenize);
        if (!is_space(text[i - 1]) && !between) continue;
        cuts += between;
        Sentences left = words(text.substr(0, i), options);
        const Sentences right = words(text.substr(i), options);
        left.back().insert(left.back().end(), right[0].begin(), right[0].end());
        left.insert(left.end(), right.begin() + 1, right.end());
        INFO(text << " at " << i << " by " << name_of(options.tokenize) << " " << name_of(options.normalize));
        REQUIRE(left == whole);
      }
    }
  }
  CHECK(cuts > 5000);
}

TEST_CASE("Text rules: plain text gives the same words whatever stands around it") {
  // A letter that is not ASCII makes the splitter look at each character: both ways must agree.
  Rng rng(13);
  const std::string alphabet = "aZ09'-., \t\n_\x7F\x01\"";
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (std::size_t i = 0; i < 1 + rng.below(150); ++i)
      text += alphabet[rng.below(static_cast<std::uint32_t>(alphabet.size()))];
    for (const TextOptions& options : {by_words, by_words_without_punctuation, by_characters}) {
      std::string marked;  // a combining mark after each character, which goes with it
      Sentences expected = words(text, options);
      for (const char c : text)
        marked += is_space(c) || c < ' ' || c == '\x7F' ? std::string(1, c) : c + std::string("\u0301");
      Sentences found = words(marked, options);
      for (auto& sentence : found)
        for (std::string& word : sentence)
          for (std::size_t at; (at = word.find("\u0301")) != word.npos;) word.erase(at, 2);
      REQUIRE(found == expected);
    }
  }
}

TEST_CASE("Text options: what is recorded gives the same options again") {
  const TextOptions options = {.lowercase = true,
                               .normalize = Normalization::nfkc,
                               .tokenize = Tokenization::words,
                               .punctuation = Punctuation::drop,
                               .digits = Digits::zero,
                               .invalid_utf8 = InvalidUtf8::skip,
                               .max_sentence = 100,
                               .end_token = "</s>"};
  CHECK(text_options_of(description(options)) == options);
  CHECK(description(TextOptions()).empty());
  CHECK(text_options_of({{"window", "5"}}) == TextOptions());
  CHECK_THROWS_WITH(text_options_of({{"tokenize", "wrods"}}), "tokenize: no value is named 'wrods'");
}

TEST_CASE("Text options: what has no effect is refused") {
  CHECK_THROWS_AS(validate(TextOptions{.punctuation = Punctuation::drop}), OptionError);
  CHECK_THROWS_AS(validate(TextOptions{.max_sentence = -1}), OptionError);
}
