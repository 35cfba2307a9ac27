#include "equivec/base/characters.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace equivec;
namespace fs = std::filesystem;

namespace {

/// The words of a text, "\n" for a line end.
std::vector<std::string> tokens(std::string_view text) {
  std::vector<std::string> result;
  tokenize(
      text, [&](std::string_view word) { result.emplace_back(word); }, [&] { result.emplace_back("\n"); });
  return result;
}

/// The words of a corpus in their order.
std::vector<std::string> words_in_order(const Corpus& corpus) {
  const Vocabulary words = count_words(corpus, every_word());
  const EncodedCorpus encoded = encode(corpus, words, every_word());
  std::vector<std::string> result;
  for (const WordId id : encoded.ids())
    if (id != EncodedCorpus::sentence_end) result.emplace_back(words.word(id));
  return result;
}

using Words = std::vector<std::string>;

Corpus corpus_of(const std::vector<fs::path>& files) {
  std::vector<std::string> paths;
  for (const fs::path& file : files) paths.push_back(file.string());
  return Corpus::from_paths(paths);
}

}  // namespace

TEST_CASE("tokenizer: words are separated by white space and lines end in line feeds") {
  CHECK(tokens("") == Words{});
  CHECK(tokens("a") == Words{"a"});
  CHECK(tokens("a b") == Words{"a", "b"});
  CHECK(tokens("  a\tb\vc\fd\re  ") == Words{"a", "b", "c", "d", "e"});
  CHECK(tokens("a\r\nb\r\n") == Words{"a", "\n", "b", "\n"});
  CHECK(tokens("\n\na\n\n") == Words{"\n", "\n", "a", "\n", "\n"});
  CHECK(tokens("a, b. C-d") == Words{"a,", "b.", "C-d"});
}

TEST_CASE("tokenizer: only six bytes are white space") {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool space = byte == ' ' || (byte >= 9 && byte <= 13);
    CHECK(is_space(c) == space);
    if (!space) CHECK(tokens(std::string("a") + c + "b") == Words{std::string("a") + c + "b"});
  }
}

TEST_CASE("tokenizer: bytes that are not UTF-8 are words like others") {
  CHECK(tokens("\xff\xfe \xc3 \xc2\xa0x") == Words{"\xff\xfe", "\xc3", "\xc2\xa0x"});
}

TEST_CASE("corpus: a text can be read several times") {
  const Corpus corpus = Corpus::from_text("a b a\n");
  const Corpus copy = corpus;
  CHECK(words_in_order(corpus) == Words{"a", "b", "a"});
  CHECK(words_in_order(corpus) == Words{"a", "b", "a"});
  CHECK(words_in_order(copy) == Words{"a", "b", "a"});
  CHECK(corpus.bytes() == 6);
}

TEST_CASE("corpus: files are read in the order given") {
  const TemporaryDirectory directory;
  const auto b = directory.file("b.txt", "one two\n"), a = directory.file("a.txt", "three\n");
  const Corpus corpus = corpus_of({b, a, b});
  CHECK(words_in_order(corpus) == Words{"one", "two", "three", "one", "two"});
  CHECK(corpus.bytes() == 22);
}

TEST_CASE("corpus: its name is the first path and how many more") {
  const TemporaryDirectory directory;
  const auto a = directory.file("a.txt", "x\n");
  CHECK(corpus_of({a}).name() == a.string());
  const std::string name = corpus_of({a, directory.file("b.txt", "y\n"), directory.file("c.txt", "z\n")}).name();
  REQUIRE(name.starts_with(a.string()));
  CHECK_THAT(name.substr(a.string().size()), ContainsSubstring("2 more"));
}

TEST_CASE("corpus: the end of a file ends a word and a sentence") {
  const TemporaryDirectory directory;
  const Corpus corpus = corpus_of({directory.file("1", "a b"), directory.file("2", "c d")});
  CHECK(words_in_order(corpus) == Words{"a", "b", "c", "d"});
  const Vocabulary words = count_words(corpus, every_word());
  const EncodedCorpus encoded = encode(corpus, words, every_word());
  REQUIRE(encoded.ids().size() >= 5);
  CHECK(encoded.ids()[2] == EncodedCorpus::sentence_end);
}

TEST_CASE("corpus: a directory gives all files below it in byte order of their paths") {
  const TemporaryDirectory directory;
  directory.file("b/2.txt", "four");
  directory.file("b/1/x.txt", "three");
  directory.file("a.txt", "two");
  directory.file("Z.txt", "one");
  directory.file("c.txt", "five");
  fs::create_directory(directory / "empty");
  CHECK(words_in_order(corpus_of({directory.path()})) == Words{"one", "two", "three", "four", "five"});
}

TEST_CASE("corpus: a pattern gives the files that match it in byte order") {
  const TemporaryDirectory directory;
  directory.file("part-2.txt", "second");
  directory.file("part-10.txt", "first");
  directory.file("other.txt", "never");
  CHECK(words_in_order(corpus_of({directory / "part-*.txt"})) == Words{"first", "second"});
  CHECK(words_in_order(corpus_of({directory / "part-?.txt"})) == Words{"second"});
}

TEST_CASE("corpus: a file whose name looks like a pattern is that file") {
  const TemporaryDirectory directory;
  directory.file("a[1].txt", "brackets");
  directory.file("a1.txt", "one");
  CHECK(words_in_order(corpus_of({directory / "a[1].txt"})) == Words{"brackets"});
}

TEST_CASE("corpus: a path that leads to no file is an error that names it") {
  const TemporaryDirectory directory;
  const fs::path empty = directory / "empty";
  fs::create_directory(empty);
  const auto there = directory.file("there.txt", "a");
  CHECK_THAT(error_of([&] {
               corpus_of({there, directory / "absent.txt"});
             }),
             ContainsSubstring((directory / "absent.txt").string()));
  CHECK_THAT(error_of([&] { corpus_of({directory / "*.absent"}); }),
             ContainsSubstring((directory / "*.absent").string()));
  CHECK_THAT(error_of([&] { corpus_of({empty}); }), ContainsSubstring(empty.string()));
}

TEST_CASE("corpus: standard input is kept and read as often as needed") {
  const StandardInput input("a b\nc a");
  const Corpus corpus = Corpus::from_paths(std::vector<std::string>{"-"});
  CHECK(words_in_order(corpus) == Words{"a", "b", "c", "a"});
  CHECK(words_in_order(corpus) == Words{"a", "b", "c", "a"});
}

TEST_CASE("corpus: compressed files are recognized by content") {
  const std::string tool = GENERATE("gzip", "bzip2", "xz", "zstd");
  if (!shell("command -v " + tool + " > /dev/null")) {
    SUCCEED(tool + " is not installed");
    return;
  }
  const TemporaryDirectory directory;
  const std::string text = awkward_text();
  const auto plain = directory.file("plain.txt", text), packed = directory / "packed.txt";
  REQUIRE(shell(tool + " -1 -c " + quoted(plain) + " > " + quoted(packed)));
  const Corpus corpus = corpus_of({packed});
  CHECK(corpus.bytes() == fs::file_size(packed));
  CHECK(counts_of(count_words(corpus, every_word())) == naive_counts(text));
}

TEST_CASE("corpus: gzip files joined into one are read to the end") {
  const TemporaryDirectory directory;
  const auto a = directory.file("a", "one two\n"), b = directory.file("b", "three\n"), both = directory / "both.gz";
  REQUIRE(shell("(gzip -c " + quoted(a) + "; gzip -c " + quoted(b) + ") > " + quoted(both)));
  CHECK(words_in_order(corpus_of({both})) == Words{"one", "two", "three"});
}

TEST_CASE("corpus: a compressed file that was cut short is an error that names it") {
  const TemporaryDirectory directory;
  const auto plain = directory.file("plain.txt", awkward_text()), packed = directory / "packed.gz";
  REQUIRE(shell("gzip -1 -c " + quoted(plain) + " > " + quoted(packed)));
  fs::resize_file(packed, fs::file_size(packed) - 10);
  CHECK_THAT(error_of([&] { count_words(corpus_of({packed}), every_word()); }), ContainsSubstring(packed.string()));
}

TEST_CASE("corpus: a text read in blocks has the words of the whole") {
  const std::string text = awkward_text(2);
  REQUIRE(text.size() > 3 * 1024 * 1024);
  const int threads = GENERATE(1, 2, 4);
  CHECK(counts_of(count_words(Corpus::from_text(text), every_word(threads))) == naive_counts(text));
}

TEST_CASE("corpus: words that end where a block may end stay whole") {
  // A word at every distance from the powers of two where readers may cut.
  const std::size_t block = GENERATE(std::size_t{1} << 16, std::size_t{1} << 20);
  const std::string word(41, 'w');
  for (std::size_t shift = 0; shift < 45; ++shift) {
    std::string text;
    for (const std::size_t end : {block, 2 * block}) {
      text.resize(end - shift, ' ');
      text += word;
    }
    const Vocabulary words = count_words(Corpus::from_text(text), every_word(2));
    CHECK(words.size() == 1);
    CHECK(words.find(word).has_value());
    CHECK(words.total_count() == 2);
  }
}
