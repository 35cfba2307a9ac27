#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/counts/corpus_builder.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/text/corpus.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

using namespace equivec;

// The same text wherever it stands, and the rules that make words of it, through counting and encoding.

namespace {

using Lines = std::vector<std::string>;

/// Lines in several scripts, some of them empty, with quotes, tabs and commas; long enough for several blocks.
Lines random_lines(std::size_t count) {
  Rng rng(5);
  const Lines pieces = {"The",        "cat's", "\"quoted\"",  "a,b",     "tab\there", "Ünïcode",     "e\u0301t\u0301",
                        "東京タワー", "don't", "rock-n-roll", "1,000.5", "…",         "back\\slash", "ไทย",
                        "😀"};
  Lines lines;
  for (std::size_t i = 0; i < count; ++i) {
    std::string line;
    for (std::uint32_t words = rng.below(12); words > 0; --words) {
      line += (line.empty() ? "" : " ") + pieces[rng.below(static_cast<std::uint32_t>(pieces.size()))];
      if (rng.below(3) == 0) line += std::to_string(rng.below(500));
    }
    lines.push_back(line);
  }
  return lines;
}

std::string joined(const Lines& lines, std::size_t begin = 0, std::size_t end = std::string::npos) {
  std::string text;
  for (std::size_t i = begin; i < std::min(end, lines.size()); ++i) text += lines[i] + "\n";
  return text;
}

std::string json(const std::string& line) {
  std::string text = "\"";
  for (const char c : line) {
    if (c == '"' || c == '\\') text += '\\';
    text += c == '\t' ? std::string("\\t") : std::string(1, c);
  }
  return text + '"';
}

std::string quoted(const std::string& line) {
  std::string text = "\"";
  for (const char c : line) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + '"';
}

struct Read {
  std::vector<Vocabulary::Entry> words;
  std::vector<WordId> ids;
  std::string hash;
  std::uint64_t tokens;

  explicit Read(const TrainingText& text)
      : ids(text.corpus.ids().begin(), text.corpus.ids().end()),
        hash(text.corpus.hash()),
        tokens(text.corpus.tokens()) {
    for (std::size_t i = 0; i < text.vocabulary.size(); ++i)
      words.push_back({std::string(text.vocabulary.word(word_id(i))), text.vocabulary.count(word_id(i))});
  }
  bool operator==(const Read& other) const {
    return ids == other.ids && hash == other.hash && tokens == other.tokens &&
           std::ranges::equal(words, other.words, [](const Vocabulary::Entry& a, const Vocabulary::Entry& b) {
             return a.word == b.word && a.count == b.count;
           });
  }
};

Corpus corpus_of(const std::vector<std::filesystem::path>& files, const CorpusOptions& options = {}) {
  std::vector<std::string> paths;
  for (const auto& file : files) paths.push_back(file.string());
  return Corpus::from_paths(paths, options);
}

/// The words of a text, sentence by sentence.
std::string words_of(const Corpus& corpus, VocabularyOptions options) {
  options.min_count = options.min_count == 5 ? 1 : options.min_count;
  const TrainingText text = read_corpus(corpus, options);
  std::string result;
  for (const WordId id : text.corpus.ids())
    result += id == EncodedCorpus::sentence_end ? "\n" : std::string(text.vocabulary.word(id)) + " ";
  return result;
}
std::string words_of(const std::string& text, const VocabularyOptions& options) {
  return words_of(Corpus::from_text(text), options);
}

}  // namespace

TEST_CASE("Text sources: one file, forty files, a directory, a list, JSON lines and columns give the same corpus") {
  const TemporaryDirectory folder;
#ifdef SANITIZED
  const Lines lines = random_lines(6000);  // most of a minute otherwise
#else
  const Lines lines = random_lines(30000);
#endif
  const std::size_t part = lines.size() / 40;
  std::vector<std::filesystem::path> forty;
  std::string records, comma, tab, semicolon = "id;text\r\n", list;
  for (std::size_t i = 0; i < 40; ++i) {
    forty.push_back(folder.file("parts/" + std::string(i < 10 ? "0" : "") + std::to_string(i) + ".txt",
                                joined(lines, i * part, i == 39 ? std::string::npos : (i + 1) * part)));
    list += forty.back().string() + "\n";
  }
  tab = "text\tid\n";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string id = std::to_string(i);
    records += "{\"id\": " + id + ", \"text\": " + json(lines[i]) + ", \"more\": {\"text\": \"no\"}}\n";
    comma += id + "," + quoted(lines[i]) + ",\"\"\n";
    tab += quoted(lines[i]) + "\t" + id + "\n";
    semicolon += id + ";" + quoted(lines[i]) + "\r\n";
  }
  const Corpus plain = corpus_of({folder.file("plain.txt", joined(lines))});
  const std::vector<std::pair<std::string, Corpus>> sources = {
      {"forty files", corpus_of(forty)},
      {"directory", corpus_of({folder / "parts"})},
      {"glob", corpus_of({folder / "parts/*.txt"})},
      {"list", corpus_of({"@" + folder.file("list", list).string()})},
      {"string", Corpus::from_text(joined(lines))},
      {"JSON lines", corpus_of({folder.file("text.jsonl", records)}, {.field = "text"})},
      {"JSON pointer", corpus_of({folder.file("pointer.jsonl", records)}, {.field = "/text"})},
      {"comma", corpus_of({folder.file("text.csv", comma)}, {.column = "2"})},
      {"tab", corpus_of({folder.file("text.tsv", tab)}, {.column = "text"})},
      {"semicolon", corpus_of({folder.file("semicolon.csv", semicolon)}, {.column = "text"})}};
  const std::vector<TextOptions> rules = {
      {},
      {.lowercase = true, .normalize = Normalization::nfkc, .tokenize = Tokenization::words, .end_token = "</s>"},
      {.tokenize = Tokenization::characters, .max_sentence = 7}};
  for (const TextOptions& text : rules) {
    const VocabularyOptions options = {.text = text, .min_count = 2, .unknown = "<unk>", .threads = 1};
    const Read expected(read_corpus(plain, options));
    CHECK(expected.words.size() > 40);
    for (const int threads : {1, 3})
      for (const std::uint64_t memory : {std::uint64_t{0}, std::uint64_t{200000}})
        for (const auto& [name, corpus] : sources) {
          VocabularyOptions other = options;
          other.threads = threads;
          other.memory = memory;
          INFO(name << ", " << threads << " threads, memory " << memory);
          REQUIRE(Read(read_corpus(corpus, other)) == expected);
        }
  }
}

TEST_CASE("Text sources: a line of many blocks without a blank is cut between words") {
  std::string text;
  for (int i = 0; i < 700000; ++i) text += i % 11 == 0 ? "。" : i % 2 ? "東" : "京";
  const VocabularyOptions options = {.text = {.tokenize = Tokenization::words}, .min_count = 1};
  TextSummary summary;
  const TrainingText read = read_corpus(Corpus::from_text(text), options, nullptr, &summary);
  CHECK(summary.words.tokens == 700000);
  CHECK(read.vocabulary.size() == 3);
  CHECK(read.corpus.ids().size() == 700001);
  CHECK_THROWS_WITH(read_corpus(Corpus::from_text(text), {.min_count = 1}),
                    ContainsSubstring("a word has more than 2097152 bytes"));
  const std::string letters(5000000, 'x');
  CHECK_THROWS_WITH(read_corpus(Corpus::from_text(letters), options), ContainsSubstring("a word has more than"));
  CHECK(read_corpus(Corpus::from_text(letters), {.text = {.tokenize = Tokenization::characters}, .min_count = 1})
            .corpus.tokens() == 5000000);
}

TEST_CASE("Text sources: words that a program gives obey the same rules") {
  CorpusBuilder builder;
  for (const char* word : {"New York's", "BIG", "—", "apple"}) builder.add(word);
  builder.end_sentence();
  builder.add("…");
  builder.end_sentence();
  builder.add("The");
  const Corpus corpus = std::move(builder).finish();
  const TextOptions rules = {.lowercase = true, .tokenize = Tokenization::words, .punctuation = Punctuation::drop};
  CHECK(words_of(corpus, {.text = rules}) == "new york's big apple \nthe \n");
  CHECK(words_of(corpus, {.text = {.lowercase = true}}) == "new york's big — apple \n… \nthe \n");
  CHECK(words_of(corpus, {.text = {.tokenize = Tokenization::words, .max_sentence = 2}}) ==
        "New York's \nBIG — \napple \n… \nThe \n");
  TextSummary summary;
  const Vocabulary words = count_words(corpus, {.text = rules, .min_count = 1}, nullptr, &summary);
  CHECK(words.size() == 5);
  CHECK(summary.sentences == 2);
  CHECK(summary.words.tokens == 5);
}

TEST_CASE("Text sources: a long sentence is cut after max_sentence words, and the cuts are counted") {
  const std::string text = "a b c d e f g\n\nh i j\nk l m n\n";
  CHECK(words_of(text, {.text = {.max_sentence = 3}}) == "a b c \nd e f \ng \nh i j \nk l m \nn \n");
  CHECK(words_of(text, {.text = {.max_sentence = 3, .end_token = "."}}) ==
        "a b c . \nd e f . \ng . \nh i j . \nk l m . \nn . \n");
  CHECK(words_of(text, {.text = {.max_sentence = 1}}).size() == 14 * 3);
  for (const int threads : {1, 2}) {
    TextSummary summary;
    const Vocabulary words = count_words(
        Corpus::from_text(text), {.text = {.max_sentence = 3, .end_token = "."}, .min_count = 1, .threads = threads},
        nullptr, &summary);
    CHECK(summary.cuts == 3);
    CHECK(summary.sentences == 6);
    CHECK(words.count(words.find(".").value()) == 6);
  }
}

TEST_CASE("Text sources: words to keep and to drop are chosen by name, as the rules write them") {
  const std::string text = "The the the cat cat sat on on on mat\n";
  const VocabularyOptions options = {
      .text = {.lowercase = true}, .min_count = 2, .keep = {"Mat", "missing"}, .drop = {"THE"}};
  CHECK(words_of(text, options) == "cat cat on on on mat \n");
  VocabularyOptions unknown = options;
  unknown.unknown = "<unk>";
  TextSummary summary;
  const TrainingText read = read_corpus(Corpus::from_text(text), unknown, nullptr, &summary);
  CHECK(read.vocabulary.count(read.vocabulary.find("<unk>").value()) == 4);
  CHECK(summary.kept.types == 3);
  CHECK(summary.dropped.types == 1);
  CHECK(summary.dropped.tokens == 3);
  CHECK(summary.rare.types == 1);
  VocabularyOptions spilled = unknown;
  spilled.memory = 1;  // the words go through files
  CHECK(Read(read_corpus(Corpus::from_text(text), spilled)) == Read(read));
  VocabularyOptions few = options;
  few.max_size = 2;
  CHECK(words_of(text, few) == "on on on mat \n");
  VocabularyOptions both = options;
  both.drop = {"mat"};
  CHECK_THROWS_WITH(words_of(text, both), "the word 'mat' is to be kept and to be dropped; choose one");
  const TemporaryDirectory folder;
  CHECK(read_word_list(folder.file("words", "\xEF\xBB\xBFthe\r\n\n a \nof")) == Lines{"the", "a", "of"});
  CHECK_THROWS_WITH(read_word_list(folder.file("two", "the\na b\n")),
                    ContainsSubstring(":2: expected one word a line, found 'a b'"));
}

TEST_CASE("Text sources: what is wrong with a record is told with its file and line") {
  const TemporaryDirectory folder;
  const auto message_of = [](const Corpus& corpus, const TextOptions& text = {}) -> std::string {
    try {
      read_corpus(corpus, {.text = text, .min_count = 1});
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  std::string records;
  for (int i = 0; i < 50000; ++i) records += "{\"id\":" + std::to_string(i) + ",\"text\":\"some words of text\"}\n";
  const auto broken = folder.file("broken.jsonl", records + "{\"id\":1,\"txt\":\"x\"}\n" + records);
  CHECK_THAT(message_of(corpus_of({broken}, {.field = "text"})),
             ContainsSubstring(broken.string() + ":50001: ") && ContainsSubstring("'txt'"));
  const auto table = folder.file("table.csv", "id,\"the\ntext\"\n1,\"a\nb\"\n2\n3,c\n");
  CHECK_THAT(message_of(corpus_of({table}, {.column = "the\ntext"})), ContainsSubstring(table.string() + ":5: "));
  CHECK_THAT(message_of(corpus_of({table}, {.column = "text"})), ContainsSubstring(table.string() + ":1: "));
  CHECK_THROWS_AS(corpus_of({table}, {.field = "a", .column = "b"}), OptionError);
  const auto latin = folder.file("latin.txt", joined(Lines(80000, "plain words")) + "caf\xE9\n");
  CHECK_THAT(message_of(corpus_of({latin, latin}), {.invalid_utf8 = InvalidUtf8::fail}),
             ContainsSubstring(latin.string() + ":80001: the text is not UTF-8"));
  const std::string list = "@" + folder.file("list", "\nplain.txt\nnowhere.txt\n").string();
  CHECK_THROWS_WITH(corpus_of({list}), ContainsSubstring("list:2: there is no file 'plain.txt'"));
}

TEST_CASE("Text sources: the summary counts what was read and what became of it") {
  const TemporaryDirectory folder;
  const auto first = folder.file("a.txt", "a b a\n\ncaf\xE9 c"), second = folder.file("b.txt", "a a b\n");
  TextSummary summary;
  count_words(corpus_of({first, second}), {.min_count = 2}, nullptr, &summary);
  CHECK(summary.files == 2);
  CHECK(summary.bytes == 19);
  CHECK(summary.lines == 4);
  CHECK(summary.sentences == 3);
  CHECK(summary.words.tokens == 8);
  CHECK(summary.words.types == 4);
  CHECK(summary.kept.types == 2);
  CHECK(summary.kept.tokens == 6);
  CHECK(summary.rare.types == 2);
  CHECK(summary.invalid == 1);
  summary.seconds = 0;
  CHECK(described(summary) ==
        "2 files, 19 bytes, 4 lines, 3 sentences, 8 tokens, 4 different words, 1 piece that is not UTF-8; kept 2 words "
        "(6 "
        "tokens); left out 2 words (2 tokens) that are too rare; 0.0 s");
  const Vocabulary words = count_words(Corpus::from_text("a b\n"), {.min_count = 1});
  encode(corpus_of({first, second}), words, {}, nullptr, &summary);
  CHECK(summary.outside == 2);
  CHECK(summary.kept.tokens == 6);
}

TEST_CASE("Text sources: phrases leave words alone that are white space, as a program may give them") {
  CorpusBuilder builder;
  for (int i = 0; i < 30; ++i) {
    for (const char* word : {"a", "b", "\n", "c", "d"}) builder.add(word);
    builder.end_sentence();
  }
  builder.add("rare");
  const Corpus corpus = std::move(builder).finish();
  const Vocabulary words =
      count_words(corpus, {.phrases = Phrases({{{"a_b", 3.0}}}), .min_count = 2, .unknown = "<unk>"});
  CHECK(words.count(words.find("a_b").value()) == 30);
  CHECK(words.count(words.find("\n").value()) == 30);
  CHECK(words.count(words.find("<unk>").value()) == 1);
  CHECK(words.size() == 5);
}
