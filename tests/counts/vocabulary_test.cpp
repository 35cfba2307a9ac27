#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"
#include "src/base/row_table.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <array>
#include <memory>

using namespace equivec;
namespace fs = std::filesystem;

namespace {

VocabularyOptions with_unknown(int min_count, const std::string& unknown) {
  VocabularyOptions options;
  options.min_count = min_count;
  options.unknown = unknown;
  return options;
}

/// "word count" of each entry, in order.
std::vector<std::string> lines_of(const Vocabulary& words) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < words.size(); ++i)
    result.push_back(std::string(words.word(word_id(i))) + " " + std::to_string(words.count(word_id(i))));
  return result;
}

Vocabulary counted(std::string text, const VocabularyOptions& options) {
  return count_words(Corpus::from_text(std::move(text)), options);
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("vocabulary: words keep the order they are given in") {
  const Vocabulary words = vocabulary({{"z", 1}, {"a", 5}, {"m", 0}});
  CHECK(lines_of(words) == Lines{"z 1", "a 5", "m 0"});
  CHECK(words.total_count() == 6);
  CHECK(words.find("a") == word_id(1));
  CHECK(words.find("m") == word_id(2));
}

TEST_CASE("vocabulary: finding an unknown word gives an empty result and no error") {
  const Vocabulary words = vocabulary({{"ab", 1}});
  CHECK_FALSE(words.find("a"));
  CHECK_FALSE(words.find("abc"));
  CHECK_FALSE(words.find(""));
  CHECK_FALSE(words.find("AB"));
  CHECK_FALSE(Vocabulary().find("ab"));
  CHECK(Vocabulary().size() == 0);
  CHECK(Vocabulary().total_count() == 0);
}

TEST_CASE("vocabulary: words are bytes") {
  const std::string zero("a\0b", 3), broken("\xc3\x28\xff");
  const Vocabulary words = vocabulary({{zero, 1}, {"a", 1}, {broken, 1}, {"a b\n", 1}});
  CHECK(words.word(word_id(0)) == zero);
  CHECK(words.find(zero) == word_id(0));
  CHECK(words.find("a") == word_id(1));
  CHECK(words.find(broken) == word_id(2));
  CHECK(words.find("a b\n") == word_id(3));
}

TEST_CASE("vocabulary: many words are all found") {
  const Vocabulary words = numbered_words(100000);
  std::size_t found = 0;
  for (std::size_t i = 0; i < words.size(); ++i) found += words.find("w" + std::to_string(i)) == word_id(i);
  CHECK(found == 100000);
  CHECK_FALSE(words.find("w100000"));
}

TEST_CASE("vocabulary: several words are found as each of them is") {
  std::vector<Vocabulary::Entry> entries;
  for (int i = 0; i < 5000; ++i) entries.push_back({"w" + std::to_string(i), 0});
  const Vocabulary all(entries);
  std::vector<std::string> texts;
  for (int i = 0; i < 101; ++i) texts.push_back("w" + std::to_string(i * 97));  // the last are none of them
  texts.emplace_back();
  const std::vector<std::string_view> words(texts.begin(), texts.end());
  std::vector<std::optional<WordId>> expected;
  for (const std::string_view word : words) expected.push_back(all.find(word));
  CHECK(all.find(words) == expected);
  CHECK(expected.front().has_value());
  CHECK(!expected.back().has_value());
  CHECK(all.find(std::span<const std::string_view>()).empty());
  CHECK(Vocabulary().find(words) == std::vector<std::optional<WordId>>(words.size()));
}

TEST_CASE("vocabulary: a word that occurs twice is an error that names it") {
  CHECK_THAT(error_of([] { vocabulary({{"one", 1}, {"twice", 2}, {"twice", 3}}); }), ContainsSubstring("twice"));
}

TEST_CASE("vocabulary: an empty word is an error") { CHECK_THROWS_AS(vocabulary({{"a", 1}, {"", 2}}), Error); }

TEST_CASE("vocabulary: a table in other memory is used without a copy and kept alive") {
  struct Table {
    std::array<std::int64_t, 4> offsets = {0, 2, 3, 6};
    std::array<std::int64_t, 3> counts = {7, 0, 5};
    std::string bytes = "abcdef";
  };
  auto table = std::make_shared<Table>();
  const std::weak_ptr<Table> watch = table;
  {
    const Vocabulary words(table->offsets, table->counts, table->bytes, table);
    table.reset();
    CHECK_FALSE(watch.expired());
    CHECK(lines_of(words) == Lines{"ab 7", "c 0", "def 5"});
    CHECK(words.find("def") == word_id(2));
    CHECK(words.total_count() == 12);
    CHECK(words.offsets().data() == watch.lock()->offsets.data());
    CHECK(words.counts().data() == watch.lock()->counts.data());
    CHECK(words.bytes().data() == watch.lock()->bytes.data());
  }
  CHECK(watch.expired());
}

TEST_CASE("vocabulary: an inconsistent table is an error") {
  using Table = std::vector<std::int64_t>;
  const auto build = [](const Table& offsets, const Table& counts, std::string_view bytes) {
    return error_of([&] { Vocabulary(offsets, counts, bytes, nullptr); });
  };
  CHECK(build({0, 1, 3}, {1, 1}, "abc").empty());
  CHECK_FALSE(build({0, 2, 1}, {1, 1}, "abc").empty());     // does not ascend
  CHECK_FALSE(build({0, 1, 4}, {1, 1}, "abc").empty());     // beyond the end
  CHECK_FALSE(build({-1, 1, 3}, {1, 1}, "abc").empty());    // before the start
  CHECK_FALSE(build({0, 1, 1}, {1, 1}, "abc").empty());     // an empty word
  CHECK_FALSE(build({0, 1, 2}, {1, 1}, "aa").empty());      // a word twice
  CHECK_FALSE(build({0, 1}, {1, 1}, "abc").empty());        // too few offsets
  CHECK_FALSE(build({0, 1, 2, 3}, {1, 1}, "abc").empty());  // too many
  CHECK_FALSE(build({}, {}, "").empty());                   // none
  CHECK_FALSE(build({0, INT64_MAX, INT64_MIN}, {1, 1}, "abc").empty());
}

TEST_CASE("vocabulary: the tables of one can be the tables of another") {
  const Vocabulary a = vocabulary({{"one", 1}, {"two", 22}, {"\xff", 3}});
  const Vocabulary b(a.offsets(), a.counts(), a.bytes(), nullptr);
  CHECK(a.offsets().size() == a.size() + 1);
  CHECK(a.counts().size() == a.size());
  CHECK(lines_of(a) == lines_of(b));
}

TEST_CASE("count_words: most frequent first and ties in byte order") {
  CHECK(lines_of(counted("b a c b a\nb c", every_word())) == Lines{"b 3", "a 2", "c 2"});
  // Bytes are compared as numbers from 0 to 255, so that ASCII comes before everything else.
  CHECK(lines_of(counted("\xc3\xa9 z B b \xff a ab", every_word())) ==
        Lines{"B 1", "a 1", "ab 1", "b 1", "z 1", "\xc3\xa9 1", "\xff 1"});
}

TEST_CASE("count_words: rarer words are left out") {
  VocabularyOptions options;
  options.min_count = 2;
  const Vocabulary words = counted("a a a b b c", options);
  CHECK(lines_of(words) == Lines{"a 3", "b 2"});
  CHECK(words.total_count() == 5);
}

TEST_CASE("count_words: the minimum count is five by default") {
  CHECK(lines_of(counted("a a a a a b b b b", {})) == Lines{"a 5"});
}

TEST_CASE("count_words: a limit keeps only the most frequent words") {
  VocabularyOptions options = every_word();
  options.max_size = 2;
  CHECK(lines_of(counted("a a a b b c c d", options)) == Lines{"a 3", "b 2"});
  options.max_size = 100;
  CHECK(counted("a a a b b c c d", options).size() == 4);
}

TEST_CASE("count_words: all words left out become the unknown word") {
  CHECK(lines_of(counted("a a a b b c d", with_unknown(2, "<unk>"))) == Lines{"a 3", "<unk> 2", "b 2"});
  VocabularyOptions options = with_unknown(1, "<unk>");
  options.max_size = 2;
  CHECK(lines_of(counted("a a a a a b b b b c c c", options)) == Lines{"<unk> 7", "a 5"});
}

TEST_CASE("count_words: an unknown word that occurs in the corpus counts both") {
  CHECK(lines_of(counted("a a a <unk> b c", with_unknown(2, "<unk>"))) == Lines{"<unk> 3", "a 3"});
  CHECK(lines_of(counted("a a a b b c", with_unknown(2, "b"))) == Lines{"a 3", "b 3"});
}

TEST_CASE("count_words: the end token counts the sentences that have a word") {
  VocabularyOptions options = every_word();
  options.text.end_token = "</s>";
  const auto ends = [&](std::string text) {
    const Vocabulary words = counted(std::move(text), options);
    return words.count(words.find("</s>").value());
  };
  CHECK(ends("a b\nc\n") == 2);
  CHECK(ends("\n\na b\n\n \t\n\nc\n\n") == 2);  // blank lines are no sentences
  CHECK(ends("a b\nc") == 2);                   // the last line needs no line feed
  CHECK(ends("a\r\n\r\nb\r\n") == 2);
  CHECK(ends("a") == 1);
  CHECK(lines_of(counted("a b\nb a\nb", options)) == Lines{"</s> 3", "b 3", "a 2"});
}

TEST_CASE("count_words: the end token is kept however rare it is") {
  VocabularyOptions options;
  options.min_count = 3;
  options.text.end_token = "</s>";
  CHECK(lines_of(counted("a a a b\n", options)) == Lines{"a 3", "</s> 1"});
}

TEST_CASE("count_words: special tokens are part of the size") {
  VocabularyOptions options = with_unknown(1, "<unk>");
  options.text.end_token = "</s>";
  options.max_size = 3;
  CHECK(lines_of(counted("a a a a b b c\n", options)) == Lines{"a 4", "<unk> 3", "</s> 1"});
}

TEST_CASE("count_words: the result is the same for any number of threads") {
  const std::string text = awkward_text(3);
  VocabularyOptions options = with_unknown(3, "<unk>");
  options.text.end_token = "</s>";
  options.threads = 1;
  const Lines expected = lines_of(counted(text, options));
  options.threads = GENERATE(2, 4, 0);
  CHECK(lines_of(counted(text, options)) == expected);
}

TEST_CASE("count_words: sentences are counted across blocks") {
  const std::string text = awkward_text(4);
  std::uint64_t sentences = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    sentences += text.find_first_not_of(" \t\v\f\r", begin) < end;
    begin = end + 1;
  }
  VocabularyOptions options = every_word(GENERATE(1, 3));
  options.text.end_token = "</s>";
  const Vocabulary words = counted(text, options);
  CHECK(words.count(words.find("</s>").value()) == sentences);
}

TEST_CASE("count_words: a corpus that leaves no word is an error") {
  CHECK_THROWS_AS(counted("", every_word()), Error);
  CHECK_THROWS_AS(counted(" \n\t\n", every_word()), Error);
  CHECK_THROWS_AS(counted("a b c", {}), Error);
}

TEST_CASE("count_words: progress counts bytes and it can be cancelled") {
  const std::string text = awkward_text(5);
  Progress progress;
  count_words(Corpus::from_text(text), every_word(), &progress);
  CHECK(progress.done == text.size());
  CHECK(progress.total == text.size());
  progress.cancelled = true;
  CHECK_THROWS_AS(count_words(Corpus::from_text(text), every_word(), &progress), Cancelled);
}

TEST_CASE("vocabulary options: a bad setting is named") {
  const auto message = [](auto change) {
    VocabularyOptions options;
    change(options);
    const std::string error = option_error_of([&] { validate(options); });
    CHECK(option_error_of([&] { counted("a a a a a", options); }) == error);
    return error;
  };
  CHECK_THAT(message([](auto& o) { o.min_count = -1; }), ContainsSubstring("min") && ContainsSubstring("got -1"));
  CHECK_THAT(message([](auto& o) { o.max_size = -2; }), ContainsSubstring("max") && ContainsSubstring("got -2"));
  CHECK_THAT(message([](auto& o) { o.threads = -3; }), ContainsSubstring("threads") && ContainsSubstring("got -3"));
  CHECK_NOTHROW(validate(VocabularyOptions{}));
}

TEST_CASE("vocabulary file: what is written reads back") {
  const TemporaryDirectory directory;
  const Vocabulary words = vocabulary(
      {{"the", std::uint64_t{1} << 40}, {"\xff\xc3", 7}, {"\xe4\xb8\xad", 7}, {"1", 3}, {"zero", 0}, {"#", 1}});
  write_vocabulary(directory / "words.txt", words);
  CHECK(lines_of(read_vocabulary(directory / "words.txt")) == lines_of(words));
  CHECK(directory.names() == std::vector<std::string>{"words.txt"});
}

TEST_CASE("vocabulary file: a word that it cannot represent is refused or reads back") {
  const TemporaryDirectory directory;
  const fs::path file = directory / "words.txt";
  const std::string word = GENERATE(as<std::string>{}, "new york", "a\nb", "a\rb", "tab\tbed", " ", "\n", "end\r");
  CAPTURE(word);
  const Vocabulary words = vocabulary({{"first", 2}, {word, 1}});
  if (error_of([&] { write_vocabulary(file, words); }).empty())
    CHECK(lines_of(read_vocabulary(file)) == lines_of(words));
  else
    CHECK(directory.names().empty());
}

TEST_CASE("vocabulary file: lines may have other white space, no count and no last line feed") {
  const TemporaryDirectory directory;
  const auto file = directory.file("words.txt", "b 5\r\na\nc\t3");
  CHECK(lines_of(read_vocabulary(file)) == Lines{"b 5", "a 0", "c 3"});
}

TEST_CASE("vocabulary file: a bad line is named with its file") {
  const TemporaryDirectory directory;
  const std::string second_line = GENERATE("b x", "b -1", "b 1.5", "b 99999999999999999999999", "a 2", "b 1 2");
  CAPTURE(second_line);
  const auto file = directory.file("words.txt", "a 5\n" + second_line + "\nc 1\n");
  CHECK_THAT(error_of([&] { read_vocabulary(file); }), ContainsSubstring(file.string() + ":2"));
}

TEST_CASE("vocabulary file: a word that occurs twice is named") {
  const TemporaryDirectory directory;
  const auto file = directory.file("words.txt", "once 5\ntwice 4\nother 3\ntwice 2\n");
  CHECK_THAT(error_of([&] { read_vocabulary(file); }),
             ContainsSubstring(file.string() + ":4") && ContainsSubstring("twice"));
}

TEST_CASE("vocabulary file: a missing one is named") {
  const TemporaryDirectory directory;
  CHECK_THAT(error_of([&] { read_vocabulary(directory / "absent.txt"); }),
             ContainsSubstring((directory / "absent.txt").string()));
}

TEST_CASE("vocabulary file: after a failure the old one is still there") {
  const TemporaryDirectory directory;
  const auto file = directory.file("words.txt", "old 1\n");
  std::string error;
  {
    const Vocabulary words = numbered_words(20000);
    const FileSizeLimit limit(10000);
    error = error_of([&] { write_vocabulary(file, words); });
  }
  CHECK_THAT(error, ContainsSubstring(file.string()));
  CHECK(read_file(file) == "old 1\n");
  CHECK(directory.names() == std::vector<std::string>{"words.txt"});
}

TEST_CASE("cased: a vocabulary is cased if one word in a hundred has a letter A-Z") {
  const auto with = [](std::size_t cased, std::size_t all, bool first) {
    std::vector<Vocabulary::Entry> entries;
    for (std::size_t i = 0; i < all; ++i)
      entries.push_back({((first ? i < cased : i >= all - cased) ? "aZ" : "az\xc3\x89") + std::to_string(i), 1});
    return is_cased(Vocabulary(entries));
  };
  CHECK_FALSE(is_cased(Vocabulary()));
  CHECK_FALSE(with(0, 1, true));
  CHECK(with(1, 1, true));
  for (const bool first : {true, false}) {
    CAPTURE(first);
    CHECK(with(1, 99, first));
    CHECK(with(1, 100, first));
    CHECK_FALSE(with(1, 101, first));
    CHECK(with(2, 200, first));
    CHECK_FALSE(with(2, 201, first));
    CHECK_FALSE(with(99, 10000, first));
    CHECK(with(100, 10000, first));
  }
}

TEST_CASE("cased: A and Z are letters and their neighbours are not") {
  CHECK(is_cased(vocabulary({{"A", 1}})));
  CHECK(is_cased(vocabulary({{"Z", 1}})));
  CHECK_FALSE(is_cased(vocabulary({{"@[", 1}, {"`a", 1}, {"z{", 1}, {"\xc3\x89", 1}})));
}
