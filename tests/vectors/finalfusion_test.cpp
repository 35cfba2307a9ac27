#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/vectors/formats.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <array>
#include <bit>
#include <limits>
#include <numeric>

using namespace equivec;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;
using Numbers = std::vector<float>;
using Ids = std::vector<std::uint32_t>;

template <class T>
std::string bytes_of(T value) {
  std::string result(sizeof(T), '\0');
  std::memcpy(result.data(), &value, sizeof(T));
  return result;
}

std::string u32(std::uint64_t value) { return bytes_of(static_cast<std::uint32_t>(value)); }
std::string u64(std::uint64_t value) { return bytes_of(value); }

std::string items(const Words& words) {
  std::string result;
  for (const std::string& word : words) result += u32(word.size()) + word;
  return result;
}

/// A container by hand, so that nothing of the reader or writer is trusted.
struct File {
  std::string bytes;
  std::vector<std::pair<std::size_t, std::size_t>> sizes;  // place and width of numbers that state a size

  explicit File(const Ids& ids) {
    bytes = "FiFu" + u32(0);
    size_field(u32(ids.size()));
    for (const std::uint32_t id : ids) bytes += u32(id);
  }

  void size_field(const std::string& number) {
    sizes.emplace_back(bytes.size(), number.size());
    bytes += number;
  }
  /// `fill` appends the contents.
  template <class F>
  File& chunk(std::uint32_t id, const F& fill) {
    bytes += u32(id);
    const std::size_t length = bytes.size();
    bytes += u64(0);
    const std::size_t begin = bytes.size();
    fill();
    bytes.replace(length, 8, u64(bytes.size() - begin));
    return *this;
  }
  void table(const Numbers& numbers) {
    bytes += std::string(4 - bytes.size() % 4, '\0');
    for (const float x : numbers) bytes += bytes_of(x);
  }
  File& words(const Words& words) {
    return chunk(1, [&] { size_field(u64(words.size())), bytes += items(words); });
  }
  File& hashed(std::uint32_t id, const Words& words, std::uint32_t low, std::uint32_t high, std::uint32_t buckets) {
    return chunk(id, [&] {
      size_field(u64(words.size()));
      bytes += u32(low) + u32(high);
      size_field(u32(buckets));
      bytes += items(words);
    });
  }
  File& listed(const Words& words, std::uint32_t low, std::uint32_t high,
               const std::vector<std::pair<std::string, std::uint64_t>>& ngrams) {
    return chunk(8, [&] {
      size_field(u64(words.size()));
      size_field(u64(ngrams.size()));
      bytes += u32(low) + u32(high) + items(words);
      for (const auto& [ngram, number] : ngrams) bytes += items({ngram}) + u64(number);
    });
  }
  File& array(std::uint64_t rows, const Numbers& numbers) {
    return chunk(2, [&] {
      size_field(u64(rows));
      size_field(u32(numbers.size() / rows));
      bytes += u32(10);
      table(numbers);
    });
  }
  File& lengths(const Numbers& numbers) {
    return chunk(6, [&] {
      size_field(u64(numbers.size()));
      bytes += u32(10);
      table(numbers);
    });
  }
  File& metadata(const std::string& text) {
    return chunk(5, [&] { bytes += text; });
  }
  /// centroids: those of the first part, then those of the next.
  File& quantised(std::uint32_t dimension, const Numbers& projection, const Numbers& centroids, const Numbers& norms,
                  std::uint32_t parts, const std::string& codes) {
    return chunk(4, [&] {
      bytes += u32(projection.empty() ? 0 : 1) + u32(norms.empty() ? 0 : 1);
      size_field(u32(parts));
      size_field(u32(dimension));
      size_field(u32(centroids.size() / dimension));
      size_field(u64(codes.size() / parts));
      bytes += u32(1) + u32(10);
      Numbers all = projection;
      all.insert(all.end(), centroids.begin(), centroids.end());
      all.insert(all.end(), norms.begin(), norms.end());
      table(all);
      bytes += codes;
    });
  }
};

/// Row i has the numbers i + 1 and -(i + 1) / 2.
Numbers counting(std::size_t rows) {
  Numbers result;
  for (std::size_t i = 0; i < rows; ++i) {
    const float x = static_cast<float>(i + 1);
    result.insert(result.end(), {x, -x / 2});
  }
  return result;
}

std::uint64_t finalfusion_bucket(const std::u32string& ngram, int exponent) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  const std::string bytes = u64(ngram.size()) + [&] {
    std::string all;
    for (const char32_t c : ngram) all += u32(c);
    return all;
  }();
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash & ((std::uint64_t{1} << exponent) - 1);
}

std::uint64_t fasttext_bucket(std::string_view ngram, std::uint32_t buckets) {
  std::uint32_t hash = 2166136261U;
  for (const char c : ngram) hash = (hash ^ static_cast<std::uint32_t>(static_cast<signed char>(c))) * 16777619U;
  return hash % buckets;
}

/// The mean of rows of counting().
Numbers mean_of(const std::vector<std::uint64_t>& rows) {
  double sum = 0;
  for (const std::uint64_t row : rows) sum += static_cast<double>(row + 1);
  const auto mean = static_cast<float>(sum / static_cast<double>(rows.size()));
  return {mean, -mean / 2};
}

void check_near(const std::optional<Numbers>& found, const Numbers& wanted) {
  REQUIRE(found);
  REQUIRE(found->size() == wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) CHECK((*found)[i] == Approx(wanted[i]));
}

/// One of each kind: what the words have, and how rows are stored.
std::map<std::string, File> all_kinds() {
  const Words words = {"one", "three", "caf\xc3\xa9"};
  std::map<std::string, File> result;
  result.emplace("plain", File({5, 1, 2, 6}).metadata("a = 1\n").words(words).array(3, counting(3)).lengths({1, 2, 3}));
  result.emplace("finalfusion", File({3, 2, 6}).hashed(3, words, 3, 4, 3).array(11, counting(11)).lengths({1, 2, 3}));
  result.emplace("fasttext", File({7, 2, 6}).hashed(7, words, 3, 4, 7).array(10, counting(10)).lengths({1, 2, 3}));
  result.emplace("listed", File({8, 2, 6})
                               .listed(words, 3, 4, {{"<on", 0}, {"one", 1}, {"ne>", 0}})
                               .array(5, counting(5))
                               .lengths({1, 2, 3}));
  const Numbers centroids = {1, 0, 0, 1, 2, 3, 4, 5};
  result.emplace("quantised", File({1, 4, 6})
                                  .words(words)
                                  .quantised(4, {}, centroids, {}, 2, std::string("\0\1\1\0\0\0", 6))
                                  .lengths({1, 2, 3}));
  const Numbers swap = {0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0};
  result.emplace("projected", File({3, 4, 6})
                                  .hashed(3, words, 3, 4, 0)
                                  .quantised(4, swap, centroids, {1, 2, 3, 4}, 2, std::string("\0\1\1\0\0\0\1\1", 8))
                                  .lengths({1, 2, 3}));
  return result;
}

Embeddings random_model(std::size_t words, int dimension, std::uint64_t seed) {
  std::vector<Vocabulary::Entry> entries = {{" ", 0}, {"new york\n", 0}, {std::string("a\0b", 3), 0}, {"\xff\xfe", 0}};
  for (std::size_t i = entries.size(); i < words; ++i) entries.push_back({"word" + std::to_string(i), 0});
  return Embeddings(Vocabulary(entries), random_matrix(words, dimension, seed) * 20);
}

Subwords hashed_subwords(NgramRule rule, int dimension, std::span<const std::uint32_t> kept = {}) {
  const std::size_t rows = kept.empty() ? rule.buckets : kept.size();
  const auto matrix = std::make_shared<const Matrix>(random_matrix(rows, dimension, 5));
  return Subwords(rule, MatrixView(matrix->data(), matrix->rows(), matrix->cols()), matrix, kept);
}

/// The largest error of a number, relative to it.
double largest_error(const Embeddings& read, const Embeddings& written) {
  double result = 0;
  for (Eigen::Index i = 0; i < written.matrix().size(); ++i) {
    const double x = static_cast<double>(written.matrix().data()[i]);
    const double error = std::abs(static_cast<double>(read.matrix().data()[i]) - x);
    result = std::max(result, x == 0 ? error : error / std::abs(x));
  }
  return result;
}

}  // namespace

TEST_CASE("finalfusion: words have the lengths back that they had") {
  const TemporaryDirectory directory;
  // Tables of floats begin at each place modulo 4 once.
  const std::string last(static_cast<std::size_t>(GENERATE(1, 2, 3, 4)), 'x');
  const File made = File({1, 2, 6}).words({"one", last}).array(2, {0.6F, -0.8F, 0, 1}).lengths({10, 0.5F});
  const fs::path file = directory.file("v.fifu", made.bytes);
  CHECK(recognize_format(file) == Format::finalfusion);
  Notices notices;
  const Embeddings read = read_embeddings(file, {}, &notices);
  CHECK(same_bits(read, embeddings({{"one", {6, -8}}, {last, {0, 0.5F}}})));
  CHECK(read.subwords() == nullptr);
  CHECK(read.metadata().empty());
  CHECK(notices.empty());
}

TEST_CASE("finalfusion: without lengths the rows are read as they are") {
  const TemporaryDirectory directory;
  const File made = File({1, 2}).words({"a", "b"}).array(2, {0.6F, -0.8F, 0, 1});
  CHECK(same_bits(read_embeddings(directory.file("v.fifu", made.bytes)),
                  embeddings({{"a", {0.6F, -0.8F}}, {"b", {0, 1}}})));
}

TEST_CASE("finalfusion: lengths that the header does not list are read, as older files have them") {
  const TemporaryDirectory directory;
  const File made = File({1, 2}).words({"a", "b"}).array(2, {0.6F, -0.8F, 0, 1}).lengths({10, 2});
  Notices notices;
  CHECK(same_bits(read_embeddings(directory.file("v.fifu", made.bytes), {}, &notices),
                  embeddings({{"a", {6, -8}}, {"b", {0, 2}}})));
  CHECK(notices.empty());
}

TEST_CASE("finalfusion: unknown words have the mean of the rows that its hash of their n-grams names") {
  // Buckets that finalfusion computes for these.
  REQUIRE(finalfusion_bucket(U"Dan", 21) == 214157);
  REQUIRE(finalfusion_bucket(U"<Dani\u00eb", 21) == 1680294);
  const TemporaryDirectory directory;
  const int exponent = GENERATE(0, 1, 5, 9);
  const std::size_t buckets = std::size_t{1} << exponent;
  const File made = File({3, 2})
                        .hashed(3, {"a"}, 3, 4, static_cast<std::uint32_t>(exponent))
                        .array(1 + buckets, counting(1 + buckets));
  const Embeddings read = read_embeddings(directory.file("v.fifu", made.bytes));
  REQUIRE(read.subwords());
  CHECK(read.subwords()->rule().buckets == buckets);
  CHECK(read.subwords()->rule().hash == NgramHash::finalfusion);
  CHECK(read.vector_of("a") == Numbers{1, -0.5F});
  std::vector<std::uint64_t> rows;
  for (const auto* ngram : {U"<\u00e9t", U"<\u00e9t>", U"\u00e9t>"})
    rows.push_back(1 + finalfusion_bucket(ngram, exponent));
  check_near(read.vector_of("\xc3\xa9t"), mean_of(rows));
}

TEST_CASE("finalfusion: n-grams by fastText's rule are those of fastText, which has none of a mark alone") {
  const TemporaryDirectory directory;
  const std::uint32_t buckets = 1000;
  const File made = File({7, 2}).hashed(7, {"a"}, GENERATE(0U, 1U), 2, buckets).array(1001, counting(1001));
  const Embeddings read = read_embeddings(directory.file("v.fifu", made.bytes));
  REQUIRE(read.subwords());
  CHECK(read.subwords()->rule().hash == NgramHash::fasttext);
  std::vector<std::uint64_t> rows;
  for (const char* ngram : {"<\xc3\xa9", "\xc3\xa9", "\xc3\xa9t", "t", "t>"})
    rows.push_back(1 + fasttext_bucket(ngram, buckets));
  check_near(read.vector_of("\xc3\xa9t"), mean_of(rows));
}

TEST_CASE("finalfusion: a model whose n-grams have no length or no bucket has vectors of its words only") {
  const TemporaryDirectory directory;
  const File none = File({7, 2}).hashed(7, {"a"}, 0, 0, 0).array(1, counting(1));
  CHECK(read_embeddings(directory.file("v.fifu", none.bytes)).subwords() == nullptr);
  const File unused = File({7, 2}).hashed(7, {"a"}, 0, 0, 3).array(4, counting(4));
  CHECK(read_embeddings(directory.file("v.fifu", unused.bytes)).subwords() == nullptr);
  const File empty = File({8, 2}).listed({"a"}, 3, 6, {}).array(1, counting(1));
  CHECK(read_embeddings(directory.file("v.fifu", empty.bytes)).vector_of("b") == std::nullopt);
}

TEST_CASE("finalfusion: listed n-grams may share a row, and others have none") {
  const TemporaryDirectory directory;
  const File made =
      File({8, 2}).listed({"a"}, 3, 3, {{"<on", 0}, {"one", 1}, {"ne>", 0}, {"\xff>>", 2}}).array(4, counting(4));
  Notices notices;
  const Embeddings read = read_embeddings(directory.file("v.fifu", made.bytes), {}, &notices);
  REQUIRE(read.subwords());
  CHECK(std::ranges::equal(read.subwords()->ngrams(), Words{"<on", "one", "ne>", "\xff>>"}));
  check_near(read.vector_of("one"), mean_of({1, 2, 1}));
  check_near(read.vector_of("on"), mean_of({1}));
  CHECK(read.vector_of("two") == std::nullopt);
  CHECK(notices.empty());
}

TEST_CASE("finalfusion: n-grams that are not numbered in their order are numbered anew, with a notice") {
  const TemporaryDirectory directory;
  const File made =
      File({8, 2}).listed({"a"}, 3, 3, {{"<on", 7}, {"one", ~std::uint64_t{0}}, {"ne>", 7}}).array(3, counting(3));
  Notices notices;
  const Embeddings read = read_embeddings(directory.file("v.fifu", made.bytes), {}, &notices);
  check_near(read.vector_of("one"), mean_of({1, 2, 1}));
  REQUIRE(notices.size() == 1);
  CHECK_THAT(notices[0], ContainsSubstring("numbered anew"));
}

TEST_CASE("finalfusion: quantised rows are unpacked, projected back and given their lengths") {
  const TemporaryDirectory directory;
  // Two parts of two numbers with three centroids each.
  const Numbers centroids = {1, 2, 3, 4, 5, 6, /**/ 7, 8, 9, 10, 11, 12};
  const Numbers projection = {0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0};
  const bool projected = GENERATE(false, true), norms = GENERATE(false, true);
  const File made = File({1, 4, 6})
                        .words({"a", "b"})
                        .quantised(4, projected ? projection : Numbers{}, centroids, norms ? Numbers{2, 3} : Numbers{},
                                   2, std::string("\0\2\1\0", 4))
                        .lengths({1, 10});
  const Embeddings read = read_embeddings(directory.file("v.fifu", made.bytes));
  // Number i of a row is that of row i of the projection times the unpacked vector.
  const float first = norms ? 2 : 1, second = norms ? 30 : 10;
  const auto times = [](Numbers numbers, float factor) {
    for (float& x : numbers) x *= factor;
    return numbers;
  };
  CHECK(row_of(read, "a") == times(projected ? Numbers{2, 11, 12, 1} : Numbers{1, 2, 11, 12}, first));
  CHECK(row_of(read, "b") == times(projected ? Numbers{4, 7, 8, 3} : Numbers{3, 4, 7, 8}, second));
}

TEST_CASE("finalfusion: quantised rows of n-grams count as others do") {
  const TemporaryDirectory directory;
  const Embeddings read = read_embeddings(directory.file("v.fifu", all_kinds().at("projected").bytes));
  // One bucket, row 3, with codes 1 and 1: 0 1 4 5, of which the projection swaps the first and the last; length 4.
  CHECK(read.vector_of("unheard") == Numbers{20, 4, 16, 0});
}

TEST_CASE("finalfusion: --limit reads the first words, which have the same vectors") {
  const TemporaryDirectory directory;
  for (const auto& [kind, made] : all_kinds()) {
    CAPTURE(kind);
    const fs::path file = directory.file("v.fifu", made.bytes);
    const Embeddings all = read_embeddings(file), some = read_embeddings(file, {.limit = 2});
    REQUIRE(some.size() == 2);
    CHECK(some.vector_of("three") == all.vector_of("three"));
    CHECK(some.vector_of("ones") == all.vector_of("ones"));
    CHECK(read_embeddings(file, {.limit = 100}).size() == 3);
  }
}

TEST_CASE("finalfusion: the number of threads changes nothing") {
  const TemporaryDirectory directory;
  for (const auto& [kind, made] : all_kinds()) {
    CAPTURE(kind);
    const fs::path file = directory.file("v.fifu", made.bytes);
    CHECK(same_bits(read_embeddings(file, {.threads = 1}), read_embeddings(file, {.threads = 4})));
  }
}

TEST_CASE("finalfusion: of a word that occurs twice the first row is kept, with a notice") {
  const TemporaryDirectory directory;
  const File made = File({1, 2, 6}).words({"a", "b", "a"}).array(3, counting(3)).lengths({1, 2, 3});
  Notices notices;
  CHECK(same_bits(read_embeddings(directory.file("v.fifu", made.bytes), {}, &notices),
                  embeddings({{"a", {1, -0.5F}}, {"b", {4, -2}}})));
  CHECK(notices.size() == 1);
}

TEST_CASE("finalfusion: metadata are kept as they are, and written back so") {
  const TemporaryDirectory directory;
  const std::string text = "[common]\ndims = 5\nname = \"caf\xc3\xa9\"\n";
  const File made = File({5, 1, 2, 6}).metadata(text).words({"a", "b"}).array(2, {0, 1, 0, 1}).lengths({2, 0.5F});
  const Embeddings read = read_embeddings(directory.file("v.fifu", made.bytes));
  CHECK(read.metadata() == Metadata{{"finalfusion", text}});
  write_embeddings(directory / "w.fifu", read);
  CHECK(read_file(directory / "w.fifu") == made.bytes);
}

TEST_CASE("finalfusion: other metadata are written as TOML") {
  const TemporaryDirectory directory;
  write_embeddings(directory / "v.fifu", embeddings({{"a", {1}}}, {{"window", "5"},
                                                                   {"made \"by\"", std::string("a\\b\n\t\x7f\0c", 8)},
                                                                   {"finalfusion", "x = 1\n"},
                                                                   {"not UTF-8", "\xff\xc3\xa9"}}));
  CHECK(read_embeddings(directory / "v.fifu").metadata() ==
        Metadata{{"finalfusion",
                  "\"finalfusion\" = \"x = 1\\n\"\n"
                  "\"made \\\"by\\\"\" = \"a\\\\b\\n\\u0009\\u007f\\u0000c\"\n"
                  "\"not UTF-8\" = \"\xef\xbf\xbd\xc3\xa9\"\n"
                  "\"window\" = \"5\"\n"}});
}

TEST_CASE("finalfusion: unknown chunks and bytes at the end are left out with a notice") {
  const TemporaryDirectory directory;
  File made = File({77, 1, 2});
  made.chunk(77, [&] { made.bytes += "what is this"; }).words({"a"}).array(1, {1, 2});
  Notices notices;
  CHECK(same_bits(read_embeddings(directory.file("v.fifu", made.bytes + "more"), {}, &notices),
                  embeddings({{"a", {1, 2}}})));
  REQUIRE(notices.size() == 2);
  CHECK_THAT(notices[0], ContainsSubstring("kind 77"));
  CHECK_THAT(notices[1], ContainsSubstring("4 bytes"));
}

TEST_CASE("finalfusion: the length that a known chunk states is of no matter, since it is wrong in some files") {
  const TemporaryDirectory directory;
  File made = File({8, 2}).listed({"a"}, 3, 3, {{"<on", 0}}).array(2, counting(2));
  made.bytes.replace(4 * 6, 8, u64(GENERATE(std::uint64_t{0}, std::uint64_t{30}, ~std::uint64_t{0})));
  CHECK(read_embeddings(directory.file("v.fifu", made.bytes)).subwords()->ngrams().size() == 1);
}

TEST_CASE("finalfusion: what it cannot read it says") {
  const TemporaryDirectory directory;
  const auto error = [&](const std::string& bytes) {
    return error_of([&] { read_embeddings(directory.file("v.fifu", bytes), {.format = Format::finalfusion}); });
  };
  File floret({9, 2});
  floret.chunk(9, [&] { floret.bytes += u32(2) + u32(3) + u64(4) + u32(2) + u32(5) + items({"<", ">"}); });
  CHECK_THAT(error(floret.array(4, counting(4)).bytes), ContainsSubstring("floret") && ContainsSubstring("as text"));
  std::string version = all_kinds().at("plain").bytes;
  version[4] = 1;
  CHECK_THAT(error(version), ContainsSubstring("version 1"));
  CHECK_THAT(error("2 2\na 1 2\nb 3 4\n"), ContainsSubstring("FiFu"));
  CHECK_THAT(error(File({}).bytes), ContainsSubstring("no words"));
  CHECK_THAT(error(File({1}).words({"a"}).bytes), ContainsSubstring("no vectors"));
  CHECK_THAT(error(File({1, 2}).words({}).array(1, {1}).bytes), ContainsSubstring("v.fifu"));
  CHECK_THAT(error(File({1, 2}).words({"a", ""}).array(2, {1, 2}).bytes), ContainsSubstring("word 2 is empty"));
  CHECK_THAT(error(File({1, 2, 1}).words({"a"}).array(1, {1}).words({"a"}).bytes), ContainsSubstring("second chunk"));
  CHECK_THAT(error(File({1, 6}).words({"a"}).array(1, {1}).bytes), ContainsSubstring("expected a chunk of the kind 6"));
  CHECK_THAT(error(File({3, 2}).hashed(3, {"a"}, 3, 6, 32).array(1, {1}).bytes), ContainsSubstring("2^32"));
  CHECK_THAT(error(File({7, 2}).hashed(7, {"a"}, 5, 4, 1).array(2, {1, 2}).bytes), ContainsSubstring("n-gram"));
  CHECK_THAT(error(File({7, 2}).hashed(7, {"a"}, 3, 101, 1).array(2, {1, 2}).bytes), ContainsSubstring("n-gram"));
  CHECK_THAT(error(File({8, 2}).listed({"a"}, 3, 3, {{"<on", 0}, {"<on", 1}}).array(3, counting(3)).bytes),
             ContainsSubstring("listed twice"));
  CHECK_THAT(error(File({1, 2, 6}).words({"a"}).array(1, {1}).lengths({1, 2}).bytes), ContainsSubstring("2 lengths"));
  CHECK_THAT(error(File({1, 4}).words({"a"}).quantised(2, {}, {1, 2, 3, 4}, {}, 1, "\2").bytes),
             ContainsSubstring("a code is 2"));
  CHECK_THAT(error(File({1, 4}).words({"a"}).quantised(2, {}, {}, {}, 1, "\1").bytes), ContainsSubstring("centroids"));
  CHECK_THAT(error(File({1, 4}).words({"a"}).quantised(3, {}, {1, 2, 3}, {}, 2, "\1\1").bytes),
             ContainsSubstring("2 parts"));
}

TEST_CASE("finalfusion: numbers of another type are refused") {
  const TemporaryDirectory directory;
  const File made = File({1, 2, 6}).words({"a"}).array(1, {1, 2}).lengths({3});
  std::size_t found = 0;
  for (std::size_t at = made.bytes.find(u32(10)); at != std::string::npos; at = made.bytes.find(u32(10), at + 1)) {
    std::string bytes = made.bytes;
    bytes[at] = 11;
    CHECK_THAT(error_of([&] { read_embeddings(directory.file("v.fifu", bytes)); }), ContainsSubstring("type 11"));
    ++found;
  }
  CHECK(found == 2);
}

TEST_CASE("finalfusion: values that are not finite are errors, be they of words, lengths or n-grams") {
  const TemporaryDirectory directory;
  const float bad = GENERATE(std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN());
  const auto error = [&](const File& made) {
    return error_of([&] { read_embeddings(directory.file("v.fifu", made.bytes)); });
  };
  CHECK_THAT(error(File({1, 2}).words({"one", "two"}).array(2, {1, bad})), ContainsSubstring("two"));
  CHECK_THAT(error(File({1, 2, 6}).words({"one", "two"}).array(2, {1, 1}).lengths({bad, 1})), ContainsSubstring("one"));
  CHECK_THAT(error(File({3, 2}).hashed(3, {"one"}, 3, 6, 0).array(2, {1, bad})), ContainsSubstring("n-grams"));
}

TEST_CASE("finalfusion: a text whose first word begins with FiFu is a text") {
  const TemporaryDirectory directory;
  CHECK(recognize_format(directory.file("v.txt", "FiFu 0.5 1\nother 1 2\n")) == Format::glove_text);
}

TEST_CASE("finalfusion: a file that ends anywhere too soon is refused") {
  const TemporaryDirectory directory;
  for (const auto& [kind, made] : all_kinds())
    for (std::size_t size = 0; size < made.bytes.size(); ++size) {
      CAPTURE(kind, size);
      const fs::path file = directory.file("cut.fifu", made.bytes.substr(0, size));
      CHECK_THAT(error_of([&] { read_embeddings(file, {.format = Format::finalfusion}); }),
                 ContainsSubstring("cut.fifu"));
      CHECK_THAT(error_of([&] { read_embeddings(file); }), ContainsSubstring("cut.fifu"));
    }
}

TEST_CASE("finalfusion: sizes that the file cannot have are refused before memory is taken") {
  const TemporaryDirectory directory;
  for (const auto& [kind, made] : all_kinds())
    for (const auto& [at, width] : made.sizes) {
      std::uint64_t truth = 0;
      std::memcpy(&truth, made.bytes.data() + at, width);
      for (const std::uint64_t lie :
           {truth + 1, truth - 1, truth + 256, std::uint64_t{1} << 31, std::uint64_t{0xFFFFFFFF},
            std::uint64_t{1} << 32, std::uint64_t{1} << 61, ~std::uint64_t{0}}) {
        if (width == 4 && lie > 0xFFFFFFFF) continue;
        CAPTURE(kind, at, truth, lie);
        std::string bytes = made.bytes;
        bytes.replace(at, width, bytes_of(lie).substr(0, width));
        const fs::path file = directory.file("v.fifu", bytes);
        CHECK_THAT(error_of([&] { read_embeddings(file); }), ContainsSubstring("v.fifu"));
      }
    }
}

TEST_CASE("finalfusion: rows that would take many times the file in memory are refused") {
  const TemporaryDirectory directory;
  const auto error = [&](const File& made) {
    return error_of([&] { read_embeddings(directory.file("v.fifu", made.bytes)); });
  };
  // A code of one byte stands for 20,000 numbers.
  const Words words = [] {
    Words result(2000);
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = std::to_string(i);
    return result;
  }();
  CHECK_THAT(
      error(File({1, 4}).words(words).quantised(20000, {}, Numbers(20000, 1.0F), {}, 1, std::string(2000, '\0'))),
      ContainsSubstring("256 times"));
  std::vector<std::pair<std::string, std::uint64_t>> ngrams;
  for (const std::string& word : words) ngrams.emplace_back(word, 0);
  CHECK_THAT(error(File({8, 2}).listed({"a"}, 1, 4, ngrams).array(2, Numbers(40000, 1.0F))),
             ContainsSubstring("256 times"));
}

TEST_CASE("finalfusion: a file with changed bytes gives vectors or an error") {
  const TemporaryDirectory directory;
  Rng rng(17);
  std::size_t vectors = 0, errors = 0;
  for (const auto& [kind, made] : all_kinds())
    for (int round = 0; round < 500; ++round) {
      std::string bytes = made.bytes;
      for (std::uint32_t i = 0; i <= rng.below(3); ++i) {
        const std::size_t place = rng.below(static_cast<std::uint32_t>(bytes.size()));
        if (rng.below(4) == 0)
          bytes.erase(place, rng.below(8));
        else
          bytes[place] = static_cast<char>(rng.below(2) == 0 ? rng.below(256) : rng.below(8));
        if (bytes.empty()) bytes = "F";
      }
      const fs::path file = directory.file("v.fifu", bytes);
      const std::string error =
          error_of([&] { read_embeddings(file, {.format = Format::finalfusion}).vector_of("unheard"); });
      ++(error.empty() ? vectors : errors);
      if (!error.empty() && !error.starts_with(file.string())) FAIL_CHECK(error);
    }
  CHECK(vectors > 0);
  CHECK(errors > 0);
}

// ---- writing ----

TEST_CASE("finalfusion: what is written has the bytes that the format asks for") {
  const TemporaryDirectory directory;
  const fs::path file = directory / "v.fifu";
  const std::string last(static_cast<std::size_t>(GENERATE(1, 2, 3, 4)), 'x');
  const Embeddings two = embeddings({{"one", {6, -8}}, {last, {0, 0}}});
  const Numbers unit = {0.6F, -0.8F, 0, 0}, rows = {0.6F, -0.8F, 0, 0, 1, 2, 3, 4}, lengths = {10, 0};
  const auto matrix = std::make_shared<const Matrix>(Matrix{{1, 2}, {3, 4}});
  const MatrixView view(matrix->data(), 2, 2);
  write_embeddings(file, two);
  CHECK(read_file(file) == File({1, 2, 6}).words({"one", last}).array(2, unit).lengths(lengths).bytes);
  write_embeddings(file, two.with_subwords(Subwords({2, 5, 2, NgramHash::finalfusion}, view, matrix)));
  CHECK(read_file(file) == File({3, 2, 6}).hashed(3, {"one", last}, 2, 5, 1).array(4, rows).lengths(lengths).bytes);
  write_embeddings(file, two.with_subwords(Subwords({2, 5, 2, NgramHash::fasttext}, view, matrix)));
  CHECK(read_file(file) == File({7, 2, 6}).hashed(7, {"one", last}, 2, 5, 2).array(4, rows).lengths(lengths).bytes);
  write_embeddings(file, two.with_subwords(Subwords(2, 5, Words{"<on", "e>"}, *matrix)));
  CHECK(read_file(file) ==
        File({8, 2, 6}).listed({"one", last}, 2, 5, {{"<on", 0}, {"e>", 1}}).array(4, rows).lengths(lengths).bytes);
}

TEST_CASE("finalfusion: what is written is read with the same words and, nearly, the same vectors") {
  const TemporaryDirectory directory;
  const Embeddings written = random_model(500, 37, 3);
  write_embeddings(directory / "v.fifu", written);
  Notices notices;
  const Embeddings read = read_embeddings(directory / "v.fifu", {}, &notices);
  REQUIRE(read.size() == written.size());
  for (std::size_t i = 0; i < read.size(); ++i)
    CHECK(read.vocabulary().word(word_id(i)) == written.vocabulary().word(word_id(i)));
  CHECK(largest_error(read, written) < 1.25e-7);
  CHECK(notices.empty());
}

TEST_CASE("finalfusion: vectors of any length are kept, zeros as zeros") {
  const TemporaryDirectory directory;
  constexpr float most = std::numeric_limits<float>::max(), least = std::numeric_limits<float>::denorm_min();
  const Embeddings written = embeddings({{"zero", {0, -0.0F, 0}},
                                         {"longer than a float", {most, -most, most}},
                                         {"long", {0, 0, most}},
                                         {"short", {3 * least, 0, -7 * least}},
                                         {"shortest", {0, least, 0}},
                                         {"plain", {0.1F, 1e3F, -1e-3F}}});
  write_embeddings(directory / "v.fifu", written);
  const Embeddings read = read_embeddings(directory / "v.fifu");
  CHECK(row_of(read, "zero") == Numbers{0, 0, 0});
  CHECK(std::signbit(row_of(read, "zero")[1]));
  for (const char* exact : {"longer than a float", "long", "short", "shortest"})
    CHECK(row_of(read, exact) == row_of(written, exact));
  CHECK(largest_error(read, written) < 1.25e-7);
}

TEST_CASE("finalfusion: n-grams are kept bit for bit") {
  const TemporaryDirectory directory;
  const Embeddings model = random_model(20, 4, 1);
  const Words listed = {"<wo", "wor", std::string("\xff") + "a\n"};
  for (const Subwords& subwords :
       {hashed_subwords({3, 6, 1024, NgramHash::finalfusion}, 4), hashed_subwords({1, 1, 1, NgramHash::finalfusion}, 4),
        hashed_subwords({2, 5, 1000, NgramHash::fasttext}, 4), Subwords(3, 3, listed, random_matrix(3, 4, 2))}) {
    write_embeddings(directory / "v.fifu", model.with_subwords(subwords));
    const Embeddings read = read_embeddings(directory / "v.fifu");
    REQUIRE(read.subwords());
    CHECK(read.subwords()->matrix() == subwords.matrix());
    CHECK(read.subwords()->rule().hash == subwords.rule().hash);
    CHECK(read.subwords()->rule().buckets == subwords.rule().buckets);
    CHECK(read.subwords()->rule().min_length == subwords.rule().min_length);
    CHECK(read.subwords()->rule().max_length == subwords.rule().max_length);
    CHECK(std::ranges::equal(read.subwords()->ngrams(), subwords.ngrams()));
    CHECK(read.vector_of("unheard") == model.with_subwords(subwords).vector_of("unheard"));
    CHECK(largest_error(read, model) < 1.25e-7);
  }
}

TEST_CASE("finalfusion: n-grams that were pruned get rows of zeros") {
  const TemporaryDirectory directory;
  const Embeddings model = random_model(5, 4, 1);
  const std::vector<std::uint32_t> kept = {0, 3, 6};
  const Subwords some = hashed_subwords({3, 6, 8, NgramHash::fasttext}, 4, kept);
  write_embeddings(directory / "v.fifu", model.with_subwords(some));
  const Embeddings read = read_embeddings(directory / "v.fifu");
  REQUIRE(read.subwords());
  Matrix wanted = Matrix::Zero(8, 4);
  for (Eigen::Index i = 0; i < 3; ++i) wanted.row(kept[static_cast<std::size_t>(i)]) = some.matrix().row(i);
  CHECK(read.subwords()->matrix() == wanted);
}

TEST_CASE("finalfusion: n-grams that it cannot hold are refused and nothing is left") {
  const TemporaryDirectory directory;
  const Embeddings model = random_model(5, 4, 1);
  const auto error = [&](const Subwords& subwords) {
    return error_of([&] { write_embeddings(directory / "v.fifu", model.with_subwords(subwords)); });
  };
  const std::vector<std::uint32_t> kept = {0, 3, 6};
  CHECK_THAT(error(hashed_subwords({3, 6, 1000, NgramHash::finalfusion}, 4)), ContainsSubstring("power of two"));
  CHECK_THAT(error(hashed_subwords({3, 6, 4000001, NgramHash::fasttext}, 4, kept)), ContainsSubstring("pruned"));
  CHECK_THAT(error(hashed_subwords({3, 6, std::uint64_t{1} << 31, NgramHash::fasttext}, 4, kept)),
             ContainsSubstring("2,147,483,647"));
  CHECK(directory.names().empty());
}

TEST_CASE("finalfusion: writing can be cancelled and the old file stays") {
  const TemporaryDirectory directory;
  directory.file("v.fifu", "old");
  Progress progress;
  progress.cancelled = true;
  CHECK_THROWS_AS(write_embeddings(directory / "v.fifu", random_model(5, 4, 1), Format::automatic, &progress),
                  Cancelled);
  CHECK(read_file(directory / "v.fifu") == "old");
  CHECK(directory.names() == Words{"v.fifu"});
}

TEST_CASE("finalfusion: a full device is an error and nothing is left") {
  const TemporaryDirectory directory;
  fs::create_symlink("/dev/full", directory / "full");
  CHECK_THAT(error_of([&] { write_embeddings(directory / "full", random_model(5, 4, 1), Format::finalfusion); }),
             ContainsSubstring("full"));
  CHECK(directory.names() == Words{"full"});
}
