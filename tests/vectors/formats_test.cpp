#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"

#include "catch.hpp"
#include "support.hpp"
#include "src/files/files.hpp"
#include "src/files/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <regex>
#include <set>

using namespace equivec;
namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

/// Those that keep words and numbers exactly as they are, and nothing else.
constexpr std::array all_formats = {Format::native, Format::word2vec_text, Format::word2vec_binary, Format::glove_text,
                                    Format::npy};

const FormatInfo& info(Format format) {
  return *std::ranges::find_if(formats(), [&](const FormatInfo& row) { return row.format == format; });
}

std::string name_of(Format format) { return std::string(info(format).name); }

/// A file name for the format, "vectors.vec".
std::string file_name(Format format) { return "vectors" + std::string(info(format).extension); }

/// The files that write_embeddings makes in a directory, sorted.
Names files_of(Format format) {
  if (format == Format::npy) return {"vectors.npy", "vectors.words.txt"};
  return {file_name(format)};
}

ReadOptions in_format(Format format) {
  ReadOptions options;
  options.format = format;
  return options;
}

Embeddings read(const fs::path& file, Format format = Format::automatic) {
  return read_embeddings(file, in_format(format));
}

/// Any finite numbers: all exponents, denormal numbers and both zeros.
Embeddings wild_embeddings(std::size_t words, int dimension, std::uint64_t seed) {
  Rng rng(seed);
  Matrix vectors(static_cast<Eigen::Index>(words), dimension);
  for (Eigen::Index i = 0; i < vectors.size(); ++i) {
    float& x = vectors.data()[i];
    do x = std::bit_cast<float>(static_cast<std::uint32_t>(rng() >> 32));
    while (!std::isfinite(x));
  }
  constexpr std::array special = {0.0F,
                                  -0.0F,
                                  std::numeric_limits<float>::max(),
                                  std::numeric_limits<float>::lowest(),
                                  std::numeric_limits<float>::min(),
                                  std::numeric_limits<float>::denorm_min(),
                                  1.0F,
                                  -1.0F,
                                  16777216.0F,
                                  0.1F};
  for (std::size_t i = 0; i < special.size() && i + 1 < static_cast<std::size_t>(vectors.size()); ++i)
    vectors.data()[i + 1] = special[i];
  std::vector<Vocabulary::Entry> entries;
  const std::array odd = {std::string("</s>"),     std::string("\xc3\xa9t\xc3\xa9"),
                          std::string("\xff\xfe"), std::string("1"),
                          std::string("3.14"),     std::string("nan"),
                          std::string("a,b\"c"),   std::string("\xc2\xa0"),
                          std::string("-"),        std::string(50000, 'x')};
  for (std::size_t i = 0; i < words; ++i)
    entries.push_back({i > 0 && i <= odd.size() ? odd[i - 1] : "w" + std::to_string(i), words - i});
  return Embeddings(Vocabulary(entries), std::move(vectors), {{"made by", "a test"}});
}

/// Little-endian bytes of a number.
template <class T>
std::string bytes_of(T value) {
  std::string result(sizeof(T), '\0');
  std::memcpy(result.data(), &value, sizeof(T));
  return result;
}

std::string reversed(std::string bytes) {
  std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

std::string word2vec_row(const std::string& word, const std::vector<float>& numbers) {
  std::string result = word + " ";
  for (const float x : numbers) result += bytes_of(x);
  return result;
}

/// An array file of version 1 to 3.
std::string npy(const std::string& dictionary, const std::string& data, int version = 1) {
  std::string header = dictionary;
  const std::size_t prefix = version == 1 ? 10 : 12;
  while ((prefix + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string result = "\x93NUMPY";
  result += static_cast<char>(version);
  result += '\0';
  const std::string length = bytes_of(static_cast<std::uint32_t>(header.size()));
  return result + length.substr(0, version == 1 ? 2 : 4) + header + data;
}

std::string npy_header(const std::string& type, const std::string& shape, const std::string& fortran = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
}

std::string safetensors(const std::string& header, const std::string& data) {
  return bytes_of(static_cast<std::uint64_t>(header.size())) + header + data;
}

/// A tensor of a safetensors header.
struct Tensor {
  std::string type, shape;
  std::size_t begin = 0, end = 0;
};

Tensor tensor(const std::string& header, const std::string& name) {
  std::smatch object, match;
  Tensor result;
  if (!std::regex_search(header, object, std::regex("\"" + name + "\" *: *(\\{[^}]*\\})"))) return result;
  const std::string text = object[1];
  if (std::regex_search(text, match, std::regex("\"dtype\" *: *\"([^\"]*)\""))) result.type = match[1];
  if (std::regex_search(text, match, std::regex("\"shape\" *: *(\\[[^\\]]*\\])"))) result.shape = match[1];
  if (std::regex_search(text, match, std::regex("\"data_offsets\" *: *\\[([0-9]+),([0-9]+)\\]"))) {
    result.begin = std::stoull(match[1]);
    result.end = std::stoull(match[2]);
  }
  return result;
}

/// The files of a set of vectors, by name, so that they can be truncated and changed.
struct Written {
  fs::path file;
  std::map<std::string, std::string> bytes;
};

Written written(const TemporaryDirectory& directory, const Embeddings& e, Format format) {
  Written result{directory / file_name(format), {}};
  write_embeddings(result.file, e, format);
  for (const std::string& name : files_of(format)) result.bytes[name] = read_file(directory / name);
  return result;
}

Embeddings small_embeddings() {
  return embeddings({{"king", {0.5F, -1.25F, 3}},
                     {"queen", {1e-5F, 2.5F, -3}},
                     {"caf\xc3\xa9", {0, 12345.678F, 1}},
                     {"12", {4, 5, 6.25F}}});
}

/// Reads a file that may be broken: true for consistent vectors, false for an Error. Nothing else may happen.
bool readable(const fs::path& file, const ReadOptions& options) {
  try {
    const Embeddings e = read_embeddings(file, options);
    if (e.vocabulary().size() != e.size()) throw std::logic_error("as many words as rows");
    float sum = 0;
    for (Eigen::Index i = 0; i < e.matrix().size(); ++i) sum += std::abs(e.matrix().data()[i]);
    if (sum < 0) throw std::logic_error("every number can be read");
    return true;
  } catch (const Error& error) {
    if (std::string_view(error.what()).empty()) throw std::logic_error("an error says something");
    return false;
  }
}

}  // namespace

TEST_CASE("formats: each has its own name, and an extension of its own or none") {
  std::set<std::string_view> names, endings;
  std::set<Format> rows;
  for (const FormatInfo& row : formats()) {
    names.insert(row.name);
    CHECK((row.extension.empty() || endings.insert(row.extension).second));
    rows.insert(row.format);
    CHECK(row.format != Format::automatic);
    CHECK_FALSE(row.summary.empty());
    CHECK(format_from_name(row.name) == row.format);
    if (row.extension.empty()) continue;
    CHECK(row.extension.starts_with('.'));
    CHECK(format_from_extension("some.where/my.vectors" + std::string(row.extension)) == row.format);
  }
  CHECK(names.size() == formats().size());
  CHECK(rows.size() == formats().size());
  CHECK(format_from_name("word2vec-text") == Format::word2vec_text);
  CHECK(format_from_name("native") == Format::native);
  CHECK(format_from_name("word2vec-binary") == Format::word2vec_binary);
  CHECK(format_from_name("glove-text") == Format::glove_text);
  CHECK(format_from_name("npy") == Format::npy);
  CHECK(format_from_extension("v.safetensors") == Format::native);
  CHECK(format_from_extension("v.vec") == Format::word2vec_text);
  CHECK(format_from_extension("v.bin") == Format::word2vec_binary);
  CHECK(format_from_extension("v.txt") == Format::glove_text);
  CHECK(format_from_extension("v.npy") == Format::npy);
}

TEST_CASE("formats: an unknown name or extension lists the known ones") {
  CHECK_THAT(option_error_of([] { format_from_name("word3vec"); }),
             ContainsSubstring("word3vec") && ContainsSubstring("word2vec-text") && ContainsSubstring("npy"));
  CHECK_THAT(option_error_of([] { format_from_extension("vectors.xyz"); }),
             ContainsSubstring(".vec") && ContainsSubstring(".safetensors"));
  CHECK_THAT(option_error_of([] { format_from_extension("vectors"); }), ContainsSubstring(".vec"));
  const TemporaryDirectory directory;
  CHECK_THROWS_AS(write_embeddings(directory / "vectors.xyz", small_embeddings()), OptionError);
  CHECK(directory.names().empty());
}

TEST_CASE("formats: what is written reads back bit for bit and in order") {
  const Format format = GENERATE(from_range(all_formats));
  const auto [words, dimension] =
      GENERATE(table<std::size_t, int>({{1, 1}, {1, 7}, {3, 1}, {12, 4}, {50, 17}, {3000, 33}}));
  CAPTURE(name_of(format), words, dimension);
  const TemporaryDirectory directory;
  const Embeddings e = wild_embeddings(words, dimension, words + static_cast<std::size_t>(dimension));
  const fs::path file = directory / file_name(format);
  write_embeddings(file, e);
  CHECK(directory.names() == files_of(format));
  Notices notices;
  CHECK(same_bits(read_embeddings(file, {}, &notices), e));
  CHECK(same_bits(read(file, format), e));
  CHECK(notices.empty());
  CHECK(recognize_format(file) == format);
  Format recognized = Format::automatic;
  read_embeddings(file, {}, nullptr, nullptr, &recognized);
  CHECK(recognized == format);
  // Recognition does not use the name.
  if (format != Format::npy) {
    fs::rename(file, directory / "other.dat");
    CHECK(recognize_format(directory / "other.dat") == format);
    CHECK(same_bits(read(directory / "other.dat"), e));
  }
}

TEST_CASE("formats: a compressed file reads like the file itself") {
  const Format format = GENERATE(from_range(all_formats));
  const std::string tool = GENERATE("gzip", "bzip2", "xz", "zstd");
  if (!shell("command -v " + tool + " > /dev/null")) {
    SUCCEED(tool + " is not installed");
    return;
  }
  CAPTURE(name_of(format), tool);
  const TemporaryDirectory directory;
  const Embeddings e = wild_embeddings(500, 20, 3);
  const fs::path file = directory / file_name(format);
  write_embeddings(file, e, format);
  REQUIRE(shell(tool + " -1 -c " + quoted(file) + " > " + quoted(directory / "packed")));
  fs::rename(directory / "packed", file);
  CHECK(recognize_format(file) == format);
  CHECK(same_bits(read(file), e));
  fs::resize_file(file, fs::file_size(file) / 2);
  CHECK_THAT(error_of([&] { read(file); }), ContainsSubstring(file.string()));
}

TEST_CASE("formats: the number of threads changes nothing") {
  const Format format = GENERATE(from_range(all_formats));
  const TemporaryDirectory directory;
  const Embeddings e = wild_embeddings(5000, 30, 4);
  write_embeddings(directory / file_name(format), e, format);
  for (const int threads : {1, 2, 4}) {
    ReadOptions options;
    options.threads = threads;
    CHECK(same_bits(read_embeddings(directory / file_name(format), options), e));
  }
}

TEST_CASE("formats: a limit reads only the first rows") {
  const Format format = GENERATE(from_range(all_formats));
  CAPTURE(name_of(format));
  const TemporaryDirectory directory;
  const Embeddings e = wild_embeddings(1000, 5, 5);
  write_embeddings(directory / file_name(format), e, format);
  for (const std::size_t limit : {1u, 2u, 999u, 1000u, 5000u}) {
    ReadOptions options;
    options.limit = limit;
    std::vector<WordId> first;
    for (std::size_t i = 0; i < std::min<std::size_t>(limit, 1000); ++i) first.push_back(word_id(i));
    CHECK(same_bits(read_embeddings(directory / file_name(format), options), selected(e, first)));
  }
}

TEST_CASE("formats: standard input can be read") {
  const Format format = GENERATE(Format::native, Format::word2vec_text, Format::word2vec_binary, Format::glove_text);
  const TemporaryDirectory directory;
  const Written good = written(directory, small_embeddings(), format);
  const StandardInput input(good.bytes.at(file_name(format)));
  CHECK(same_bits(read("-"), small_embeddings()));
}

TEST_CASE("formats: a word is written so that it reads back or not at all") {
  const Format format = GENERATE(from_range(all_formats));
  const std::string word =
      GENERATE(as<std::string>{}, " ", "a b", " a", "a ", "a\tb", "a\nb", "\n", "\na", "a\n", "a\rb", "a\r", "\r",
               "a\vb", "a\fb", std::string("a\0b", 3), std::string("\0", 1), "1 2", "a 1", "1", "nan", "inf", "#",
               "\xc2\xa0", "\xe2\x80\xa8", "\xc2\x85", "\x85", "\xff", std::string(3000000, 'x'));
  CAPTURE(name_of(format), word.substr(0, 20));
  const TemporaryDirectory directory;
  const Embeddings e = embeddings({{"first", {0.25F, 2}}, {word, {1, -0.5F}}, {"last", {3, 4}}});
  const fs::path file = directory / file_name(format);
  const std::string error = error_of([&] { write_embeddings(file, e, format); });
  if (error.empty()) {
    CHECK(same_bits(read(file, format), e));
    CHECK(same_bits(read(file), e));
  } else {
    CHECK(directory.names().empty());
  }
}

TEST_CASE("formats: words that a format cannot hold are refused and words that it can hold are not") {
  const TemporaryDirectory directory;
  const auto refused = [&](const std::string& word, Format format) {
    return !error_of([&] {
              write_embeddings(directory / file_name(format), embeddings({{"a", {1, 2}}, {word, {3, 4}}}), format);
            }).empty();
  };
  for (const Format format : {Format::word2vec_text, Format::word2vec_binary}) CHECK(refused("new york", format));
  for (const Format format : {Format::word2vec_text, Format::glove_text, Format::npy}) CHECK(refused("a\nb", format));
  for (const Format format : all_formats) {
    CHECK_FALSE(refused("plain", format));
    CHECK_FALSE(refused("\xff\xfe", format));
    CHECK_FALSE(refused("\xc2\xa0", format));
  }
  CHECK_FALSE(refused("new york\n", Format::native));
}

TEST_CASE("formats: a refused word leaves the old file") {
  const Format format = GENERATE(Format::word2vec_text, Format::word2vec_binary, Format::glove_text, Format::npy);
  const TemporaryDirectory directory;
  const Written old = written(directory, small_embeddings(), format);
  const std::string bad = format == Format::word2vec_binary ? "a b" : "a\nb";
  const std::string error = error_of([&] { write_embeddings(old.file, embeddings({{"x", {1}}, {bad, {2}}}), format); });
  CHECK_FALSE(error.empty());
  CHECK(directory.names() == files_of(format));
  for (const auto& [name, bytes] : old.bytes) CHECK(read_file(directory / name) == bytes);
}

TEST_CASE("formats: a missing file is named") {
  const TemporaryDirectory directory;
  const fs::path file = directory / "absent.vec";
  CHECK_THAT(error_of([&] { read(file); }), ContainsSubstring(file.string()));
  for (const Format format : all_formats)
    CHECK_THAT(error_of([&] { read(file, format); }), ContainsSubstring(file.string()));
  CHECK_THAT(error_of([&] { recognize_format(file); }), ContainsSubstring(file.string()));
  CHECK_THAT(error_of([&] { read(directory.path()); }), ContainsSubstring(directory.path().string()));
}

TEST_CASE("formats: an empty file is an error that names it") {
  const TemporaryDirectory directory;
  const Format format = GENERATE(Format::automatic, Format::native, Format::word2vec_text, Format::word2vec_binary,
                                 Format::glove_text, Format::npy);
  const fs::path file = directory.file("empty.npy", "");
  directory.file("empty.words.txt", "");
  CHECK_THAT(error_of([&] { read(file, format); }), ContainsSubstring(file.string()));
  CHECK_THAT(error_of([&] { recognize_format(file); }), ContainsSubstring(file.string()));
}

// ---- text ----

TEST_CASE("text formats: the variants of other writers are read") {
  const TemporaryDirectory directory;
  const Embeddings expected = embeddings({{"king", {1, -2.5F, 0.03F}}, {"queen", {4e-5F, 5, 6e10F}}});
  const std::string header = GENERATE("2 3", "");
  const std::string rows =
      GENERATE("king 1 -2.5 0.03\nqueen 0.00004 5 60000000000\n",       // plain
               "king 1 -2.5 0.03 \nqueen 4e-5 5 6e10 \n",               // blanks at the ends
               "king 1.0 -2.500000 3E-2\nqueen 4.0e-05 5.0 6.0E+10\n",  // exponents
               "king\t1\t-2.5\t0.03\nqueen\t4e-5\t5\t6e10\n",           // tabs
               "king 1 -2.5 0.03\nqueen 4e-5 5 6e10",                   // no last line feed
               "king  1  -2.5 \t 0.03\nqueen 4e-5 5  6e10\n",           // several blanks
               "king 1 -2.5 .03\nqueen .4e-4 5. 6e10\n",                // no digit before or after the point
               "king 1 -2.5 0.0299999999999999999999999999\nqueen 0.000040000000000000000000000001 5 6e10\n");
  for (const bool carriage_returns : {false, true}) {
    std::string text = header.empty() ? rows : header + "\n" + rows;
    if (carriage_returns) text = std::regex_replace(text, std::regex("\n"), "\r\n");
    CAPTURE(text);
    const fs::path file = directory.file("vectors.dat", text);
    const Format format = header.empty() ? Format::glove_text : Format::word2vec_text;
    CHECK(recognize_format(file) == format);
    CHECK(same_bits(read(file), expected));
    CHECK(same_bits(read(file, format), expected));
  }
}

TEST_CASE("text formats: more rows than the header says are read") {
  const TemporaryDirectory directory;
  const fs::path file = directory.file("v.vec", "2 2\na 1 2\nb 3 4\n<unk> 5 6\n");
  CHECK(same_bits(read(file), embeddings({{"a", {1, 2}}, {"b", {3, 4}}, {"<unk>", {5, 6}}})));
}

TEST_CASE("text formats: a word may contain spaces since numbers are read from the right") {
  const TemporaryDirectory directory;
  const Rows rows = {
      {"the", {1, 2, 3}}, {". . .", {4, 5, 6}}, {"at name@domain.com", {7, 8, 9}}, {"1 2", {10, 11, 12}}};
  const std::string text = "the 1 2 3\n. . . 4 5 6\nat name@domain.com 7 8 9\n1 2 10 11 12\n";
  CHECK(same_bits(read(directory.file("v.txt", text)), embeddings(rows)));
  CHECK(same_bits(read(directory.file("v.txt", text), Format::glove_text), embeddings(rows)));
  CHECK(same_bits(read(directory.file("v.vec", "4 3\n" + text)), embeddings(rows)));
}

TEST_CASE("text formats: a number too small for a float is zero and one too large an error") {
  const TemporaryDirectory directory;
  CHECK(same_bits(read(directory.file("v.txt", "a 1e-60 2\nb 1e-400 -1e-60\n")),
                  embeddings({{"a", {0, 2}}, {"b", {0, -0.0F}}})));
  for (const char* const number : {"1e39", "-1e39", "1e400", "3.5e38"}) {
    const fs::path file = directory.file("v.vec", "2 2\na 1 2\nb 3 " + std::string(number) + "\n");
    CHECK_THAT(error_of([&] { read(file); }), ContainsSubstring(file.string() + ":3"));
  }
}

TEST_CASE("text formats: a bad line is named with its file") {
  const TemporaryDirectory directory;
  const bool header = GENERATE(true, false);
  const std::string line = GENERATE("bad 1 2", "bad", "bad 1 x 3", "bad 1 2 3x", "bad 1 nan 3", "bad inf 2 3",
                                    "bad 1 -Infinity 3", "bad 1 2 0x10", "bad 1 2 1e", "bad 1,5 2 3", "bad 1 2 --3");
  CAPTURE(line);
  const fs::path file = directory.file(
      "v.dat", (header ? std::string("3 3\n") : "zero 7 8 9\n") + "good 1 2 3\n" + line + "\nlast 4 5 6\n");
  CHECK_THAT(error_of([&] { read(file); }), ContainsSubstring(file.string() + ":3"));
  CHECK_THAT(error_of([&] { read(file, header ? Format::word2vec_text : Format::glove_text); }),
             ContainsSubstring(file.string() + ":3"));
}

TEST_CASE("text formats: a bad line deep in a large file has its number") {
  const TemporaryDirectory directory;
  const Embeddings e = wild_embeddings(20000, 20, 6);
  write_embeddings(directory / "v.vec", e);
  std::string text = read_file(directory / "v.vec");
  const std::size_t place = text.find("\nw15000 ");
  REQUIRE(place != text.npos);
  text.insert(place + 1, "oops\n");
  const fs::path file = directory.file("v.vec", text);
  // The header is line 1 and word 0 line 2.
  ReadOptions options;
  options.threads = GENERATE(1, 3);
  CHECK_THAT(error_of([&] { read_embeddings(file, options); }), ContainsSubstring(file.string() + ":15002:"));
}

TEST_CASE("text formats: numbers of all lengths are those of the C library, and rows are cut where blanks are") {
  const TemporaryDirectory directory;
  Rng rng(5, 0);
  std::string text;
  std::vector<std::vector<float>> expected;
  for (int row = 0; row < 2000; ++row) {
    text += "w" + std::to_string(row) + (row % 7 == 0 ? " 3 .5 -1" : "");  // words may hold blanks
    auto& numbers = expected.emplace_back();
    for (int i = 0; i < 10; ++i) {
      std::string number = rng.below(2) ? "-" : rng.below(8) ? "" : "+";
      std::string digits = std::to_string(rng.below(1U << rng.below(31)));
      if (const std::size_t point = rng.below(14); point < 12)
        digits.insert(std::min<std::size_t>(point, digits.size()), ".");
      if (rng.below(9) == 0) digits += "e-" + std::to_string(rng.below(40));
      number += digits;
      numbers.push_back(std::strtof(number.c_str(), nullptr));
      text += (rng.below(9) ? " " : "\t ") + number;
    }
    text += rng.below(3) ? "\n" : " \r\n";
  }
  const Embeddings read =
      read_embeddings(directory.file("v.vec", "2000 10\n" + text), {.format = Format::word2vec_text});
  REQUIRE(read.size() == expected.size());
  CHECK(read.vocabulary().word(word_id(1)) == "w1");
  CHECK(read.vocabulary().word(word_id(7)) == "w7 3 .5 -1");
  for (std::size_t row = 0; row < read.size(); ++row) CHECK(std::ranges::equal(read[word_id(row)], expected[row]));
}

TEST_CASE("text formats: of a word that occurs twice the first row is kept with a notice") {
  const TemporaryDirectory directory;
  const std::string text = "a 1 2\nb 3 4\na 5 6\nc 7 8\nb 9 9\n";
  const Embeddings expected = embeddings({{"a", {1, 2}}, {"b", {3, 4}}, {"c", {7, 8}}});
  for (const std::string header : {"", "5 2\n"}) {
    Notices notices;
    CHECK(same_bits(read_embeddings(directory.file("v.dat", header + text), {}, &notices), expected));
    REQUIRE(notices.size() == 1);
    CHECK_THAT(notices[0], ContainsSubstring("2") || ContainsSubstring("two"));
    CHECK(same_bits(read(directory.file("v.dat", header + text)), expected));
  }
}

TEST_CASE("text formats: words that are not UTF-8 are read") {
  const TemporaryDirectory directory;
  const Embeddings expected = embeddings({{"\xff\xfd", {1, 2}}, {"\xe4\xb8", {3, 4}}});
  CHECK(same_bits(read(directory.file("v.vec", "2 2\n\xff\xfd 1 2\n\xe4\xb8 3 4\n")), expected));
  CHECK(same_bits(read(directory.file("v.txt", "\xff\xfd 1 2\n\xe4\xb8 3 4\n")), expected));
}

TEST_CASE("formats with a header: impossible numbers are refused") {
  const TemporaryDirectory directory;
  const std::string header =
      GENERATE("1000000000000 3", "3 1000000000000", "1000000000000 1000000000000", "9223372036854775807 3",
               "18446744073709551615 18446744073709551615", "99999999999999999999999999 3", "-1 3", "3 -1", "2 0");
  CAPTURE(header);
  const bool binary = GENERATE(false, true);
  const fs::path file = directory.file(
      "v.dat",
      header + "\n" +
          (binary ? word2vec_row("a", {1, 2, 3}) + word2vec_row("b", {4, 5, 6}) : std::string("a 1 2 3\nb 4 5 6\n")));
  const std::string error = error_of([&] { read(file, binary ? Format::word2vec_binary : Format::word2vec_text); });
  CHECK_THAT(error, ContainsSubstring(file.string()));
  if (!binary) CHECK_THAT(error, ContainsSubstring(file.string() + ":"));
  CHECK_THAT(error_of([&] { read(file); }), ContainsSubstring(file.string()));
}

TEST_CASE("formats with a header: a limit reads the first rows even if the header announces more than fit") {
  const TemporaryDirectory directory;
  ReadOptions options;
  options.limit = 1;
  const std::string error = error_of([&] {
    const Embeddings e = read_embeddings(directory.file("v.vec", "1000000000000 2\na 1 2\nb 3 4\n"), options);
    CHECK(same_bits(e, embeddings({{"a", {1, 2}}})));
  });
  SUCCEED(error);  // an Error is acceptable too, running out of memory is not
}

// ---- word2vec binary ----

TEST_CASE("word2vec binary: rows with and without a line feed after them are read") {
  const TemporaryDirectory directory;
  const Embeddings expected = embeddings({{"king", {1, 2.5F}}, {"\xff\xfe", {-3, 1e-30F}}, {"new", {0, 10}}});
  const std::string end = GENERATE("", "\n");
  std::string bytes = "3 2\n";
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto row = expected[word_id(i)];
    bytes += word2vec_row(std::string(expected.vocabulary().word(word_id(i))), {row.begin(), row.end()}) + end;
  }
  const fs::path file = directory.file("v.dat", bytes);
  CHECK(recognize_format(file) == Format::word2vec_binary);
  CHECK(same_bits(read(file), expected));
  CHECK(same_bits(read(file, Format::word2vec_binary), expected));
}

TEST_CASE("word2vec binary: numbers whose bytes look like line feeds and spaces are numbers") {
  const TemporaryDirectory directory;
  const float feeds = std::bit_cast<float>(0x0A0A0A0Au), blanks = std::bit_cast<float>(0x20202020u);
  const Embeddings expected = embeddings({{"a", {feeds, blanks}}, {"b", {blanks, feeds}}});
  for (const std::string end : {"", "\n"}) {
    const fs::path file = directory.file(
        "v.bin", "2 2\n" + word2vec_row("a", {feeds, blanks}) + end + word2vec_row("b", {blanks, feeds}) + end);
    CHECK(same_bits(read(file), expected));
  }
}

TEST_CASE("word2vec binary: a value that is not finite is an error that names file and row") {
  const TemporaryDirectory directory;
  const float bad = GENERATE(std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                             -std::numeric_limits<float>::infinity());
  const fs::path file = directory.file(
      "v.bin", "3 2\n" + word2vec_row("a", {1, 2}) + word2vec_row("victim", {1, bad}) + word2vec_row("c", {1, 2}));
  CHECK_THAT(error_of([&] { read(file); }),
             ContainsSubstring(file.string()) && (ContainsSubstring("victim") || ContainsSubstring("2")));
}

TEST_CASE("native: words are read when one is looked up, and one that occurs twice is an error then") {
  const TemporaryDirectory directory;
  write_embeddings(directory / "v.safetensors", embeddings({{"abc", {1, 2}}, {"abd", {3, 4}}}));
  std::string bytes = read_file(directory / "v.safetensors");
  bytes.replace(bytes.find("abcabd"), 6, "abcabc");
  write_file(directory / "v.safetensors", bytes);
  const Embeddings damaged = read_embeddings(directory / "v.safetensors");
  CHECK(damaged.vocabulary().word(word_id(1)) == "abc");
  for (int i = 0; i < 2; ++i)
    CHECK(error_of([&] { (void)damaged.find("abc"); }) ==
          (directory / "v.safetensors").string() +
              ": the word 'abc' occurs twice, as words 0 and 1; the file is damaged");
}

TEST_CASE("vectors: only the words that a file lists") {
  const TemporaryDirectory directory;
  const Embeddings all = embeddings({{"a", {1}}, {"b", {2}}, {"c", {3}}});
  Notices notices;
  const Embeddings some = only_words(all, directory.file("words", "c\nx\na 7\n"), &notices);
  CHECK(row_of(some, "a") == std::vector<float>{1});
  CHECK(some.size() == 2);
  CHECK(some.vocabulary().word(word_id(1)) == "c");
  REQUIRE(notices.size() == 1);
  CHECK(notices[0] == "1 of the 3 words of " + (directory / "words").string() + " have no vector");
  CHECK_THROWS_AS(only_words(all, directory.file("none", "x\n")), Error);
}

TEST_CASE("word2vec binary: of a word that occurs twice the first row is kept with a notice") {
  const TemporaryDirectory directory;
  const fs::path file = directory.file(
      "v.bin", "3 1\n" + word2vec_row("a", {1}) + "\n" + word2vec_row("a", {2}) + "\n" + word2vec_row("b", {3}) + "\n");
  Notices notices;
  CHECK(same_bits(read_embeddings(file, {}, &notices), embeddings({{"a", {1}}, {"b", {3}}})));
  CHECK(notices.size() == 1);
}

TEST_CASE("formats: files of other kinds are refused and named") {
  const TemporaryDirectory directory;
  const std::string bytes =
      GENERATE(std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16), std::string("\x80\x04\x95\x10\0\0\0\0\0\0\0}", 12),
               std::string("PK\x03\x04\x14\0\0\0", 8),
               std::string("\x7f"
                           "ELF\x02\x01\x01\0\0\0\0\0",
                           12),
               std::string("just a sentence of words\nand another one\n"), std::string(1000, '\0'),
               std::string("{\"json\": true}\n"), std::string("\n\n\n"), std::string("word\n"));
  const fs::path file = directory.file("some.file", bytes);
  CHECK_THAT(error_of([&] { recognize_format(file); }), ContainsSubstring(file.string()));
  CHECK_THAT(error_of([&] { read(file); }), ContainsSubstring(file.string()));
}

// ---- npy ----

TEST_CASE("npy: arrays of other number types and versions are read") {
  const TemporaryDirectory directory;
  const Embeddings expected = embeddings({{"a", {1, -2.5F}}, {"b", {0.125F, 65504}}, {"c", {0, 6.103515625e-05F}}});
  std::string single, big, twofold, half;
  // The six numbers in IEEE 754 half precision.
  const std::array<std::uint16_t, 6> halves = {0x3C00, 0xC100, 0x3000, 0x7BFF, 0x0000, 0x0400};
  for (std::size_t i = 0; i < 6; ++i) {
    const float x = expected.matrix().data()[i];
    single += bytes_of(x);
    big += reversed(bytes_of(x));
    twofold += bytes_of(static_cast<double>(x));
    half += bytes_of(halves[i]);
  }
  directory.file("v.words.txt", "a\nb\nc\n");
  const int version = GENERATE(1, 2, 3);
  for (const auto& [type, data] : {std::pair("<f4", single), {">f4", big}, {"<f8", twofold}, {"<f2", half}}) {
    CAPTURE(type, version);
    const fs::path file = directory.file("v.npy", npy(npy_header(type, "(3, 2)"), data, version));
    CHECK(recognize_format(file) == Format::npy);
    CHECK(same_bits(read(file), expected));
  }
}

TEST_CASE("npy: all numbers of half precision are read") {
  const TemporaryDirectory directory;
  std::string data, words;
  std::vector<float> expected;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const std::uint32_t exponent = bits >> 10 & 31, mantissa = bits & 1023;
    if (exponent == 31) continue;
    const double magnitude =
        exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, static_cast<int>(exponent) - 25);
    expected.push_back(static_cast<float>(bits >> 15 ? -magnitude : magnitude));
    data += bytes_of(static_cast<std::uint16_t>(bits));
    words += "w" + std::to_string(bits) + "\n";
  }
  directory.file("v.words.txt", words);
  const auto shape = "(" + std::to_string(expected.size()) + ", 1)";
  const Embeddings e = read(directory.file("v.npy", npy(npy_header("<f2", shape), data)));
  REQUIRE(e.size() == expected.size());
  CHECK(std::memcmp(e.matrix().data(), expected.data(), expected.size() * sizeof(float)) == 0);
}

TEST_CASE("npy: arrays that are not a list of vectors are refused") {
  const TemporaryDirectory directory;
  directory.file("v.words.txt", "a\nb\n");
  const auto [type, shape, fortran] =
      GENERATE(table<std::string, std::string, std::string>({{"|O", "(2, 2)", "False"},
                                                             {"<f4", "(2, 2)", "True"},
                                                             {"<U4", "(2, 2)", "False"},
                                                             {"<f4", "(4,)", "False"},
                                                             {"<f4", "()", "False"},
                                                             {"<f4", "(2, 2, 1)", "False"},
                                                             {"<f4", "(-2, 2)", "False"},
                                                             {"<f4", "(2, 1000000000000)", "False"},
                                                             {"<f4", "(1000000000000, 2)", "False"},
                                                             {"<f4", "(4294967296, 4294967296)", "False"},
                                                             {"<f4", "(2, 3)", "False"},
                                                             {"<f4", "(99999999999999999999999, 2)", "False"}}));
  CAPTURE(type, shape, fortran);
  const fs::path file = directory.file("v.npy", npy(npy_header(type, shape, fortran), std::string(16, '\0')));
  CHECK_THAT(error_of([&] { read(file); }), ContainsSubstring(file.string()));
}

TEST_CASE("npy: a malformed header is refused") {
  const TemporaryDirectory directory;
  directory.file("v.words.txt", "a\nb\n");
  const std::string header = GENERATE("", "{", "{}", "[]", "{'descr': '<f4'}", "{'shape': (2, 2)}", "garbage",
                                      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, }");
  const fs::path file = directory.file("v.npy", npy(header, std::string(16, '\0')));
  CHECK_THAT(error_of([&] { read(file); }), ContainsSubstring(file.string()));
}

TEST_CASE("npy: the file of words must have as many words as rows") {
  const TemporaryDirectory directory;
  const fs::path file = directory.file("v.npy", npy(npy_header("<f4", "(2, 1)"), bytes_of(1.0F) + bytes_of(2.0F)));
  CHECK_THAT(error_of([&] { read(file); }), ContainsSubstring((directory / "v.words.txt").string()));
  for (const char* const words : {"", "a\n", "a\nb\nc\n", "a\n\nb\n"}) {
    CAPTURE(words);
    directory.file("v.words.txt", words);
    CHECK_THAT(error_of([&] { read(file); }), ContainsSubstring("v.words.txt"));
  }
  directory.file("v.words.txt", "a\r\nb");
  CHECK(error_of([&] { read(file); }).empty());
  directory.file("v.words.txt", "a\nb");
  CHECK(same_bits(read(file), embeddings({{"a", {1}}, {"b", {2}}})));
  directory.file("v.words.txt", "a\na\n");
  Notices notices;
  CHECK(same_bits(read_embeddings(file, {}, &notices), embeddings({{"a", {1}}})));
  CHECK(notices.size() == 1);
}

TEST_CASE("npy: a value that is not finite is an error that names the file") {
  const TemporaryDirectory directory;
  directory.file("v.words.txt", "a\nb\n");
  const std::string data = GENERATE(bytes_of(std::numeric_limits<double>::quiet_NaN()),
                                    bytes_of(-std::numeric_limits<double>::infinity()), bytes_of(1e300));
  const fs::path file = directory.file("v.npy", npy(npy_header("<f8", "(2, 1)"), bytes_of(1.0) + data));
  CHECK_THAT(error_of([&] { read(file); }), ContainsSubstring(file.string()));
}

TEST_CASE("npy: what is written follows NumPy's format") {
  const TemporaryDirectory directory;
  const Written files = written(directory, small_embeddings(), Format::npy);
  const std::string& bytes = files.bytes.at("vectors.npy");
  REQUIRE(bytes.substr(0, 8) == std::string("\x93NUMPY\x01\0", 8));
  const std::size_t length = static_cast<unsigned char>(bytes[8]) + 256u * static_cast<unsigned char>(bytes[9]);
  CHECK((10 + length) % 64 == 0);
  CHECK(bytes[10 + length - 1] == '\n');
  CHECK(bytes.size() == 10 + length + 4 * 3 * sizeof(float));
  const std::string header = bytes.substr(10, length);
  CHECK_THAT(header, ContainsSubstring("'descr': '<f4'") && ContainsSubstring("'fortran_order': False") &&
                         ContainsSubstring("'shape': (4, 3)"));
  CHECK(files.bytes.at("vectors.words.txt") == "king\nqueen\ncaf\xc3\xa9\n12\n");
}

// ---- native ----

TEST_CASE("native: the file is a safetensors file with its vectors at a multiple of 64 bytes") {
  const TemporaryDirectory directory;
  const std::size_t words = GENERATE(as<std::size_t>{}, 1, 3, 8, 101);
  const Embeddings e = wild_embeddings(words, 7, words);
  const std::string bytes = written(directory, e, Format::native).bytes.at("vectors.safetensors");
  REQUIRE(bytes.size() > 8);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  REQUIRE(8 + length < bytes.size());
  const std::string header = bytes.substr(8, length), data = bytes.substr(8 + length);
  CHECK(header.front() == '{');
  CHECK(header.find_last_not_of(' ') == header.rfind('}'));

  const Tensor offsets = tensor(header, "word_offsets"), counts = tensor(header, "counts"),
               vectors = tensor(header, "embeddings"), text = tensor(header, "words");
  const std::string n = std::to_string(words), total = std::to_string(e.vocabulary().bytes().size());
  CHECK(offsets.type == "I64");
  CHECK(offsets.shape == "[" + std::to_string(words + 1) + "]");
  CHECK(counts.type == "I64");
  CHECK(counts.shape == "[" + n + "]");
  CHECK(vectors.type == "F32");
  CHECK(vectors.shape == "[" + n + ",7]");
  CHECK(text.type == "U8");
  CHECK(text.shape == "[" + total + "]");

  // In this order, without holes, to the end.
  CHECK(offsets.begin == 0);
  CHECK(counts.begin == offsets.end);
  CHECK(vectors.begin == counts.end);
  CHECK(text.begin == vectors.end);
  CHECK(text.end == data.size());
  CHECK(offsets.end - offsets.begin == 8 * (words + 1));
  CHECK(counts.end - counts.begin == 8 * words);
  CHECK(vectors.end - vectors.begin == 4 * 7 * words);
  CHECK((8 + length) % 8 == 0);
  CHECK((8 + length + vectors.begin) % 64 == 0);
  CHECK(data.substr(text.begin) == e.vocabulary().bytes());
  CHECK(std::memcmp(data.data() + vectors.begin, e.matrix().data(), vectors.end - vectors.begin) == 0);
}

TEST_CASE("native: counts and metadata are kept") {
  const TemporaryDirectory directory;
  const Metadata metadata = {{"tool", "equivec"},
                             {"", "empty key"},
                             {"empty value", ""},
                             {"quotes", "\"a\\b\" {c}"},
                             {"lines", "one\ntwo\ttabbed"},
                             {"zero", std::string("a\0b", 3)},
                             {"unicode", "caf\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x98\x80"}};
  const Embeddings e(vocabulary({{"the", std::uint64_t{1} << 40}, {"a", 7}, {"zero", 0}}), random_matrix(3, 4, 1),
                     metadata);
  write_embeddings(directory / "v.safetensors", e);
  const Embeddings back = read(directory / "v.safetensors");
  CHECK(back.metadata() == metadata);
  CHECK(back.vocabulary().count(word_id(0)) == std::uint64_t{1} << 40);
  CHECK(back.vocabulary().count(word_id(1)) == 7);
  CHECK(back.vocabulary().count(word_id(2)) == 0);
  CHECK(back.vocabulary().total_count() == (std::uint64_t{1} << 40) + 7);
}

TEST_CASE("native: metadata that is not UTF-8 is kept or refused") {
  const TemporaryDirectory directory;
  const Metadata metadata = {{"corpus", "/tmp/\xff\xfe.txt"}};
  const fs::path file = directory / "v.safetensors";
  if (error_of([&] { write_embeddings(file, small_embeddings().with_metadata(metadata)); }).empty()) {
    CHECK(same_bits(read(file), small_embeddings()));
    CHECK(read(file).metadata().count("corpus") == 1);
  } else {
    CHECK(directory.names().empty());
  }
}

TEST_CASE("native: the values are not checked") {
  const TemporaryDirectory directory;
  const Embeddings e = embeddings(
      {{"a", {1, std::numeric_limits<float>::infinity()}}, {"b", {std::numeric_limits<float>::quiet_NaN(), 2}}});
  write_embeddings(directory / "v.safetensors", e);
  CHECK(same_bits(read(directory / "v.safetensors"), e));
}

TEST_CASE("native: vectors stay readable after their file is gone") {
  const TemporaryDirectory directory;
  const Embeddings e = wild_embeddings(2000, 50, 8);
  write_embeddings(directory / "v.safetensors", e);
  const Embeddings mapped = read(directory / "v.safetensors");
  write_embeddings(directory / "v.safetensors", small_embeddings());
  CHECK(same_bits(mapped, e));
  fs::remove(directory / "v.safetensors");
  CHECK(same_bits(mapped, e));
}

TEST_CASE("native: a file may be written over itself") {
  const Format format = GENERATE(from_range(all_formats));
  const TemporaryDirectory directory;
  const fs::path file = directory / file_name(format);
  const Embeddings e = wild_embeddings(500, 10, 9);
  write_embeddings(file, e);
  write_embeddings(file, read(file));
  CHECK(same_bits(read(file), e));
}

std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

TEST_CASE("native: inconsistent containers are refused") {
  const TemporaryDirectory directory;
  const std::string offsets = R"("word_offsets":{"dtype":"I64","shape":[2],"data_offsets":[0,16]})";
  const std::string counts = R"("counts":{"dtype":"I64","shape":[1],"data_offsets":[16,24]})";
  const std::string vectors = R"("embeddings":{"dtype":"F32","shape":[1,2],"data_offsets":[24,32]})";
  const std::string words = R"("words":{"dtype":"U8","shape":[3],"data_offsets":[32,35]})";
  const std::string data = bytes_of(std::int64_t{0}) + bytes_of(std::int64_t{3}) + bytes_of(std::int64_t{1}) +
                           bytes_of(1.0F) + bytes_of(2.0F) + "abc";
  const auto join = [](std::initializer_list<std::string> parts) {
    std::string result;
    for (const std::string& part : parts) result += (result.empty() ? "{" : ",") + part;
    return result + "}";
  };
  const std::string good = join({offsets, counts, vectors, words});
  const fs::path file = directory / "v.safetensors";
  const auto error = [&](const std::string& bytes) {
    write_file(file, bytes);
    return error_of([&] { read(file, Format::native); });
  };
  REQUIRE(error(safetensors(good, data)).empty());
  CHECK(same_bits(read(file), embeddings({{"abc", {1, 2}}})));

  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string header = good;
    return safetensors(header.replace(header.find(from), from.size(), to), data);
  };
  for (const std::string& bytes :
       {safetensors(join({offsets, counts, words}), data),             // no vectors
        safetensors(join({vectors}), data),                            // no words
        safetensors(good, data.substr(0, data.size() - 1)),            // cut short
        safetensors(good, data + "more"),                              // too long
        changed("[24,32]", "[24,31]"), changed("[24,32]", "[32,24]"),  // not its size
        changed("[24,32]", "[23,31]"), changed("[32,35]", "[33,36]"),  // not in its place
        changed("[32,35]", "[32,18446744073709551615]"),               // outside
        changed("[24,32]", "[-8,0]"),                                  // negative
        changed("[1,2]", "[2,2]"), changed("[1,2]", "[2,1]"),          // not as many as words
        changed("[1,2]", "[2]"), changed("[1,2]", "[1,2,1]"),          // no matrix
        changed("[1,2]", "[4294967297,4294967298]"), changed("[1,2]", "[-1,-2]"), changed("[1,2]", "[1.5,2]"),
        changed("[1,2]", "[\"1\",2]"), changed("F32", "F64"), changed("F32", "BF16"), changed("I64", "I32"),
        changed("\"F32\"", "7"), changed("[2]", "[3]"), safetensors("[]", data), safetensors("{", data),
        safetensors("", data), safetensors(std::string(200000, '['), data),
        // Many times its bytes in memory, if it were kept.
        safetensors(R"({"a":{"shape":[)" + std::string(4000000, '[') + std::string(4000000, ']') + "]}}", data),
        safetensors(R"({"a":{"shape":[0)" + repeated(",0", 2000000) + "]}}", data),
        bytes_of(std::uint64_t{1} << 40) + good + data, bytes_of(~std::uint64_t{0}) + good + data,
        safetensors(join({R"("__metadata__":{"number":7})", offsets, counts, vectors, words}), data),
        safetensors(join({R"("__metadata__":["a"])", offsets, counts, vectors, words}), data)}) {
    CAPTURE(bytes.substr(8, 400));
    CHECK_THAT(error(bytes), ContainsSubstring(file.string()));
  }
  // Words that the offsets do not describe.
  for (const std::int64_t second : {std::int64_t{0}, std::int64_t{4}, std::int64_t{-1}, INT64_MAX}) {
    std::string bad = data;
    bad.replace(8, 8, bytes_of(second));
    CAPTURE(second);
    CHECK_THAT(error(safetensors(good, bad)), ContainsSubstring(file.string()));
  }
}

// ---- broken files ----

TEST_CASE("formats: a truncated file is an error where its format can detect it") {
  const Format format = GENERATE(from_range(all_formats));
  CAPTURE(name_of(format));
  const TemporaryDirectory directory;
  const Written good = written(directory, small_embeddings(), format);
  for (const auto& [name, bytes] : good.bytes) {
    std::size_t must_fail = bytes.size();  // shorter files than this one are errors
    if (format == Format::word2vec_text) must_fail = bytes.rfind(' ') + 1;
    if (format == Format::glove_text) must_fail = 1;
    if (name == "vectors.words.txt") must_fail = bytes.rfind('\n', bytes.size() - 2) + 2;
    if (format == Format::word2vec_binary && bytes.back() == '\n') must_fail = bytes.size() - 1;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      write_file(directory / name, bytes.substr(0, size));
      for (const Format how : {format, Format::automatic}) {
        const bool read = readable(good.file, in_format(how));
        if (size < must_fail && read) FAIL_CHECK(name << " cut to " << size << " bytes was read");
      }
    }
    write_file(directory / name, bytes);
  }
  CHECK(readable(good.file, in_format(format)));
}

TEST_CASE("formats: a file with changed bytes gives vectors or an error") {
  const Format format = GENERATE(from_range(all_formats));
  CAPTURE(name_of(format));
  const TemporaryDirectory directory;
  const Written good = written(directory, small_embeddings(), format);
  Rng rng(91 + static_cast<std::uint64_t>(format));
  const std::string pieces[] = {"\n", " ",        "\t", "\r",  std::string(1, '\0'), "999999999999999999999",
                                "-",  "nan",      "e",  "1e9", "4294967296 ",        "{",
                                "\"", "\x1f\x8b", "[",  "\xff"};
  std::size_t vectors = 0, errors = 0;
  for (int round = 0; round < 2000; ++round) {
    for (const auto& [name, original] : good.bytes) {
      std::string bytes = original;
      const std::uint32_t changes = 1 + rng.below(3);
      for (std::uint32_t i = 0; i < changes; ++i) {
        const std::size_t place = rng.below(static_cast<std::uint32_t>(bytes.size() + 1));
        switch (rng.below(6)) {
          case 0:
            if (place < bytes.size()) bytes[place] = static_cast<char>(rng.below(256));
            break;
          case 1:
            if (place < bytes.size()) bytes[place] = static_cast<char>(bytes[place] ^ (1 << rng.below(8)));
            break;
          case 2:
            bytes.erase(place, rng.below(8));
            break;
          case 3:
            bytes.insert(place, pieces[rng.below(std::size(pieces))]);
            break;
          case 4:
            bytes.insert(place, bytes.substr(place, rng.below(20)));
            break;
          default:
            bytes.resize(place);
            break;
        }
      }
      write_file(directory / name, bytes);
      ReadOptions options = in_format(rng.below(2) == 0 ? format : Format::automatic);
      options.limit = rng.below(3);
      try {
        ++(readable(good.file, options) ? vectors : errors);
      } catch (const std::exception& exception) {
        FAIL_CHECK("round " << round << " of " << name << ": " << exception.what());
      }
      write_file(directory / name, original);
    }
  }
  CHECK(vectors + errors == 2000 * good.bytes.size());
  CHECK(vectors > 0);
  CHECK(errors > 0);
}

// ---- writing ----

TEST_CASE("writing: the partial files of an ended run are replaced") {
  const Format format = GENERATE(from_range(all_formats));
  const TemporaryDirectory directory;
  for (const std::string& name : files_of(format))
    directory.file("." + name + ".abcdef.partial", std::string(100000, '?'));
  write_embeddings(directory / file_name(format), small_embeddings(), format);
  CHECK(directory.names() == files_of(format));
  CHECK(same_bits(read(directory / file_name(format)), small_embeddings()));
}

TEST_CASE("writing: a missing directory is an error that names the file") {
  const Format format = GENERATE(from_range(all_formats));
  const TemporaryDirectory directory;
  const fs::path file = directory / "absent" / file_name(format);
  CHECK_THAT(error_of([&] { write_embeddings(file, small_embeddings(), format); }), ContainsSubstring("absent"));
  CHECK(directory.names().empty());
}

TEST_CASE("writing: a full device is an error and nothing is left") {
  const Format format = GENERATE(Format::native, Format::word2vec_text, Format::word2vec_binary, Format::glove_text);
  const bool large = GENERATE(false, true);
  const TemporaryDirectory directory;
  fs::create_symlink("/dev/full", directory / "full");
  const Embeddings e = large ? wild_embeddings(3000, 100, 10) : small_embeddings();
  CHECK_THAT(error_of([&] { write_embeddings(directory / "full", e, format); }), ContainsSubstring("full"));
  CHECK(fs::is_character_file("/dev/full"));
  CHECK(directory.names() == Names{"full"});
}

TEST_CASE("writing: a full disk is an error and the old files stay") {
  const Format format = GENERATE(from_range(all_formats));
  CAPTURE(name_of(format));
  const TemporaryDirectory directory;
  const Written old = written(directory, small_embeddings(), format);
  const Embeddings e = wild_embeddings(3000, 100, 11);
  std::string error;
  {
    const FileSizeLimit limit(200000);
    error = error_of([&] { write_embeddings(old.file, e, format); });
  }
  CHECK_THAT(error, ContainsSubstring(directory.path().string()));
  CHECK(directory.names() == files_of(format));
  for (const auto& [name, bytes] : old.bytes) CHECK(read_file(directory / name) == bytes);
}

TEST_CASE("writing: a pipe is written directly") {
  const TemporaryDirectory directory;
  const fs::path pipe = directory / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  // Open at both ends, so that nothing blocks: the output fits into the pipe.
  const int reader = ::open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  write_embeddings(pipe, small_embeddings(), Format::word2vec_text);
  std::string bytes(60000, '\0');
  const auto size = ::read(reader, bytes.data(), bytes.size());
  ::close(reader);
  REQUIRE(size > 0);
  bytes.resize(static_cast<std::size_t>(size));
  CHECK(directory.names() == Names{"pipe"});
  CHECK(same_bits(read(directory.file("v.vec", bytes)), small_embeddings()));
}

TEST_CASE("writing: a directory cannot be written over") {
  const Format format = GENERATE(from_range(all_formats));
  const TemporaryDirectory directory;
  fs::create_directory(directory / file_name(format));
  CHECK_THROWS_AS(write_embeddings(directory / file_name(format), small_embeddings(), format), Error);
  CHECK(directory.names() == Names{file_name(format)});
  CHECK(fs::is_directory(directory / file_name(format)));
}

TEST_CASE("writing: it can be cancelled and the old file stays") {
  const Format format = GENERATE(from_range(all_formats));
  const TemporaryDirectory directory;
  const Written old = written(directory, small_embeddings(), format);
  Progress progress;
  progress.cancelled = true;
  CHECK_THROWS_AS(write_embeddings(old.file, wild_embeddings(100, 5, 12), format, &progress), Cancelled);
  CHECK(directory.names() == files_of(format));
  for (const auto& [name, bytes] : old.bytes) CHECK(read_file(directory / name) == bytes);
}

TEST_CASE("reading: it can be cancelled") {
  const Format format = GENERATE(Format::word2vec_text, Format::word2vec_binary, Format::glove_text);
  const TemporaryDirectory directory;
  write_embeddings(directory / file_name(format), wild_embeddings(100, 5, 13), format);
  Progress progress;
  progress.cancelled = true;
  CHECK_THROWS_AS(read_embeddings(directory / file_name(format), {}, nullptr, &progress), Cancelled);
}

TEST_CASE("require_writable: it checks and changes nothing") {
  const TemporaryDirectory directory;
  CHECK_NOTHROW(require_writable(directory / "new.vec"));
  CHECK(directory.names().empty());
  const fs::path old = directory.file("old.vec", "old");
  CHECK_NOTHROW(require_writable(old));
  CHECK(read_file(old) == "old");
  CHECK(directory.names() == Names{"old.vec"});
  CHECK_THAT(error_of([&] { require_writable(directory / "absent/new.vec"); }), ContainsSubstring("absent"));
  CHECK_THROWS_AS(require_writable(directory.path()), Error);
  CHECK_THROWS_AS(require_writable("/dev/null/new.vec"), Error);
  CHECK_NOTHROW(require_writable("new-in-the-working-directory.vec"));
  CHECK_FALSE(fs::exists("new-in-the-working-directory.vec"));
}

TEST_CASE("formats: a native file whose first bytes are those of a Python pickle is a native file") {
  // The first bytes are the length of its header, which is a multiple of 64 if the number of words is 3 modulo 4.
  const TemporaryDirectory folder;
  const fs::path file = folder / "e.safetensors";
  std::string note;
  do {
    note += "12345678";
    write_embeddings(file, embeddings({{"a", {1}}, {"b", {2}}, {"c", {3}}}, {{"note", note}}));
  } while (!read_file(file).starts_with("\x80\x02") && note.size() < 2000);
  REQUIRE(note.size() < 2000);
  CHECK(recognize_format(file) == Format::native);
  CHECK(read_embeddings(file).metadata().at("note") == note);
}

TEST_CASE("formats: a first word that begins with a byte order mark is kept by every format that keeps it") {
  const TemporaryDirectory directory;
  const Embeddings e = embeddings({{"\xef\xbb\xbfone", {1.5F, 2}}, {"two", {3, 4.25F}}});
  for (const char* name : {"v.txt", "v.vec", "v.bin", "v.npy", "v.safetensors"}) {
    CAPTURE(name);
    write_embeddings(directory / name, e);
    CHECK(same_bits(read(directory / name), e));
  }
  const fs::path file = directory / "words";
  write_vocabulary(file, e.vocabulary());
  CHECK(read_vocabulary(file).word(word_id(0)) == "\xef\xbb\xbfone");
}

TEST_CASE("formats: a file of words and counts is not taken for vectors of one number") {
  const TemporaryDirectory directory;
  const fs::path file = directory / "v.txt";
  write_file(file, "the 12\nof 7\nand 7\nrare 1\n");
  CHECK_THAT(error_of([&] { read(file); }), ContainsSubstring("words and counts, not vectors"));
  CHECK(read(file, Format::glove_text).dimension() == 1);  // if it is said to be vectors
  for (const char* vectors : {"the 12\nof 7\nand 8\n", "the 12\nof 7.5\nand 7\n", "the 1 2\nof 1 1\nand 1 0\n"}) {
    write_file(file, vectors);
    CHECK(read(file).size() == 3);
  }
}

TEST_CASE("formats: a first line with a blank before two numbers is no header") {
  const TemporaryDirectory directory;
  const fs::path file = directory / "v.txt";
  write_file(file, " 1 2\nb 3\nc 4.5\n");
  CHECK(recognize_format(file) == Format::glove_text);
}

TEST_CASE("formats: word2vec binary of one dimension is told from text") {
  const TemporaryDirectory directory;
  const fs::path file = directory / "v.bin";
  // The bytes of each number are digits and blanks.
  write_file(file, "2 1\na 1.5 b  2.5");
  CHECK(recognize_format(file) == Format::word2vec_binary);
  write_file(file, "2 1\na 1.25\nb 2.5\n");
  CHECK(recognize_format(file) == Format::word2vec_text);
  write_embeddings(file, embeddings({{"a", {1}}, {"b", {2}}}));
  CHECK(recognize_format(file) == Format::word2vec_binary);
}

TEST_CASE("vectors: more numbers than an int counts are refused") {
  const float none = 0;
  CHECK_THAT(error_of([&] { Embeddings(Vocabulary(), MatrixView(&none, 0, Eigen::Index{1} << 31), nullptr); }),
             ContainsSubstring("2147483648 numbers"));
}
