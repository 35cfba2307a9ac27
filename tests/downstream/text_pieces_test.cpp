#include "equivec/base/error.hpp"
#include "equivec/downstream/mean_vectors.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/tokenizer.hpp"

#include "catch.hpp"
#include "src/downstream/text_pieces.hpp"
#include "support.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

using namespace equivec;
using Json = nlohmann::ordered_json;
using Strings = std::vector<std::string>;

namespace {

/// What a tokenizer.json has beside the vocabulary.
struct Parts {
  Json normalizer = nullptr, pre_tokenizer = nullptr, added = Json::array();
  Json model = {{"type", "WordPiece"},
                {"unk_token", "[UNK]"},
                {"continuing_subword_prefix", "##"},
                {"max_input_chars_per_word", 100}};
};

const Json bert_normalizer = {{"type", "BertNormalizer"},
                              {"clean_text", true},
                              {"handle_chinese_chars", true},
                              {"strip_accents", nullptr},
                              {"lowercase", true}};
const Json bert = {{"type", "BertPreTokenizer"}}, at_blanks = {{"type", "WhitespaceSplit"}};
const Json word_level = {{"type", "WordLevel"}, {"unk_token", "[UNK]"}};

Json sequence(const char* members, const std::vector<Json>& steps) { return {{"type", "Sequence"}, {members, steps}}; }

/// Vectors of words with the tokenizer that has them; row i is (i + 1, 1).
Embeddings model(const Strings& words, const Parts& parts, const std::string& configuration = {}) {
  std::vector<Vocabulary::Entry> entries;
  Json vocabulary = Json::object();
  for (const std::string& word : words) {
    vocabulary[word] = entries.size();
    entries.push_back({word, 0});
  }
  Json described = parts.model;
  if (described.is_object()) described["vocab"] = vocabulary;
  const Json file = {{"version", "1.0"},
                     {"added_tokens", parts.added},
                     {"normalizer", parts.normalizer},
                     {"pre_tokenizer", parts.pre_tokenizer},
                     {"post_processor", {{"type", "TemplateProcessing"}}},
                     {"model", described}};
  Matrix vectors(static_cast<Eigen::Index>(words.size()), 2);
  for (Eigen::Index i = 0; i < vectors.rows(); ++i) vectors.row(i) << static_cast<float>(i + 1), 1;
  return Embeddings(Vocabulary(entries), vectors).with_tokenizer(Tokenizer(file.dump(), configuration));
}

/// The pieces of a text; "?" for one that is unknown.
Strings pieces(const Embeddings& e, std::string_view text) {
  Strings result;
  for (const auto id : TextPieces(e).of(text)) result.push_back(id ? std::string(e.vocabulary().word(*id)) : "?");
  return result;
}

Strings pieces(const Strings& words, const Parts& parts, std::string_view text) {
  return pieces(model(words, parts), text);
}

std::string error_for(const Parts& parts) {
  const std::string error = error_of([&] { pieces({"[UNK]", "a"}, parts, "a"); });
  CHECK(error.find('\n') == error.npos);
  return error;
}

const Strings english = {"[PAD]",  "[UNK]",  "play", "##ing", "##ed", "##s", "un",
                         "##play", "##able", ",",    "a",     "##a",  "é",   "e"};

}  // namespace

TEST_CASE("tokenizers of static models: WordPiece takes the longest piece from the left") {
  const Parts parts{.normalizer = bert_normalizer, .pre_tokenizer = bert};
  CHECK(pieces(english, parts, "Playing, unplayable plays") ==
        Strings{"play", "##ing", ",", "un", "##play", "##able", "play", "##s"});
  CHECK(pieces(english, parts, "aaa") == Strings{"a", "##a", "##a"});
  CHECK(pieces(english, parts, "") == Strings{});
  CHECK(pieces(english, parts, " \t ") == Strings{});
}

TEST_CASE("tokenizers of static models: a word whose end has no piece is unknown as a whole") {
  const Parts parts{.normalizer = bert_normalizer, .pre_tokenizer = bert};
  CHECK(pieces(english, parts, "playzz a") == Strings{"?", "a"});
  CHECK(pieces(english, parts, "##ing") == Strings{"?", "?", "?"});  // # # and "ing", which no word begins with
}

TEST_CASE("tokenizers of static models: a word with more characters than the limit is unknown") {
  Parts parts{.pre_tokenizer = at_blanks};
  parts.model["max_input_chars_per_word"] = 3;
  CHECK(pieces(english, parts, "aaa aaaa") == Strings{"a", "##a", "##a", "?"});
  CHECK(pieces({"[UNK]", "é", "##é"}, parts, "ééé éééé") == Strings{"é", "##é", "##é", "?"});  // not bytes
}

TEST_CASE("tokenizers of static models: WordLevel looks whole words up") {
  const Parts parts{.normalizer = {{"type", "Lowercase"}}, .pre_tokenizer = at_blanks, .model = word_level};
  CHECK(pieces({"[UNK]", "don't", "stop"}, parts, "Don't  stop stopping") == Strings{"don't", "stop", "?"});
  CHECK(pieces({"[UNK]", "a b"}, {.model = word_level}, "a b") == Strings{"a b"});  // nothing cuts the text
}

TEST_CASE("tokenizers of static models: BERT's normalizer drops accents and control characters, and parts Han") {
  const Parts parts{.normalizer = bert_normalizer, .pre_tokenizer = bert, .model = word_level};
  const Strings words = {"[UNK]", "cafe", "中", "国", "ab", "x"};
  CHECK(pieces(words, parts, "Café CAFE\u0301") == Strings{"cafe", "cafe"});
  CHECK(pieces(words, parts, "中国x") == Strings{"中", "国", "x"});
  CHECK(pieces(words, parts,
               "a\u200Bb a\u00ADb a\x01"
               "b a\uFFFDb a\xFF"
               "b") == Strings{"ab", "ab", "ab", "ab", "ab"});  // the last is not UTF-8
  CHECK(pieces(words, parts, "x\u00A0x\u3000x\tx") == Strings{"x", "x", "x", "x"});
}

TEST_CASE("tokenizers of static models: BERT's normalizer keeps case and accents where the model is cased") {
  Parts parts{.normalizer = bert_normalizer, .pre_tokenizer = bert, .model = word_level};
  parts.normalizer["lowercase"] = false;
  CHECK(pieces({"[UNK]", "É", "E"}, parts, "É E e") == Strings{"É", "E", "?"});
  parts.normalizer["strip_accents"] = true;
  CHECK(pieces({"[UNK]", "É", "E"}, parts, "É E") == Strings{"E", "E"});
}

TEST_CASE("tokenizers of static models: normalizers are applied one after the other") {
  const auto normalized = [](const std::vector<Json>& steps, const std::string& text, const std::string& expected) {
    const Parts parts{.normalizer = sequence("normalizers", steps), .model = word_level};
    CHECK(pieces({"[UNK]", expected}, parts, text) == Strings{expected});
  };
  normalized({{{"type", "NFD"}}}, "é", "e\u0301");
  normalized({{{"type", "NFC"}}}, "e\u0301", "é");
  normalized({{{"type", "NFKD"}}}, "ﬁé", "fie\u0301");
  normalized({{{"type", "NFKC"}}}, "ﬁe\u0301½", "fié1⁄2");
  normalized({{{"type", "NFD"}}, {{"type", "StripAccents"}}, {{"type", "Lowercase"}}}, "ÉA", "ea");
  normalized({{{"type", "Lowercase"}}}, "İΣẞ", "i\u0307σß");
  normalized({{{"type", "Strip"}, {"strip_left", true}, {"strip_right", false}}}, "\u3000 a ", "a ");
  normalized({{{"type", "Strip"}, {"strip_left", false}, {"strip_right", true}}}, " a \u3000", " a");
  normalized({{{"type", "Replace"}, {"pattern", {{"String", "ll"}}}, {"content", "L"}}}, "lllall", "LlaL");
  normalized({{{"type", "Prepend"}, {"prepend", "▁"}}}, "a", "▁a");
}

TEST_CASE("tokenizers of static models: pre-tokenizers cut by kinds of characters") {
  const auto cut = [](const Json& pre_tokenizer, const std::string& text, const Strings& expected) {
    Strings words = {"[UNK]"};
    for (const std::string& word : expected)
      if (std::ranges::find(words, word) == words.end()) words.push_back(word);
    CHECK(pieces(words, {.pre_tokenizer = pre_tokenizer, .model = word_level}, text) == expected);
  };
  const auto named = [](const char* type) { return Json{{"type", type}}; };
  cut(named("Whitespace"), "it's 3.5 €—no", {"it", "'", "s", "3", ".", "5", "€—", "no"});
  cut(named("WhitespaceSplit"), "it's\u2028 3.5", {"it's", "3.5"});
  cut(named("BertPreTokenizer"), "a--b$c€ d", {"a", "-", "-", "b", "$", "c€", "d"});
  cut({{"type", "Punctuation"}, {"behavior", "Contiguous"}}, "a--b", {"a", "--", "b"});
  cut({{"type", "Punctuation"}, {"behavior", "Removed"}}, "a--b", {"a", "b"});
  cut({{"type", "Digits"}, {"individual_digits", true}}, "a12½", {"a", "1", "2", "½"});
  cut({{"type", "Digits"}, {"individual_digits", false}}, "a12½b", {"a", "12½", "b"});
  cut(sequence("pretokenizers", {named("WhitespaceSplit"), {{"type", "Digits"}, {"individual_digits", false}}}),
      "a1 2b", {"a", "1", "2", "b"});
}

TEST_CASE("tokenizers of static models: added tokens are found before the text is cut") {
  const auto token = [](const char* content, bool normalized, bool single_word) {
    return Json{{"id", 1}, {"content", content}, {"normalized", normalized}, {"single_word", single_word}};
  };
  const Strings words = {"[UNK]", "[MASK]", "a", "Big", "cat", "cats"};
  Parts parts{.normalizer = {{"type", "Lowercase"}}, .pre_tokenizer = bert, .model = word_level};
  parts.added = {token("[UNK]", false, false), token("[MASK]", false, false), token("Big", true, false),
                 token("cat", true, true)};
  CHECK(pieces(words, parts, "a[MASK]a") == Strings{"a", "[MASK]", "a"});
  CHECK(pieces(words, parts, "[mask] [UNK]") == Strings{"?", "?", "?", "?"});
  CHECK(pieces(words, parts, "aBIGa") == Strings{"a", "Big", "a"});  // found as the normalizer makes it
  CHECK(pieces(words, parts, "cats cat!") == Strings{"cats", "cat", "?"});
  CHECK(pieces(words, parts, "[MASK][MASK]") == Strings{"[MASK]", "[MASK]"});
}

TEST_CASE("tokenizers of static models: what is not known is refused with the way out") {
  const auto refused = [](const Parts& parts, const std::string& what) {
    CHECK(error_for(parts) == "the vectors' tokenizer.json:1: " + what +
                                  " is not known here; cut the texts with the Python package tokenizers and give "
                                  "mean_vectors() the tokens, or leave the tokenizer out by way of .vec");
  };
  refused({.model = {{"type", "BPE"}}}, "'model': the model \"BPE\"");
  refused({.model = {{"unk_token", "[UNK]"}}}, "'model': a model without a type");
  refused({.normalizer = {{"type", "Precompiled"}}}, "'normalizer': the normalizer \"Precompiled\"");
  refused({.normalizer = {{"type", "Replace"}, {"pattern", {{"Regex", "a+"}}}, {"content", ""}}},
          "'normalizer': a replacement of a regular expression");
  refused({.pre_tokenizer = {{"type", "Metaspace"}}}, "'pre_tokenizer': the pre-tokenizer \"Metaspace\"");
  refused({.pre_tokenizer = {{"type", "Punctuation"}, {"behavior", "MergedWithNext"}}},
          "'pre_tokenizer': the behavior \"MergedWithNext\" of Punctuation");
}

TEST_CASE("tokenizers of static models: rules that a damaged file may have are errors") {
  const auto contains = [](const Parts& parts, const std::string& part) {
    CHECK_THAT(error_for(parts), ContainsSubstring(part));
  };
  contains({.normalizer = {{"type", 3}}}, "'type': expected a text, found 3");
  contains({.normalizer = "NFC"}, "'normalizer': expected an object, found \"NFC\"");
  contains({.model = 3}, "'model': expected an object, found 3");
  Parts longest;
  longest.model["max_input_chars_per_word"] = 1e9;
  contains(longest, "expected 1 to 10,000, found 1e+09");
  contains({.pre_tokenizer = sequence("pretokenizers", std::vector<Json>(17, at_blanks))}, "more than 16 steps");
  const Json grows = {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", std::string(64, 'a')}};
  contains({.normalizer = sequence("normalizers", std::vector<Json>(9, grows))}, "more than 64 times as long");
  contains({.normalizer = {{"type", "Prepend"}, {"prepend", std::string(65, 'a')}}}, "inserts more than 64 bytes");
}

TEST_CASE("means of texts: the tokenizer of a static model cuts them, and unknown words are skipped") {
  const Embeddings e = model(english, {.normalizer = bert_normalizer, .pre_tokenizer = bert});
  const std::vector<Text> texts = {"Playing zz", "zz", Strings{"play", "zz"}, Strings{"playing"}};
  const MeanVectors found = mean_vectors(e, texts);
  CHECK(found.known == std::vector<std::uint32_t>{2, 0, 1, 0});  // words that are given are not cut
  CHECK(found.vectors(0, 0) == 3.5f);                            // rows 3 and 4
}

TEST_CASE("means of texts: words that are given need no tokenizer that is known") {
  const Embeddings e = model(english, {.model = {{"type", "BPE"}}});
  CHECK(mean_vectors(e, std::vector<Text>{Strings{"play"}}).known == std::vector<std::uint32_t>{1});
  CHECK_THROWS_AS(mean_vectors(e, std::vector<Text>{"play"}), Error);
}

TEST_CASE("means of texts: they are scaled to length 1 if the model says so, or as the options do") {
  const std::vector<Text> texts = {"a play", "zz"};
  const auto length = [&](const std::string& configuration, Normalize normalize) {
    const Matrix vectors =
        mean_vectors(model(english, {.pre_tokenizer = bert}, configuration), texts, {.normalize = normalize}).vectors;
    CHECK(vectors.row(1).isZero(0));
    return vectors.row(0).cast<double>().norm();
  };
  CHECK(std::abs(length("{\"normalize\": true}", Normalize::model) - 1) < 1e-6);
  CHECK(length("{\"normalize\": true}", Normalize::never) > 2);
  CHECK(length("{\"normalize\": false}", Normalize::model) > 2);
  CHECK(length("", Normalize::model) > 2);
  CHECK(std::abs(length("", Normalize::always) - 1) < 1e-6);
}
