#include "equivec/base/rng.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"

#include "tests/catch.hpp"
#include "tests/support.hpp"
#include "tests/thread_ranks.hpp"

#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

using namespace equivec;

namespace {

/// Words of a Zipf-like text; lines of about so many words, 0: one line.
std::string text_of(std::size_t words, std::size_t line, std::uint64_t seed = 1) {
  Rng rng(seed);
  std::string text;
  for (std::size_t i = 0; i < words; ++i) {
    const float u = rng.uniform();
    text += "w" + std::to_string(static_cast<int>(20000 * u * u * u * u));
    const bool ends = line > 0 && rng.below(static_cast<std::uint32_t>(line)) == 0;
    text += ends ? rng.below(4) == 0 ? "\n\n" : "\n" : " ";
  }
  return text;
}

/// A text, and what one process makes of it.
struct Case {
  std::vector<std::string> paths;
  CorpusOptions source = {};
  VocabularyOptions options = {};
};

std::vector<Vocabulary::Entry> entries_of(const Vocabulary& vocabulary) {
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < vocabulary.size(); ++i)
    entries.push_back({std::string(vocabulary.word(word_id(i))), vocabulary.count(word_id(i))});
  return entries;
}

bool same(const std::vector<Vocabulary::Entry>& a, const std::vector<Vocabulary::Entry>& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return x.word == y.word && x.count == y.count; });
}

/// The numbers of a summary that do not depend on the time.
std::vector<std::uint64_t> numbers_of(const TextSummary& s) {
  return {s.files,      s.bytes,       s.lines,        s.records,       s.empty_records, s.sentences,
          s.cuts,       s.invalid,     s.words.types,  s.words.tokens,  s.kept.types,    s.kept.tokens,
          s.rare.types, s.rare.tokens, s.beyond.types, s.beyond.tokens, s.dropped.types, s.dropped.tokens};
}

void check_ranks(const Case& one) {
  const Corpus corpus = Corpus::from_paths(one.paths, one.source);
  TextSummary summary;
  const TrainingText whole = read_corpus(corpus, one.options, nullptr, &summary);
  for (const int size : {2, 3, 8}) {
    INFO(size << " ranks");
    std::mutex mutex;
    std::vector<std::vector<WordId>> chunks(whole.corpus.chunks());
    std::atomic<int> wrong_words = 0, wrong_numbers = 0, wrong_context = 0, wrong_hash = 0;
    run_ranks(size, [&](Communicator& ranks) {
      TextSummary found;
      const Corpus shared = Corpus::from_paths(one.paths, one.source).shared_by(ranks);
      const TrainingText text = read_corpus(shared, one.options, nullptr, &found);
      wrong_words += !same(entries_of(text.vocabulary), entries_of(whole.vocabulary));
      wrong_words += !same(entries_of(count_words(shared, one.options)), entries_of(whole.vocabulary));
      wrong_numbers += numbers_of(found) != numbers_of(summary) || text.corpus.size() != whole.corpus.size() ||
                       text.corpus.words() != whole.corpus.words() || text.corpus.tokens() != whole.corpus.tokens();
      wrong_hash += text.corpus.hash() != whole.corpus.hash();
      for (std::size_t i = 0; i < text.corpus.chunks(); ++i) {
        if (!text.corpus.has_chunk(i)) continue;
        const auto ids = text.corpus.chunk(i);
        const auto stretch = text.corpus.around(i);
        wrong_context +=
            !std::ranges::equal(stretch.ids, whole.corpus.ids().subspan(stretch.first, stretch.ids.size()));
        const std::scoped_lock lock(mutex);
        if (i < chunks.size()) chunks[i].assign(ids.begin(), ids.end());
      }
      const EncodedCorpus again = encode(shared, text.vocabulary, EncodeOptions(one.options));
      wrong_numbers += again.size() != text.corpus.size() || again.hash() != text.corpus.hash();
      wrong_context += !std::ranges::equal(again.ids(), text.corpus.ids());
    });
    CHECK(wrong_words == 0);
    CHECK(wrong_numbers == 0);
    CHECK(wrong_context == 0);
    CHECK(wrong_hash == 0);
    std::vector<WordId> ids;
    for (const auto& chunk : chunks) ids.insert(ids.end(), chunk.begin(), chunk.end());
    CHECK(std::ranges::equal(ids, whole.corpus.ids()));
  }
}

}  // namespace

TEST_CASE("shared text: words and ids are those of one process for any number of ranks", "[slow]") {
  const TemporaryDirectory directory;
  const auto file = [&](const char* name, const std::string& text) {
    write_file(directory / name, text);
    return (directory / name).string();
  };
  Case one;
  one.options.min_count = 3;
  SECTION("lines") { one.paths = {file("a.txt", text_of(200000, 12)), file("b.txt", text_of(50000, 5, 2))}; }
  SECTION("one line") { one.paths = {file("a.txt", text_of(400000, 0))}; }
  SECTION("one line of words that are split by rules") {
    one.paths = {file("a.txt", text_of(400000, 0))};
    one.options.text.tokenize = Tokenization::words;
    one.options.text.lowercase = true;
  }
  SECTION("a line that ends in white space where a share begins") {
    one.paths = {file("a.txt", text_of(100000, 0) + std::string(3 << 20, ' ') + "\n" + text_of(100000, 0))};
  }
  SECTION("one line, cut to sentences, with tokens for their ends and for rare words") {
    one.paths = {file("a.txt", text_of(100000, 0) + "\n" + text_of(100000, 30))};
    one.options.text.max_sentence = 7;
    one.options.text.end_token = "</s>";
    one.options.unknown = "<unk>";
  }
  SECTION("lines with tokens for their ends, of which most words are dropped") {
    one.paths = {file("a.txt", text_of(200000, 3))};
    one.options.text.end_token = "</s>";
    one.options.max_size = 20;
  }
  SECTION("words to keep and to drop") {
    one.paths = {file("a.txt", text_of(100000, 12))};
    one.options.keep = {"w19999", "w19998"};
    one.options.drop = {"w1", "w0"};
  }
  SECTION("little memory") {
    one.paths = {file("a.txt", text_of(300000, 12))};
    one.options.memory = 1000000;
  }
  SECTION("more files than ranks, some of them empty") {
    for (int i = 0; i < 12; ++i)
      one.paths.push_back(file(("f" + std::to_string(i)).c_str(), i % 3 == 0 ? "" : text_of(5000, 9, 3)));
    one.options.min_count = 1;
  }
  SECTION("a text smaller than the ranks' number") {
    one.paths = {file("a.txt", "a b")};
    one.options.min_count = 1;
  }
  SECTION("JSON lines") {
    std::string lines;
    for (int i = 0; i < 3000; ++i)
      lines += "{\"text\": \"" + text_of(40, 0, static_cast<std::uint64_t>(i)) + "\\n" + "more\"}\n";
    one.paths = {file("a.jsonl", lines)};
    one.source.field = "text";
  }
  SECTION("a table whose lines begin within a field") {
    std::string rows = "id,text\n";
    for (int i = 0; i < 2000; ++i)
      rows += std::to_string(i) + ",\"" + text_of(20, 4, static_cast<std::uint64_t>(i)) + "\"\n";
    one.paths = {file("a.csv", rows), file("b.csv", rows)};
    one.source.column = "text";
  }
  check_ranks(one);
}

TEST_CASE("shared text: compressed files are shared by their frames, others whole") {
  const TemporaryDirectory directory;
  Case one;
  const std::size_t line = GENERATE(0u, 12u);
  // Frames of a few kilobytes to some hundreds, so that some are smaller than a line, and one that has none.
  std::string script = "cd " + directory.path().string() + " && : > frames.zst && : > whole.gz";
  const std::string text = text_of(300000, line);
  std::size_t begin = 0;
  for (const std::size_t size : {3000u, 500000u, 100u, 200000u, 400000u, 1000000000u}) {
    const std::string name = "part" + std::to_string(begin);
    write_file(directory / name, text.substr(begin, size));
    script += " && zstd -qc " + name + " >> frames.zst && gzip -c " + name + " >> whole.gz";
    begin = std::min(begin + size, text.size());
  }
  REQUIRE(std::system(script.c_str()) == 0);
  one.paths = {(directory / "frames.zst").string(), (directory / "whole.gz").string()};
  check_ranks(one);
}

TEST_CASE("shared text: an error in one share is every rank's, at its line") {
  const TemporaryDirectory directory;
  std::string lines;
  for (int i = 0; i < 1000; ++i) lines += "{\"text\": \"some words of line " + std::to_string(i) + "\"}\n";
  write_file(directory / "a.jsonl", lines + "{\"text\": 5}\n");
  std::atomic<int> right = 0;
  run_ranks(4, [&](Communicator& ranks) {
    const std::array paths = {(directory / "a.jsonl").string()};
    const Corpus corpus = Corpus::from_paths(paths, {.field = "text"}).shared_by(ranks);
    try {
      count_words(corpus);
    } catch (const Error& error) {
      right += std::string(error.what()).find("a.jsonl:1001: ") != std::string::npos && ranks.is_agreed(error.what());
    }
  });
  CHECK(right == 4);
}

TEST_CASE("shared text: ranks with other files are an error that says which") {
  const TemporaryDirectory directory;
  write_file(directory / "0.txt", "a b c");
  write_file(directory / "1.txt", "a b c d");
  CHECK_THROWS_WITH(
      run_ranks(2,
                [&](Communicator& ranks) {
                  const std::array paths = {(directory / (std::to_string(ranks.rank()) + ".txt")).string()};
                  Corpus::from_paths(paths).shared_by(ranks);
                }),
      ContainsSubstring("rank 1 has other files than rank 0") && ContainsSubstring("7 bytes, not "));
  CHECK_THROWS_WITH(run_ranks(2, [&](Communicator& ranks) { Corpus::from_text("a b").shared_by(ranks); }),
                    ContainsSubstring("cannot be shared by several ranks"));
}
