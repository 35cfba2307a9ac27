#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <sstream>

using namespace equivec;

namespace {

constexpr WordId end = EncodedCorpus::sentence_end;

using Ids = std::vector<WordId>;

Ids ids_from(std::initializer_list<int> numbers) {
  Ids result;
  for (const int number : numbers) result.push_back(number < 0 ? end : word_id(static_cast<std::size_t>(number)));
  return result;
}

/// The expected ids, line by line and word by word, without a sentence end at the end of the corpus.
Ids naive_ids(const std::string& text, const Vocabulary& words, const std::optional<WordId>& unknown,
              const std::optional<WordId>& end_word) {
  Ids result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream stream(line);
    bool any = false;
    for (std::string word; stream >> word; any = true) {
      if (const auto id = words.find(word)) {
        result.push_back(*id);
      } else if (unknown) {
        result.push_back(*unknown);
      }
    }
    if (any && end_word) result.push_back(*end_word);
    if (!result.empty() && result.back() != end) result.push_back(end);
  }
  if (!result.empty() && result.back() == end) result.pop_back();
  return result;
}

/// The ids without a sentence end at the end of the corpus.
Ids ids_of(const EncodedCorpus& corpus) {
  Ids result(corpus.ids().begin(), corpus.ids().end());
  if (!result.empty() && result.back() == end) result.pop_back();
  return result;
}

bool ends_are_single(std::span<const WordId> ids) {
  bool previous = true;  // none may stand at the start
  for (const WordId id : ids) {
    if (id == end && previous) return false;
    previous = id == end;
  }
  return true;
}

}  // namespace

TEST_CASE("encoded corpus: words become their numbers and lines are sentences") {
  const Vocabulary words = vocabulary({{"a", 2}, {"b", 1}, {"c", 1}});
  const EncodedCorpus corpus = encode(Corpus::from_text("a b\nc a\n"), words);
  CHECK(ids_of(corpus) == ids_from({0, 1, -1, 2, 0}));
  CHECK(corpus.words() == 4);
  CHECK(corpus.tokens() == 4);
}

TEST_CASE("encoded corpus: words outside the vocabulary are dropped but counted") {
  const Vocabulary words = vocabulary({{"a", 2}, {"b", 1}});
  const EncodedCorpus corpus = encode(Corpus::from_text("a x b\ny y\n\nz a"), words);
  CHECK(ids_of(corpus) == ids_from({0, 1, -1, 0}));
  CHECK(corpus.words() == 3);
  CHECK(corpus.tokens() == 7);
}

TEST_CASE("encoded corpus: sentence ends are never doubled and never first") {
  const Vocabulary words = vocabulary({{"a", 1}});
  for (const std::string text : {"\n\n\na\n\n\na\n\n", "x\nx\na x\nx\nx\na\nx\n", "\r\n \na\r\n\t\r\n a", "a\na"}) {
    const EncodedCorpus corpus = encode(Corpus::from_text(text), words);
    CHECK(ends_are_single(corpus.ids()));
    CHECK(ids_of(corpus) == ids_from({0, -1, 0}));
  }
}

TEST_CASE("encoded corpus: words outside the vocabulary become the unknown word if there is one") {
  const Vocabulary words = vocabulary({{"a", 2}, {"<unk>", 1}});
  VocabularyOptions options;
  options.unknown = "<unk>";
  const EncodedCorpus corpus = encode(Corpus::from_text("a x\ny <unk>\n"), words, options);
  CHECK(ids_of(corpus) == ids_from({0, 1, -1, 1, 1}));
  CHECK(corpus.words() == 4);
}

TEST_CASE("encoded corpus: each sentence that has a word ends in the end token") {
  const Vocabulary words = vocabulary({{"a", 2}, {"</s>", 2}});
  VocabularyOptions options;
  options.text.end_token = "</s>";
  const EncodedCorpus corpus = encode(Corpus::from_text("a a\n\n\na\n a"), words, options);
  CHECK(ids_of(corpus) == ids_from({0, 0, 1, -1, 0, 1, -1, 0, 1}));
  CHECK(corpus.words() == 7);
}

TEST_CASE("encoded corpus: a large text is encoded as word by word, for any number of threads") {
  const std::string text = awkward_text(7);
  VocabularyOptions options;
  options.min_count = 4;
  const bool special = GENERATE(false, true);
  if (special) {
    options.unknown = "<unk>";
    options.text.end_token = "</s>";
  }
  const Corpus source = Corpus::from_text(text);
  const Vocabulary words = count_words(source, options);
  const auto id = [&](const char* word) { return special ? words.find(word) : std::nullopt; };
  const Ids expected = naive_ids(text, words, id("<unk>"), id("</s>"));
  REQUIRE(expected.size() > 3 * EncodedCorpus::chunk_size);

  std::string hash;
  for (const int threads : {1, 2, 4, 0}) {
    options.threads = threads;
    const EncodedCorpus corpus = encode(source, words, options);
    CHECK(ids_of(corpus) == expected);
    CHECK(ends_are_single(corpus.ids()));
    CHECK(corpus.words() + static_cast<std::uint64_t>(std::ranges::count(corpus.ids(), end)) == corpus.ids().size());
    if (hash.empty()) hash = corpus.hash();
    CHECK(corpus.hash() == hash);
  }
}

TEST_CASE("encoded corpus: it has as many words as the vocabulary counted") {
  const Corpus source = Corpus::from_text(awkward_text(8));
  VocabularyOptions options;
  options.min_count = 5;
  SECTION("rare words vanish") {}
  SECTION("rare words become one") { options.unknown = "<unk>"; }
  SECTION("line ends are words") { options.text.end_token = "</s>"; }
  const Vocabulary words = count_words(source, options);
  const EncodedCorpus corpus = encode(source, words, options);
  std::vector<std::uint64_t> counts(words.size());
  for (const WordId id : corpus.ids())
    if (id != end) ++counts[index(id)];
  bool equal = true;
  for (std::size_t i = 0; i < words.size(); ++i) equal = equal && counts[i] == words.count(word_id(i));
  CHECK(equal);
  CHECK(corpus.words() == words.total_count());
}

TEST_CASE("encoded corpus: options that counted a corpus also encode it") {
  VocabularyOptions options = every_word();
  options.unknown = "<unk>";  // nothing is left out here
  options.text.end_token = "</s>";
  const Corpus source = Corpus::from_text("a b\nb a\n");
  const Vocabulary words = count_words(source, options);
  CHECK(encode(source, words, options).words() == 6);
}

TEST_CASE("encoded corpus: it is cut into chunks of 65536 ids") {
  const std::size_t size = GENERATE(as<std::size_t>{}, 0, 1, 65535, 65536, 65537, 131072, 200000);
  Ids ids(size);
  for (std::size_t i = 0; i < size; ++i) ids[i] = i % 10 == 9 ? end : word_id(i % 7);
  const EncodedCorpus corpus(ids, 7);
  CHECK(EncodedCorpus::chunk_size == 65536);
  CHECK(corpus.chunks() == (size + 65535) / 65536);
  Ids joined;
  for (std::size_t i = 0; i < corpus.chunks(); ++i) {
    const auto chunk = corpus.chunk(i);
    CHECK(chunk.size() == (i + 1 < corpus.chunks() ? 65536 : size - 65536 * i));
    joined.insert(joined.end(), chunk.begin(), chunk.end());
  }
  CHECK(joined == ids);
  CHECK(corpus.words() == size - size / 10);
}

TEST_CASE("encoded corpus: ids given by a caller must be words") {
  CHECK_NOTHROW(EncodedCorpus(ids_from({0, 1, -1, 1}), 2));
  CHECK_THROWS_AS(EncodedCorpus(ids_from({0, 2}), 2), Error);
  CHECK_THROWS_AS(EncodedCorpus(Ids{word_id(0xFFFFFFFE)}, 2), Error);
  CHECK(EncodedCorpus(ids_from({0, 1, -1, 1}), 2).words() == 3);
  CHECK(EncodedCorpus(ids_from({0, 1, -1, 1}), 2).hash().empty());
}

TEST_CASE("encoded corpus: the hash is the one that xxhsum -H1 prints for the text") {
  const Vocabulary words = vocabulary({{"one", 2}, {"alpha", 1}});
  CHECK(encode(Corpus::from_text("one two  three\n\nfour one\n"), words).hash() == "xxh64:eaffdc4f86fcfbaf");
  std::string large;
  for (int i = 0; i < 200000; ++i) large += "alpha beta gamma delta\n";
  VocabularyOptions options;
  options.threads = GENERATE(1, 4);
  CHECK(encode(Corpus::from_text(large), words, options).hash() == "xxh64:704c0e896583c7a6");
}

TEST_CASE("encoded corpus: the hash of a compressed file is that of its text") {
  const TemporaryDirectory directory;
  const auto plain = directory.file("text", "one two  three\n\nfour one\n"), packed = directory / "text.gz";
  REQUIRE(shell("gzip -c " + quoted(plain) + " > " + quoted(packed)));
  const Vocabulary words = vocabulary({{"one", 2}});
  for (const auto& file : {plain, packed}) {
    const std::vector<std::string> paths = {file.string()};
    CHECK(encode(Corpus::from_paths(paths), words).hash() == "xxh64:eaffdc4f86fcfbaf");
  }
}

TEST_CASE("encoded corpus: the end token must be a word of the vocabulary") {
  const Vocabulary words = vocabulary({{"a", 2}, {"b", 1}});
  VocabularyOptions options;
  options.text.end_token = "</s>";
  CHECK_THAT(error_of([&] { encode(Corpus::from_text("a b"), words, options); }), ContainsSubstring("</s>"));
}

TEST_CASE("encoded corpus: if the unknown token is not in the vocabulary, other words are dropped") {
  VocabularyOptions options;
  options.unknown = "<unk>";
  const EncodedCorpus corpus = encode(Corpus::from_text("a x b"), vocabulary({{"a", 2}, {"b", 1}}), options);
  CHECK(ids_of(corpus) == ids_from({0, 1}));
}

TEST_CASE("encoded corpus: a corpus without a word of the vocabulary is an error") {
  const Vocabulary words = vocabulary({{"a", 2}});
  CHECK_THROWS_AS(encode(Corpus::from_text("x y z\n"), words), Error);
  CHECK_THROWS_AS(encode(Corpus::from_text(""), words), Error);
  CHECK_THROWS_AS(encode(Corpus::from_text("\n\n"), words), Error);
}

TEST_CASE("encoded corpus: progress counts bytes and it can be cancelled") {
  const std::string text = awkward_text(9);
  const Corpus source = Corpus::from_text(text);
  const Vocabulary words = vocabulary({{"w1", 2}});
  Progress progress;
  encode(source, words, {}, &progress);
  CHECK(progress.done == text.size());
  CHECK(progress.total == text.size());
  progress.cancelled = true;
  CHECK_THROWS_AS(encode(source, words, {}, &progress), Cancelled);
}

namespace {

/// The vocabulary specified at count_words(), computed the simple way.
Vocabulary naive_vocabulary(const std::string& text, const VocabularyOptions& options) {
  auto counts = naive_counts(text);
  std::uint64_t sentences = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) sentences += !naive_counts(line).empty();
  if (!options.text.end_token.empty()) counts[options.text.end_token] += sentences;
  if (!options.unknown.empty()) counts[options.unknown] += 0;
  std::vector<Vocabulary::Entry> kept, specials;
  std::uint64_t left_out = 0;
  for (const auto& [word, count] : counts)
    if (word == options.text.end_token || word == options.unknown)
      specials.push_back({word, count});
    else if (count >= static_cast<std::uint64_t>(options.min_count))
      kept.push_back({word, count});
    else
      left_out += count;
  const auto by_count = [](const auto& a, const auto& b) { return a.count > b.count; };
  std::stable_sort(kept.begin(), kept.end(), by_count);
  const auto limit = static_cast<std::size_t>(options.max_size), most = limit - std::min(limit, specials.size());
  for (; options.max_size > 0 && kept.size() > most; kept.pop_back()) left_out += kept.back().count;
  kept.insert(kept.end(), specials.begin(), specials.end());
  std::ranges::sort(kept, {}, &Vocabulary::Entry::word);
  for (auto& entry : kept)
    if (entry.word == options.unknown) entry.count += left_out;
  std::erase_if(kept, [](const auto& entry) { return entry.count == 0; });
  std::stable_sort(kept.begin(), kept.end(), by_count);
  return Vocabulary(kept);
}

bool same_words(const Vocabulary& a, const Vocabulary& b) {
  return a.bytes() == b.bytes() && std::ranges::equal(a.offsets(), b.offsets()) &&
         std::ranges::equal(a.counts(), b.counts());
}

bool same_text(const EncodedCorpus& a, const EncodedCorpus& b) {
  return std::ranges::equal(a.ids(), b.ids()) && a.words() == b.words() && a.tokens() == b.tokens() &&
         a.hash() == b.hash();
}

}  // namespace

TEST_CASE("read_corpus: it gives the result of counting and encoding, for any threads and memory") {
  Rng rng(11);
  int texts = 0;
  for (int i = 0; i < 400; ++i) {
    const std::string text = random_text(rng);
    VocabularyOptions options;
    options.min_count = static_cast<int>(rng.below(4));
    if (rng.below(2) == 0) options.max_size = static_cast<int>(rng.below(8));
    if (rng.below(2) == 0) options.unknown = rng.below(2) == 0 ? "<unk>" : "1";
    if (rng.below(2) == 0) options.text.end_token = rng.below(2) == 0 ? "</s>" : "2";
    const Corpus source = Corpus::from_text(text);
    for (const int threads : {1, 2, 3}) {
      for (const std::uint64_t memory : {0u, 1u, 1000u}) {
        options.threads = threads;
        options.memory = memory;
        INFO("text " << i << ", " << threads << " threads, memory " << memory);
        std::optional<TrainingText> once;
        const std::string error = error_of([&] { once = read_corpus(source, options); });
        if (!once) {
          REQUIRE(error == error_of([&] { encode(source, count_words(source, options), options); }));
          REQUIRE_FALSE(error.empty());
          continue;
        }
        const Vocabulary words = count_words(source, options);
        REQUIRE(same_words(once->vocabulary, words));
        REQUIRE(same_words(words, naive_vocabulary(text, options)));
        REQUIRE(same_text(once->corpus, encode(source, words, options)));
        const auto id = [&](const std::string& word) { return word.empty() ? std::nullopt : words.find(word); };
        REQUIRE(ids_of(once->corpus) == naive_ids(text, words, id(options.unknown), id(options.text.end_token)));
        if (options.max_size == 0 || !options.unknown.empty()) REQUIRE(once->corpus.words() == words.total_count());
        if (memory == 0) REQUIRE_FALSE(once->corpus.mapped());
        if (memory == 1) REQUIRE(once->corpus.mapped());
        ++texts;
      }
    }
  }
  CHECK(texts > 2000);
}

TEST_CASE("read_corpus: a large text of many blocks and files") {
  const TemporaryDirectory directory;
  const std::vector<std::string> paths = {directory.file("a", awkward_text(12)).string(),
                                          directory.file("b", "\xef\xbb\xbfone\r\ntwo").string(),
                                          directory.file("c", awkward_text(13)).string()};
  const Corpus source = Corpus::from_paths(paths);
  VocabularyOptions options;
  options.max_size = 100;
  if (GENERATE(false, true)) {
    options.unknown = "<unk>";
    options.text.end_token = "</s>";
  }
  options.threads = 1;
  const Vocabulary words = count_words(source, options);
  const EncodedCorpus encoded = encode(source, words, options);
  CHECK(words.size() == 100);
#ifdef SANITIZED
  const std::vector<int> counts_of_threads = {4};  // most of a minute otherwise
#else
  const std::vector<int> counts_of_threads = {1, 2, 4, 0};
#endif
  for (const int threads : counts_of_threads)
    for (const std::uint64_t memory : {0u, 1000000u}) {
      options.threads = threads;
      options.memory = memory;
      CHECK(same_words(count_words(source, options), words));
      const TrainingText text = read_corpus(source, options);
      CHECK(same_words(text.vocabulary, words));
      CHECK(same_text(text.corpus, encoded));
      CHECK(text.corpus.mapped() == (memory > 0));
      CHECK(same_text(encode(source, words, options), encoded));
    }
}

TEST_CASE("read_corpus: it fails as counting fails") {
  CHECK_THROWS_AS(read_corpus(Corpus::from_text(" \n")), Error);
  CHECK_THAT(error_of([] { read_corpus(Corpus::from_text("a b a")); }), ContainsSubstring("none of its 2 words"));
  VocabularyOptions options;
  options.unknown = options.text.end_token = "x";
  CHECK_THROWS_AS(read_corpus(Corpus::from_text("a b a"), options), OptionError);
}

TEST_CASE("read_corpus: progress counts bytes once and it can be cancelled") {
  const std::string text = awkward_text(9);
  const Corpus source = Corpus::from_text(text);
  Progress progress;
  read_corpus(source, {}, &progress);
  CHECK(progress.done == text.size());
  CHECK(progress.total == text.size());
  progress.cancelled = true;
  CHECK_THROWS_AS(read_corpus(source, {}, &progress), Cancelled);
}

TEST_CASE("encoded corpus: beyond its memory limit it is kept in a file") {
  VocabularyOptions options = every_word();
  const Corpus source = Corpus::from_text("a b a\n");  // four ids
  const Vocabulary words = count_words(source, options);
  for (const std::uint64_t memory : {0u, 21u, 22u, 1000000u}) {  // three quarters of it are for ids
    options.memory = memory;
    CHECK_FALSE(encode(source, words, options).mapped());
  }
  options.memory = 20;
  const EncodedCorpus corpus = encode(source, words, options);
  CHECK(corpus.mapped());
  CHECK(ids_of(corpus) == ids_from({0, 1, 0}));
  const EncodedCorpus copy = corpus;
  CHECK(copy.ids().data() == corpus.ids().data());
  CHECK_FALSE(EncodedCorpus(ids_from({0, 1}), 2).mapped());
}

TEST_CASE("encoded corpus: a temporary file that cannot be written is an error that says where") {
  VocabularyOptions options = every_word(1);
  const Corpus source = Corpus::from_text(awkward_text(9));
  const Vocabulary words = count_words(source, options);
  options.memory = 1000;
  std::string ids_error, words_error;
  {
    const FileSizeLimit limit(100000);
    ids_error = error_of([&] { encode(source, words, options); });
    words_error = error_of([&] { read_corpus(source, options); });
  }
  CHECK_THAT(ids_error, ContainsSubstring("TMPDIR") && ContainsSubstring("encoded corpus"));
  CHECK_THAT(words_error, ContainsSubstring("TMPDIR") && ContainsSubstring("counted words"));
}

#ifndef SANITIZED  // sanitizers use additional memory
TEST_CASE("encoded corpus: with the ids in a file, reading takes little memory for any size of the text") {
  const TemporaryDirectory directory;
  std::string text;
  Rng rng(1);
  while (text.size() < 30000000) text += std::to_string(rng.below(1 + rng.below(1000))) + (rng.below(20) ? ' ' : '\n');
  const std::vector<std::string> paths = {directory.file("text", text).string()};
  text = std::string();
  const Corpus source = Corpus::from_paths(paths);
  VocabularyOptions options = every_word(1);
  for (const std::uint64_t memory : {0u, 4000000u}) {
    options.memory = memory;
    std::optional<TrainingText> read;
    {
      const MemoryLimit limit(16000000);  // the ids take 32 MB
      read = read_corpus(source, options);
    }
    CHECK(read->corpus.mapped());
    CHECK(read->corpus.ids().size_bytes() > 32000000);
    options.memory = 0;
    CHECK(same_text(read->corpus, read_corpus(source, options).corpus));
  }
}
#endif

TEST_CASE("resampled corpus: whole sentences in pieces of 1,000 words or more, as many pieces as the text has") {
  // Sentence i has 7 words, all of them word i.
  constexpr std::size_t sentences = 3000;
  Ids ids;
  for (std::size_t i = 0; i < sentences; ++i) {
    ids.insert(ids.end(), 7, word_id(i));
    ids.push_back(end);
  }
  const EncodedCorpus corpus(ids, sentences), drawn = resampled(corpus, 4);
  // A piece is 126 sentences (125 have 1,000 ids, ends included).
  std::vector<int> times(sentences);
  for (std::size_t i = 0; i < drawn.ids().size(); i += 8) {
    REQUIRE(drawn.ids()[i + 7] == end);
    for (std::size_t j = 1; j < 7; ++j) REQUIRE(drawn.ids()[i + j] == drawn.ids()[i]);
    ++times[index(drawn.ids()[i])];
  }
  for (std::size_t i = 1; i < sentences; ++i)
    if (i % 125 != 0) CHECK(times[i] == times[i - 1]);
  CHECK(std::ranges::count(times, 0) > 0);
  CHECK(*std::ranges::max_element(times) > 1);
  CHECK(drawn.words() == 7 * sentences);
  const EncodedCorpus again = resampled(corpus, 4), other = resampled(corpus, 5);
  CHECK(std::ranges::equal(drawn.ids(), again.ids()));
  CHECK_FALSE(std::ranges::equal(drawn.ids(), other.ids()));
}

TEST_CASE("resampled corpus: a text without sentences is cut, and a short one is one piece") {
  Ids ids;
  for (std::size_t i = 0; i < 10500; ++i) ids.push_back(word_id(i / 1000));
  ids.push_back(end);
  const EncodedCorpus drawn = resampled(EncodedCorpus(ids, 11), 1);
  std::size_t run = 0, longest = 0;
  for (const WordId id : drawn.ids()) {
    run = id == end ? 0 : run + 1;
    longest = std::max(longest, run);
  }
  CHECK(longest == 1000);
  CHECK(drawn.words() >= 11 * 500);
  CHECK(drawn.words() <= 11 * 1000);
  const Ids few = ids_from({1, 2, -1});
  const EncodedCorpus same = resampled(EncodedCorpus(few, 3), 8);
  CHECK(Ids(same.ids().begin(), same.ids().end()) == few);
}
