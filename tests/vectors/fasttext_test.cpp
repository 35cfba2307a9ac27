#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/vectors/formats.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <array>
#include <limits>

using namespace equivec;
namespace fs = std::filesystem;

namespace {

template <class T>
std::string bytes_of(T value) {
  std::string result(sizeof(T), '\0');
  std::memcpy(result.data(), &value, sizeof(T));
  return result;
}

template <class... T>
std::string ints(T... values) {
  return (bytes_of(static_cast<std::int32_t>(values)) + ...);
}

/// A model by hand, so that nothing of the reader or writer is trusted.
struct Model {
  std::int32_t version = 12;  // 0: that of files without one
  std::int32_t dimension = 2, model = 2, buckets = 4, min_length = 3, max_length = 4;
  std::vector<std::pair<std::string, std::int64_t>> words = {{"</s>", 9}, {"is", 5}, {"a", 2}};
  std::vector<std::string> labels;
  std::vector<std::pair<std::int32_t, std::int32_t>> kept;
  bool pruned = false, quantised = false, norms = false;

  std::size_t rows() const { return words.size() + (pruned ? kept.size() : static_cast<std::size_t>(buckets)); }
  /// Number `column` of row `row`; quantised models have what their code says.
  static float value(std::size_t row, std::size_t column) {
    return static_cast<float>(row) + 0.25f * static_cast<float>(column);
  }

  std::string header() const {
    std::string bytes = version == 0 ? "" : ints(793712314, version);
    bytes += ints(dimension, 5, 3, 1, 5, 1, 2, model, buckets, min_length, max_length, 100) + bytes_of(1e-3);
    bytes += ints(words.size() + labels.size(), words.size(), labels.size()) + bytes_of(std::int64_t{16});
    if (version > 0) bytes += bytes_of(pruned ? static_cast<std::int64_t>(kept.size()) : std::int64_t{-1});
    for (const auto& [word, count] : words) bytes += word + '\0' + bytes_of(count) + '\0';
    for (const std::string& label : labels) bytes += label + '\0' + bytes_of(std::int64_t{1}) + '\1';
    for (const auto& [bucket, row] : kept) bytes += ints(bucket, row);
    return bytes;
  }
  static std::string quantizer(std::int32_t dimension, std::int32_t parts, std::int32_t part, std::int32_t last) {
    std::string bytes = ints(dimension, parts, part, last);
    for (std::int32_t i = 0; i < dimension * 256; ++i) bytes += bytes_of(static_cast<float>(i));
    return bytes;
  }
  std::string input() const {
    std::string bytes;
    if (version > 0) bytes += std::string(1, quantised ? '\1' : '\0');
    if (!quantised) {
      bytes += bytes_of(static_cast<std::int64_t>(rows())) + bytes_of(std::int64_t{dimension});
      for (std::size_t row = 0; row < rows(); ++row)
        for (std::size_t c = 0; c < static_cast<std::size_t>(dimension); ++c) bytes += bytes_of(value(row, c));
      return bytes;
    }
    bytes += std::string(1, norms ? '\1' : '\0') + bytes_of(static_cast<std::int64_t>(rows())) +
             bytes_of(std::int64_t{dimension}) + ints(rows() * 2);
    for (std::size_t row = 0; row < rows(); ++row) bytes += {static_cast<char>(row), static_cast<char>(row + 1)};
    bytes += quantizer(dimension, 2, dimension - 1, 1);
    if (norms) {
      for (std::size_t row = 0; row < rows(); ++row) bytes += static_cast<char>(2);
      bytes += quantizer(1, 1, 1, 1);
    }
    return bytes;
  }
  std::string bytes() const {
    std::string result = header() + input();
    if (version > 0) result += '\0';
    result += bytes_of(static_cast<std::int64_t>(words.size())) + bytes_of(std::int64_t{dimension});
    return result + std::string(words.size() * static_cast<std::size_t>(dimension) * 4, '\0');
  }
};

std::uint32_t bucket_of(std::string_view ngram, std::uint32_t buckets) {
  std::uint32_t hash = 2166136261U;
  for (const char c : ngram) hash = (hash ^ static_cast<std::uint32_t>(static_cast<signed char>(c))) * 16777619U;
  return hash % buckets;
}

/// The mean of a word's row and those of its n-grams, or, without a row, of the latter.
std::vector<double> expected(const Model& model, const std::vector<std::string>& ngrams,
                             std::optional<std::size_t> own) {
  std::vector<double> result(static_cast<std::size_t>(model.dimension));
  for (std::size_t c = 0; c < result.size(); ++c) {
    double sum = own ? static_cast<double>(Model::value(*own, c)) : 0;
    for (const std::string& ngram : ngrams)
      sum += static_cast<double>(
          Model::value(model.words.size() + bucket_of(ngram, static_cast<std::uint32_t>(model.buckets)), c));
    result[c] = sum / static_cast<double>(ngrams.size() + (own ? 1 : 0));
  }
  return result;
}

void check_near(const std::optional<std::vector<float>>& found, const std::vector<double>& wanted) {
  REQUIRE(found);
  REQUIRE(found->size() == wanted.size());
  for (std::size_t c = 0; c < wanted.size(); ++c) CHECK((*found)[c] == Approx(wanted[c]));
}

Embeddings random_model(std::size_t words, int dimension, std::uint64_t buckets) {
  Rng rng(7);
  const auto filled = [&](std::size_t rows) {
    Matrix result(static_cast<Eigen::Index>(rows), dimension);
    for (Eigen::Index i = 0; i < result.size(); ++i) result.data()[i] = rng.uniform() - 0.5f;
    return result;
  };
  std::vector<Vocabulary::Entry> entries = {{"</s>", 1000}};
  for (std::size_t i = 1; i < words; ++i) entries.push_back({"word" + std::to_string(i), 1000 - i});
  const auto rows = std::make_shared<const Matrix>(filled(buckets));
  return Embeddings(Vocabulary(entries), filled(words),
                    {{"model", "cbow"}, {"loss", "hierarchical-softmax"}, {"window", "7"}, {"subsample", "0.001"}})
      .with_subwords(
          Subwords({3, 5, buckets, NgramHash::fasttext}, MatrixView(rows->data(), rows->rows(), rows->cols()), rows));
}

}  // namespace

TEST_CASE("fasttext: a model is read, its words as means of their rows and their n-grams'") {
  const TemporaryDirectory directory;
  Model model;
  model.version = GENERATE(0, 11, 12);
  CAPTURE(model.version);
  const fs::path file = directory.file("model.bin", model.bytes());
  CHECK(recognize_format(file) == Format::fasttext);
  const Embeddings read = read_embeddings(file);
  REQUIRE(read.size() == 3);
  CHECK(read.vocabulary().word(word_id(1)) == "is");
  CHECK(read.vocabulary().count(word_id(1)) == 5);
  check_near(read.vector_of("</s>"), expected(model, {}, 0));
  check_near(read.vector_of("is"), expected(model, {"<is", "<is>", "is>"}, 1));
  check_near(read.vector_of("a"), expected(model, {"<a>"}, 2));
  check_near(read.vector_of("no"), expected(model, {"<no", "<no>", "no>"}, std::nullopt));
  CHECK(read.metadata().at("model") == "skipgram");
  CHECK(read.metadata().at("subsample") == "0.001");
}

TEST_CASE("fasttext: a model without n-grams has vectors of its words only") {
  const TemporaryDirectory directory;
  Model model;
  model.buckets = model.max_length = 0;
  const Embeddings read = read_embeddings(directory.file("model.bin", model.bytes()));
  CHECK(read.subwords() == nullptr);
  check_near(read.vector_of("is"), expected(model, {}, 1));
}

TEST_CASE("fasttext: words are told from labels, which have no vectors") {
  const TemporaryDirectory directory;
  Model model;
  model.model = 3;
  model.labels = {"__label__1", "__label__2"};
  const Embeddings read = read_embeddings(directory.file("model.bin", model.bytes()));
  CHECK(read.size() == 3);
  CHECK_FALSE(read.find("__label__1"));
}

TEST_CASE("fasttext: quantised rows are unpacked, with and without lengths") {
  const TemporaryDirectory directory;
  Model model;
  model.dimension = 3;
  model.quantised = true;
  model.norms = GENERATE(false, true);
  const Embeddings read = read_embeddings(directory.file("model.ftz", model.bytes()));
  // Row 0 has codes 0 and 1: the first two numbers are centroid 0 of the first part, the third is centroid 1 of the
  // last, after 256 centroids of two numbers. The code of its length is 2, the length 2.
  const float factor = model.norms ? 2.0f : 1.0f;
  CHECK(read.vector_of("</s>") == std::vector<float>{0 * factor, 1 * factor, 513 * factor});
}

TEST_CASE("fasttext: of pruned n-grams those that were kept count") {
  const TemporaryDirectory directory;
  Model model;
  model.dimension = 3;
  model.quantised = model.pruned = true;
  const auto bucket = static_cast<std::int32_t>(bucket_of("<is", 4));
  model.kept = {{bucket, 0}};
  const Embeddings read = read_embeddings(directory.file("model.ftz", model.bytes()));
  REQUIRE(read.subwords());
  CHECK(read.subwords()->kept().size() == 1);
  CHECK(read.vector_of("is"));
  model.quantised = false;
  CHECK_THAT(error_of([&] { read_embeddings(directory.file("bad.bin", model.bytes())); }), ContainsSubstring("pruned"));
}

TEST_CASE("fasttext: --limit reads the first words, which have the same vectors") {
  const TemporaryDirectory directory;
  const Model model;
  const fs::path file = directory.file("model.bin", model.bytes());
  const Embeddings all = read_embeddings(file), some = read_embeddings(file, {.limit = 2});
  REQUIRE(some.size() == 2);
  CHECK(some.vector_of("is") == all.vector_of("is"));
  CHECK(some.vector_of("no") == all.vector_of("no"));
}

TEST_CASE("fasttext: a model that ends anywhere too soon is refused") {
  const TemporaryDirectory directory;
  Model model;
  model.quantised = GENERATE(false, true);
  model.dimension = 3;
  const std::size_t needed = model.header().size() + model.input().size();
  const std::string bytes = model.bytes();
  for (std::size_t size = 100; size < needed; size += size < 400 ? 1 : 97)
    CHECK_THAT(error_of([&] {
                 read_embeddings(directory.file("cut.bin", bytes.substr(0, size)), {.format = Format::fasttext});
               }),
               ContainsSubstring("cut.bin"));
}

TEST_CASE("fasttext: sizes that the file cannot have are refused before memory is taken") {
  const TemporaryDirectory directory;
  const std::string bytes = Model().bytes();
  const auto with = [&](std::size_t at, const std::string& number) {
    std::string result = bytes;
    result.replace(at, number.size(), number);
    return directory.file("model.bin", result);
  };
  const std::size_t arguments = 8, dictionary = arguments + 56, input = Model().header().size() + 1;
  const std::int32_t most = std::numeric_limits<std::int32_t>::max();
  for (const std::int32_t number : {-1, 0, most}) {
    CHECK_THROWS_AS(read_embeddings(with(arguments, ints(number))), Error);           // dimension
    CHECK_THROWS_AS(read_embeddings(with(dictionary, ints(number, number))), Error);  // entries, words
  }
  CHECK_THROWS_AS(read_embeddings(with(arguments + 32, ints(most))), Error);  // buckets
  for (const std::int64_t number : {std::int64_t{-1}, std::int64_t{1} << 60, std::int64_t{1} << 62}) {
    CHECK_THROWS_AS(read_embeddings(with(input, bytes_of(number))), Error);      // rows
    CHECK_THROWS_AS(read_embeddings(with(input + 8, bytes_of(number))), Error);  // columns
  }
  CHECK_THAT(error_of([&] { read_embeddings(with(4, ints(13))); }), ContainsSubstring("version 13"));
}

TEST_CASE("fasttext: what is written is read with the same words, counts, n-grams and vectors") {
  const TemporaryDirectory directory;
  const Embeddings written = random_model(200, 10, 1000);
  const fs::path file = directory.path() / "model.bin";
  write_embeddings(file, written);  // .bin, since it has n-grams
  CHECK(recognize_format(file) == Format::fasttext);
  const Embeddings read = read_embeddings(file);
  REQUIRE(read.size() == written.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    CHECK(read.vocabulary().word(word_id(i)) == written.vocabulary().word(word_id(i)));
    CHECK(read.vocabulary().count(word_id(i)) == written.vocabulary().count(word_id(i)));
  }
  CHECK((read.matrix() - written.matrix()).cwiseAbs().maxCoeff() < 1e-6f);
  CHECK(read.subwords()->matrix() == written.subwords()->matrix());
  CHECK(read.vector_of("unheard") == written.vector_of("unheard"));
  for (const char* key : {"model", "loss", "window", "subsample"})
    CHECK(read.metadata().at(key) == written.metadata().at(key));
}

TEST_CASE("fasttext: output rows are those given, else zeros") {
  const TemporaryDirectory directory;
  const Embeddings written = random_model(20, 4, 10);
  const Embeddings contexts(written.vocabulary(), Matrix::Random(20, 4));
  OutputFiles files;
  write_fasttext_model(files, directory / "model.bin", written, contexts);
  files.commit();
  write_embeddings(directory / "zeros.bin", written);
  const std::string with = read_file(directory / "model.bin"), without = read_file(directory / "zeros.bin");
  const std::size_t bytes = 20 * 4 * sizeof(float);
  REQUIRE(with.size() == without.size());
  CHECK(with.substr(0, with.size() - bytes) == without.substr(0, with.size() - bytes));
  CHECK(without.substr(without.size() - bytes) == std::string(bytes, '\0'));
  CHECK(std::memcmp(with.data() + with.size() - bytes, contexts.matrix().data(), bytes) == 0);
  const Embeddings others(Vocabulary(std::vector<Vocabulary::Entry>{{"a", 1}}), Matrix::Zero(1, 4));
  CHECK_THROWS_AS(write_fasttext_model(files, directory / "bad.bin", written, others), Error);
}

TEST_CASE("native: n-grams are kept bit for bit, whatever their rule") {
  const TemporaryDirectory directory;
  const Embeddings model = random_model(20, 4, 100);
  const auto three = std::make_shared<const Matrix>(Matrix::Random(3, 4));
  const MatrixView rows(three->data(), 3, 4);
  const std::vector<std::uint32_t> kept = {5, 17, 1000};
  const std::vector<std::string> listed = {"<wo", "wor",
                                           "\xff"
                                           "a"};
  const std::vector<Subwords> all = {*model.subwords(), Subwords({3, 6, 2000, NgramHash::fasttext}, rows, three, kept),
                                     Subwords({2, 3, 3, NgramHash::finalfusion}, rows, three),
                                     Subwords(3, 3, listed, *three)};
  for (const Subwords& subwords : all) {
    const fs::path file = directory.path() / "v.safetensors";
    write_embeddings(file, model.with_subwords(subwords));
    const Embeddings read = read_embeddings(file);
    REQUIRE(read.subwords());
    CHECK(read.subwords()->matrix() == subwords.matrix());
    CHECK(read.subwords()->rule().hash == subwords.rule().hash);
    CHECK(read.subwords()->rule().buckets == subwords.rule().buckets);
    CHECK(std::ranges::equal(read.subwords()->kept(), subwords.kept()));
    CHECK(std::ranges::equal(read.subwords()->ngrams(), subwords.ngrams()));
    CHECK(read.vector_of("unheard") == model.with_subwords(subwords).vector_of("unheard"));
    CHECK(read.metadata() == model.metadata());
  }
}

TEST_CASE("fasttext: what it cannot hold is refused") {
  const TemporaryDirectory directory;
  const Embeddings model = random_model(5, 2, 4);
  const auto write = [&](const Embeddings& embeddings) {
    write_embeddings(directory.path() / "model.bin", embeddings, Format::fasttext);
  };
  const auto rows = std::make_shared<const Matrix>(Matrix::Random(4, 2));
  const MatrixView view(rows->data(), 4, 2);
  CHECK_THAT(error_of([&] {
               write(model.with_subwords(Subwords({3, 6, 4, NgramHash::finalfusion}, view, rows)));
             }),
             ContainsSubstring("by the rule 'finalfusion'"));
  const Embeddings zero(Vocabulary(std::vector<Vocabulary::Entry>{{std::string("a\0b", 3), 1}}), Matrix::Zero(1, 2));
  CHECK_THAT(error_of([&] { write(zero); }), ContainsSubstring("byte 0"));
  CHECK_FALSE(fs::exists(directory.path() / "model.bin"));
}
