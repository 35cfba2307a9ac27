#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/evaluate/neighbor_recall.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "equivec/vectors/precision.hpp"
#include "equivec/vectors/subwords.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <array>
#include <cmath>
#include <limits>

// What users of other programs have met with files of vectors: each test is named after the problem.

using namespace equivec;
namespace fs = std::filesystem;

namespace {

std::string binary_row(const std::string& word, const std::vector<float>& numbers) {
  std::string bytes(numbers.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return word + " " + bytes;
}

Embeddings read(const fs::path& file, Notices* notices = nullptr, const ReadOptions& options = {}) {
  return read_embeddings(file, options, notices);
}

std::string read_error(const fs::path& file, const ReadOptions& options = {}) {
  return error_of([&] { read_embeddings(file, options); });
}

}  // namespace

// ---- words ----

TEST_CASE("users' problems: a word of ten million bytes is neither cut nor written over other memory") {
  const TemporaryDirectory directory;
  const std::string name = GENERATE("v.vec", "v.txt", "v.bin", "v.npy", "v.safetensors");
  const Embeddings e =
      embeddings({{std::string(10000000, 'x'), {1, 2}}, {std::string(9999999, 'x'), {3, 4}}, {"b", {5, 6}}});
  write_embeddings(directory / name, e);
  CHECK(same_bits(read(directory / name), e));
}

TEST_CASE("users' problems: words of 50, 60, 100 and 1000 bytes, where other programs cut, stay whole") {
  const TemporaryDirectory directory;
  const std::string name = GENERATE("v.vec", "v.txt", "v.bin", "v.npy", "v.safetensors");
  Rows rows;
  for (const std::size_t size : {49U, 50U, 59U, 60U, 99U, 100U, 101U, 128U, 255U, 256U, 999U, 1000U, 1001U, 4096U})
    rows.push_back({std::string(size, 'w'), {static_cast<float>(size), 1}});
  write_embeddings(directory / name, embeddings(rows));
  CHECK(same_bits(read(directory / name), embeddings(rows)));
}

TEST_CASE("users' problems: a word that was cut within a character is read and written as it is") {
  const TemporaryDirectory directory;
  const std::string cut = std::string(98, 'a') + "\xe4\xb8";
  const fs::path binary =
      directory.file("v.bin", "2 2\n" + binary_row(cut, {1, 2}) + "\n" + binary_row("b", {3, 4}) + "\n");
  const fs::path text = directory.file("v.vec", "2 2\n" + cut + " 1 2 \nb 3 4 \n");
  const Embeddings e = embeddings({{cut, {1, 2}}, {"b", {3, 4}}});
  for (const fs::path& file : {binary, text}) {
    CHECK(same_bits(read(file), e));
    for (const char* name : {"o.vec", "o.txt", "o.bin", "o.npy", "o.safetensors"}) {
      write_embeddings(directory / name, read(file));
      CHECK(same_bits(read(directory / name), e));
    }
  }
}

TEST_CASE("users' problems: tokens with spaces, as in GloVe's 840B, are words and not a broken line") {
  const TemporaryDirectory directory;
  const std::string text =
      "the 1 2 3\n. . . 4 5 6\nat name@domain.com 7 8 9\nto name@domain.com 1 1 1\n. . . . . 2 2 2\n"
      "contact name@domain.com 3 3 3\n\xc2\xa0 4 4 4\n";
  Notices notices;
  const Embeddings e = read(directory.file("v.txt", text), &notices);
  CHECK(e.size() == 7);
  CHECK(notices.empty());
  CHECK(row_of(e, ". . .") == std::vector<float>{4, 5, 6});
  CHECK(row_of(e, "to name@domain.com") == std::vector<float>{1, 1, 1});
  write_embeddings(directory / "o.txt", e);
  CHECK(same_bits(read(directory / "o.txt"), e));
  CHECK_THAT(error_of([&] { write_embeddings(directory / "o.vec", e); }),
             ContainsSubstring("word 2, '. . .', holds white space") && ContainsSubstring("write .safetensors"));
}

TEST_CASE("users' problems: words that are numbers, or that no printer shows, are words") {
  const TemporaryDirectory directory;
  const Rows rows = {{"1", {1, 2}},
                     {"3.14", {3, 4}},
                     {"1e5", {5, 6}},
                     {"-", {7, 8}},
                     {"nan", {9, 1}},
                     {"inf", {2, 3}},
                     {"\x01\x02", {4, 5}},
                     {std::string("a\0b", 3), {6, 7}},
                     {"\xe2\x80\x8b", {8, 9}},
                     {"\x7f", {1, 2}}};
  for (const char* name : {"v.vec", "v.txt", "v.bin", "v.npy", "v.safetensors"}) {
    CAPTURE(name);
    write_embeddings(directory / name, embeddings(rows));
    CHECK(same_bits(read(directory / name), embeddings(rows)));
  }
}

TEST_CASE("users' problems: a word that occurs twice does not take the vector of its second row") {
  const TemporaryDirectory directory;
  const std::string text = "a 1 2\nb 3 4\na 5 6\n";
  const std::string binary = binary_row("a", {1, 2}) + binary_row("b", {3, 4}) + binary_row("a", {5, 6});
  for (const fs::path& file : {directory.file("v.txt", text), directory.file("v.vec", "3 2\n" + text),
                               directory.file("v.bin", "3 2\n" + binary)}) {
    Notices notices;
    CHECK(same_bits(read(file, &notices), embeddings({{"a", {1, 2}}, {"b", {3, 4}}})));
    REQUIRE(notices.size() == 1);
    CHECK_THAT(notices[0], ContainsSubstring("1 rows repeat an earlier word, such as 'a'"));
  }
}

TEST_CASE("users' problems: the first word of a file is found") {
  const TemporaryDirectory directory;
  const Embeddings e = read(directory.file("v.vec", "2 2\n</s> 0 0\nthe 1 2\n"));
  CHECK(e.vocabulary().find("</s>") == word_id(0));
  CHECK(row_of(e, "</s>") == std::vector<float>{0, 0});
}

TEST_CASE("users' problems: <unk> as the last row of GloVe's text is read where the header says one row less") {
  const TemporaryDirectory directory;
  Notices notices;
  const Embeddings e = read(directory.file("v.txt", "2 2\nthe 1 2\nof 3 4\n<unk> 5 6\n"), &notices);
  CHECK(row_of(e, "<unk>") == std::vector<float>{5, 6});
  REQUIRE(notices.size() == 1);
  CHECK_THAT(notices[0], ContainsSubstring("the header promises 2 rows, all 3 were read"));
}

TEST_CASE("users' problems: <unk> of the corpus is kept where GloVe appends its own") {
  const TemporaryDirectory directory;
  Notices notices;
  const Embeddings e = read(directory.file("v.txt", "<unk> 1 2\nof 3 4\n<unk> 5 6\n"), &notices);
  CHECK(row_of(e, "<unk>") == std::vector<float>{1, 2});
  REQUIRE(notices.size() == 1);
  CHECK_THAT(notices[0], ContainsSubstring("'<unk>'"));
}

// ---- sizes ----

TEST_CASE("users' problems: a header that says fewer rows than there are loses none, in text") {
  const TemporaryDirectory directory;
  CHECK(read(directory.file("v.vec", "1 2\na 1 2\nb 3 4\nc 5 6\n")).size() == 3);
}

TEST_CASE("users' problems: a header that says more rows than there are is a truncated file, not rows of zeros") {
  const TemporaryDirectory directory;
  CHECK_THAT(read_error(directory.file("v.vec", "3 2\naaaaaaaa 1 2\nbbbbbbbb 3 4\n")),
             ContainsSubstring("the header promises 3 rows, found 2"));
  CHECK_THAT(
      read_error(directory.file("v.bin", "3 2\n" + binary_row("aaaaaaaa", {1, 2}) + binary_row("bbbbbbbb", {3, 4}))),
      ContainsSubstring("row 3 of 3 is incomplete"));
}

TEST_CASE("users' problems: bytes after the last row of a binary file are told") {
  const TemporaryDirectory directory;
  Notices notices;
  const std::string rows = binary_row("a", {1, 2}) + "\n" + binary_row("b", {3, 4}) + "\n";
  CHECK(read(directory.file("v.bin", "1 2\n" + rows), &notices, {.format = Format::word2vec_binary}).size() == 1);
  REQUIRE(notices.size() == 1);
  CHECK_THAT(notices[0], ContainsSubstring("11 bytes after the last row were ignored"));
}

TEST_CASE("users' problems: a header of GloVe with another dimension than the rows is an error that tells both") {
  const TemporaryDirectory directory;
  // Of model 0, which writes words, contexts and biases, the header has the dimension of one part.
  CHECK_THAT(read_error(directory.file("v.txt", "2 2\nthe 1 2 3 4 5 6\nof 1 2 3 4 5 6\n")),
             ContainsSubstring("the header promises rows of 2 numbers, they have 6"));
  CHECK_THAT(read_error(directory.file("v.txt", "2 3\nthe 1 2\nof 3 4\n")), ContainsSubstring("v.txt:"));
}

TEST_CASE("users' problems: sizes times a billion in a header take no memory") {
  const TemporaryDirectory directory;
  const MemoryLimit limit(std::uint64_t{1} << 28);
  for (const char* header : {"2000000000 2", "2 2000000000", "2000000000 2000000000", "4294967296 4294967296",
                             "18446744073709551615 1", "1 18446744073709551615"}) {
    CAPTURE(header);
    for (const std::string& rows : {std::string("a 1 2\nb 3 4\n"), binary_row("a", {1, 2}) + binary_row("b", {3, 4})})
      for (const Format format : {Format::automatic, Format::word2vec_text, Format::word2vec_binary})
        CHECK_FALSE(read_error(directory.file("v", std::string(header) + "\n" + rows), {.format = format}).empty());
  }
}

TEST_CASE("users' problems: vectors of a hundred thousand numbers overflow nothing") {
  const TemporaryDirectory directory;
  const Embeddings e = random_embeddings(3, 100000, 1);
  for (const char* name : {"v.vec", "v.txt", "v.bin", "v.npy", "v.safetensors"}) {
    write_embeddings(directory / name, e);
    CHECK(same_bits(read(directory / name), e));
  }
}

TEST_CASE("users' problems: paths longer than a hundred bytes are read and written") {
  const TemporaryDirectory directory;
  const fs::path folder = directory / std::string(200, 'f') / std::string(200, 'g');
  fs::create_directories(folder);
  const Embeddings e = embeddings({{"a", {1, 2}}});
  for (const char* ending : {".vec", ".txt", ".bin", ".npy", ".safetensors"}) {
    const fs::path file = folder / (std::string(150, 'n') + ending);
    write_embeddings(file, e);
    CHECK(same_bits(read(file), e));
  }
}

// ---- layout ----

TEST_CASE("users' problems: without a line feed after each row no word of a .bin loses its first letter") {
  const TemporaryDirectory directory;
  const Embeddings expected = embeddings({{"king", {1, 2}}, {"queen", {3, 4}}, {"man", {5, 6}}});
  for (const auto& ends :
       std::vector<std::array<std::string, 3>>{{"", "", ""}, {"\n", "\n", "\n"}, {"\n", "", "\n"}, {"", "\n", ""}})
    CHECK(same_bits(
        read(directory.file("v.bin", "3 2\n" + binary_row("king", {1, 2}) + ends[0] + binary_row("queen", {3, 4}) +
                                         ends[1] + binary_row("man", {5, 6}) + ends[2])),
        expected));
}

TEST_CASE("users' problems: files of Windows, with tabs, or without the last line feed, are read as others") {
  const TemporaryDirectory directory;
  const Embeddings expected = embeddings({{"king", {1, -2.5F}}, {"queen", {3, 0.25F}}});
  const std::string header = GENERATE("", "2 2\n", "2 2\r\n", "2\t2\n",
                                      "\xef\xbb\xbf"
                                      "2 2\r\n",
                                      "\xef\xbb\xbf");
  for (const char* rows :
       {"king 1 -2.5\r\nqueen 3 0.25\r\n", "king\t1\t-2.5\nqueen\t3\t0.25\n", "king 1 -2.5 \nqueen 3 0.25 \n",
        "king 1 -2.5\nqueen 3 0.25", "king 1 -2.5\n\nqueen 3 0.25\n\n", "king  1   -2.5\nqueen\t 3 2.5e-01\r"}) {
    CAPTURE(header, rows);
    CHECK(same_bits(read(directory.file("v.dat", header + rows)), expected));
  }
}

TEST_CASE("users' problems: a .bin opened as text, and text opened as .bin, are errors and no garbage") {
  const TemporaryDirectory directory;
  const Embeddings e = random_embeddings(200, 8, 1);
  write_embeddings(directory / "v.bin", e);
  write_embeddings(directory / "v.vec", e);
  write_embeddings(directory / "v.npy", e);
  write_embeddings(directory / "v.safetensors", e);
  for (const char* name : {"v.bin", "v.vec", "v.npy", "v.safetensors"})
    for (const FormatInfo& format : formats()) {
      CAPTURE(name, format.name);
      const std::string error = read_error(directory / name, {.format = format.format});
      CHECK((error.empty() || error.find(name) != error.npos));
    }
  CHECK_THAT(read_error(directory / "v.bin", {.format = Format::glove_text}), ContainsSubstring("v.bin"));
  CHECK_THAT(read_error(directory / "v.vec", {.format = Format::word2vec_binary}), ContainsSubstring("v.vec"));
}

TEST_CASE("users' problems: text without a header is read, and with one where there is none is told") {
  const TemporaryDirectory directory;
  const fs::path file = directory.file("v.vec", "king 1 2\nqueen 3 4\n");
  CHECK(read(file).size() == 2);
  CHECK_THAT(read_error(file, {.format = Format::word2vec_text}),
             ContainsSubstring("if it has no such line it is glove-text"));
}

// ---- numbers ----

TEST_CASE("users' problems: a vector of zeros makes no similarity that is not a number") {
  const TemporaryDirectory directory;
  const Embeddings e = read(directory.file("v.vec", "3 2\nzero 0 0\na 1 2\nb 2 1\n"));
  CHECK(cosine(e[id_of(e, "zero")], e[id_of(e, "a")]) == 0);
  CHECK(normalized(e)[id_of(e, "zero")][0] == 0);
  for (const char* name : {"v.txt", "v.bin", "v.npy", "v.safetensors"}) {
    write_embeddings(directory / name, e);
    CHECK(same_bits(read(directory / name), e));
  }
}

TEST_CASE("users' problems: NaN in a file is an error with the place and the way out") {
  const TemporaryDirectory directory;
  const std::string number = GENERATE("nan", "NaN", "-nan", "inf", "-inf", "Infinity", "1e39", "-1e400");
  CAPTURE(number);
  for (const char* header : {"", "3 2\n"}) {
    const fs::path file = directory.file("v.dat", header + std::string("a 1 2\nb 3 ") + number + "\nc 5 6\n");
    CHECK_THAT(read_error(file), ContainsSubstring(header[0] == '\0' ? "v.dat:2: " : "v.dat:3: ") &&
                                     ContainsSubstring("not a finite number; convert --not-finite drop"));
  }
}

TEST_CASE("users' problems: rows with NaN can be left out, with a notice, from every format") {
  const TemporaryDirectory directory;
  const float bad = GENERATE(std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                             -std::numeric_limits<float>::infinity());
  const Embeddings all = embeddings({{"a", {1, bad}}, {"b", {3, 4}}, {"bad", {bad, bad}}, {"c", {5, 6}}});
  write_embeddings(directory / "v.safetensors", all);
  std::string text, binary = "4 2\n";
  for (std::size_t row = 0; row < all.size(); ++row) {
    const std::string word(all.vocabulary().word(word_id(row)));
    const auto vector = all[word_id(row)];
    text += word + " " + std::to_string(vector[0]) + " " + std::to_string(vector[1]) + "\n";
    binary += binary_row(word, {vector.begin(), vector.end()});
  }
  write_embeddings(directory / "v.npy", embeddings({{"a", {1, 2}}, {"b", {3, 4}}, {"bad", {1, 2}}, {"c", {5, 6}}}));
  std::string array = read_file(directory / "v.npy");
  std::memcpy(array.data() + array.size() - 32, all.matrix().data(), 32);
  write_file(directory / "v.npy", array);
  for (const fs::path& file : {directory / "v.safetensors", directory / "v.npy", directory.file("v.txt", text),
                               directory.file("v.vec", "4 2\n" + text), directory.file("v.bin", binary)}) {
    CAPTURE(file.string(), bad);
    Notices notices;
    CHECK(same_bits(read(file, &notices, {.not_finite = NotFinite::drop}), embeddings({{"b", {3, 4}}, {"c", {5, 6}}})));
    REQUIRE(notices.size() == 1);
    CHECK(notices[0] ==
          file.string() +
              ": 2 rows have a value that is not a finite number, the first of them 'a'; they were left out");
    notices.clear();
    const Embeddings kept = read(file, &notices, {.not_finite = NotFinite::keep});
    CHECK(notices.empty());
    REQUIRE(kept.size() == 4);
    CHECK_FALSE(std::isfinite(kept[word_id(0)][1]));
    CHECK(row_of(kept, "c") == std::vector<float>{5, 6});
    CHECK_THAT(error_of([&] { write_embeddings(directory / "o.vec", kept); }),
               ContainsSubstring("row 1, 'a', has a value that is not a finite number"));
    if (file.extension() != ".safetensors") CHECK_THAT(read_error(file), ContainsSubstring("not a finite number"));
  }
}

TEST_CASE("users' problems: of a word that occurs twice the row without NaN is kept where others are dropped") {
  const TemporaryDirectory directory;
  Notices notices;
  const Embeddings e =
      read(directory.file("v.txt", "a nan 2\nb 3 4\na 5 6\na 7 8\n"), &notices, {.not_finite = NotFinite::drop});
  CHECK(same_bits(e, embeddings({{"b", {3, 4}}, {"a", {5, 6}}})));
  CHECK(notices.size() == 2);
  CHECK_THAT(read_error(directory.file("v.txt", "a nan 2\nb inf 4\n"), {.not_finite = NotFinite::drop}),
             ContainsSubstring("every row has a value that is not a finite number"));
}

TEST_CASE("users' problems: files without NaN are read alike by all three rules") {
  const TemporaryDirectory directory;
  const Embeddings e = random_embeddings(500, 6, 2);
  for (const char* name : {"v.vec", "v.txt", "v.bin", "v.npy", "v.safetensors"}) {
    write_embeddings(directory / name, e);
    for (const NotFinite rule : not_finite_rules) {
      Notices notices;
      CHECK(same_bits(read(directory / name, &notices, {.not_finite = rule}), e));
      CHECK(notices.empty());
    }
  }
}

// ---- files of other kinds ----

TEST_CASE("users' problems: floret's vectors are named, with the way to those of words") {
  const TemporaryDirectory directory;
  const std::string text = "3 2 2 3 2 2166136261 < >\n0 0.1 0.2\n1 0.3 0.4\n2 0.5 0.6\n";
  CHECK_THAT(read_error(directory.file("v.floret", text)),
             ContainsSubstring("holds floret's vectors") && ContainsSubstring("floret print-word-vectors"));
  // Six numbers behind two words are no header.
  CHECK(read(directory.file("v.txt", "new york 1 2 3 4 5 6\nof 1 2 3 4 5 6\nx 1 2 3 4 5 6\n")).size() == 3);
}

TEST_CASE("users' problems: GloVe's own .bin, numbers without words, is named, with the way to read it") {
  const TemporaryDirectory directory;
  Rng rng(3);
  std::string bytes;
  for (int i = 0; i < 2 * 5 * 8; ++i) {
    const double number = i % 7 == 0 ? 0 : (static_cast<double>(rng.uniform()) - 0.5) / 100;
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  CHECK_THAT(read_error(directory.file("gl.bin", bytes)),
             ContainsSubstring("holds 64-bit numbers without words") && ContainsSubstring("convert --vocabulary"));
  std::string random;
  while (random.size() < 640) random += static_cast<char>(rng.below(256));
  CHECK_THAT(read_error(directory.file("x.bin", random)), !ContainsSubstring("64-bit"));
}

// ---- models ----

TEST_CASE("users' problems: of a model that does not fit into memory the first words are read alone") {
  const TemporaryDirectory directory;
  const std::size_t rows = 20000;
  std::string bytes = std::to_string(rows) + " 100\n";
  for (std::size_t row = 0; row < rows; ++row)
    bytes += binary_row("w" + std::to_string(row), std::vector<float>(100, static_cast<float>(row)));
  const Embeddings first = read(directory.file("v.bin", bytes), nullptr, {.limit = 3});
  CHECK(first.size() == 3);
  CHECK(first[word_id(2)][99] == 2);
}

TEST_CASE("users' problems: vectors without labels can be quantised, and their neighbours stay") {
  Rng rng(5, 0);
  Matrix rows(2000, 32);
  for (float& number : rows.reshaped()) number = rng.uniform() + rng.uniform() - 1;
  std::vector<Vocabulary::Entry> entries;
  for (int i = 0; i < 2000; ++i) entries.push_back({"w" + std::to_string(i), 0});
  const Embeddings vectors{Vocabulary(entries), rows};
  const Embeddings small = with_precision(vectors, {.precision = Precision::int8});
  CHECK(neighbor_recall(vectors, small).value.value() > 0.95);
}

TEST_CASE("users' problems: a model has the same vectors for unseen words from each of its files") {
  const auto ngrams = std::make_shared<Matrix>(Matrix::Random(11, 4));
  const MatrixView view(ngrams->data(), 11, 4);
  const Embeddings model = embeddings({{"the", {1, 2, 3, 4}}, {"cat", {0, 1, 0, 1}}})
                               .with_subwords(Subwords({3, 5, 11, NgramHash::fasttext}, view, ngrams));
  const TemporaryDirectory directory;
  for (const char* name : {"v.bin", "v.fifu", "v.safetensors"}) {
    CAPTURE(name);
    write_embeddings(directory / name, model);
    const Embeddings back = read(directory / name);
    for (const char* word : {"unseen", "catss", "x"}) {
      const auto expected = model.vector_of(word), found = back.vector_of(word);
      REQUIRE(found.has_value());
      // fastText's file has rows of zeros for buckets that no word of the text uses.
      if (std::string_view(name) != "v.bin") CHECK(*found == *expected);
    }
    CHECK(!back.vector_of("").has_value());
  }
}

TEST_CASE("users' problems: a word without n-grams has no vector, where others divide by zero buckets") {
  const auto none = std::make_shared<Matrix>(0, 2);
  CHECK_THROWS_AS(Subwords({3, 6, 0, NgramHash::fasttext}, MatrixView(none->data(), 0, 2), none), Error);
  const auto one = std::make_shared<Matrix>(Matrix::Ones(1, 2));
  const Embeddings model =
      embeddings({{"the", {1, 2}}})
          .with_subwords(Subwords({5, 6, 1, NgramHash::fasttext}, MatrixView(one->data(), 1, 2), one));
  CHECK(!model.vector_of("a").has_value());  // <a> is shorter than five characters
  CHECK(model.vector_of("longer") == std::vector<float>{1, 1});
}

TEST_CASE("users' problems: a file that cannot be written is told before the work, and leaves nothing empty behind") {
  const TemporaryDirectory directory;
  const Embeddings vectors = embeddings({{"a", {1, 2}}});
  for (const FormatInfo& format : formats()) {
    CAPTURE(format.name);
    CHECK_THAT(error_of([&] { write_embeddings(directory / "missing/out", vectors, format.format); }),
               ContainsSubstring("missing/out"));
    CHECK(directory.names().empty());
  }
}

TEST_CASE("users' problems: every sample of other programs is read, with the words and sizes that it has") {
  const char* const data = std::getenv("EQUIVEC_TEST_DATA");
  if (!data || !fs::is_directory(fs::path(data) / "vectors/samples")) {
    SUCCEED("EQUIVEC_TEST_DATA names no folder with vectors/samples");
    return;
  }
  struct Sample {
    Format format;
    std::size_t words;
    int dimension;
    std::string first;
  };
  const std::map<std::string, Sample> samples = {
      {"EN.1-10.cbow1_wind5_hs0_neg10_size300_smpl1e-05.txt", {Format::word2vec_text, 20, 300, "one"}},
      {"cp852_fasttext.bin", {Format::fasttext, 171, 2, "ji"}},
      {"crime-and-punishment.bin", {Format::fasttext, 291, 5, "\xd0\xb8"}},
      {"crime-and-punishment.vec", {Format::word2vec_text, 291, 5, "\xd0\xb8"}},
      {"euclidean_vectors.bin", {Format::word2vec_binary, 2747, 10, "the"}},
      {"lee_fasttext.bin", {Format::fasttext, 1762, 10, "the"}},
      {"lee_fasttext.vec", {Format::word2vec_text, 1762, 10, "the"}},
      {"non_ascii_fasttext.bin", {Format::fasttext, 171, 2, "ji"}},
      {"pang_lee_polarity_fasttext.bin", {Format::fasttext, 1694, 100, "."}},
      {"pang_lee_polarity_fasttext.vec", {Format::word2vec_text, 1694, 100, "."}},
      {"poincare_vectors.bin", {Format::word2vec_binary, 1182, 10, "mammal.n.01"}},
      {"test_glove.txt", {Format::glove_text, 76, 50, "the"}},
      {"word2vec_pre_kv_c", {Format::word2vec_text, 1750, 10, "the"}},
  };
  for (const auto& entry : fs::directory_iterator(fs::path(data) / "vectors/samples")) {
    CAPTURE(entry.path().string());
    const auto found = samples.find(entry.path().filename().string());
    if (found == samples.end()) {  // a sample that came later
      const std::string error = read_error(entry.path());
      CHECK((error.empty() || error.find(entry.path().filename().string()) != error.npos));
      continue;
    }
    Format format = Format::automatic;
    const Embeddings e = read_embeddings(entry.path(), {}, nullptr, nullptr, &format);
    CHECK(format == found->second.format);
    CHECK(e.size() == found->second.words);
    CHECK(e.dimension() == found->second.dimension);
    CHECK(e.vocabulary().word(word_id(0)) == found->second.first);
    CHECK(e.find(found->second.first).has_value());
  }
}
