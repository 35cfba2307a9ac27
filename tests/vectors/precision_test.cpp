#include "equivec/vectors/precision.hpp"

#include "equivec/base/error.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/half.hpp"
#include "src/vectors/packed_vectors.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>
#include <thread>

using namespace equivec;

namespace {

constexpr std::array lower = {Precision::f16, Precision::bf16, Precision::int8, Precision::pq};

/// Directions in few dimensions, of different lengths, and one without.
Embeddings some_words(std::size_t words = 700, int dimension = 13) {
  Matrix rows = random_matrix(words, 4, 1) * random_matrix(4, dimension, 2);
  for (Eigen::Index i = 0; i < rows.rows(); ++i) rows.row(i) *= static_cast<float>(i % 7 + 1);
  rows.row(5).setZero();
  return Embeddings(numbered_words(words), std::move(rows), {{"made", "for a test"}});
}

PrecisionOptions options_of(Precision precision, bool rotation = false) {
  return {.precision = precision, .parts = precision == Precision::pq ? 5 : 0, .rotation = rotation};
}

std::string bytes_written(const Embeddings& e) {
  const TemporaryDirectory directory;
  write_embeddings(directory / "v.safetensors", e);
  return read_file(directory / "v.safetensors");
}

}  // namespace

TEST_CASE("precision: halves are the nearest ones and come back from a file bit for bit") {
  const Embeddings e = some_words();
  const Embeddings half = with_precision(e, options_of(Precision::f16)),
                   bf16 = with_precision(e, options_of(Precision::bf16));
  bool right = true;
  for (Eigen::Index i = 0; i < e.matrix().size(); ++i) {
    const float number = e.matrix().data()[i];
    right = right && half.matrix().data()[i] == half_to_float(float_to_half(number)) &&
            bf16.matrix().data()[i] == bf16_to_float(float_to_bf16(number));
  }
  CHECK(right);
}

TEST_CASE("precision: integers differ by half a step at most, and the largest number by rounding alone") {
  const Embeddings e = some_words(), packed = with_precision(e, options_of(Precision::int8));
  bool near = true, exact = true;
  for (Eigen::Index i = 0; i < e.matrix().rows(); ++i) {
    const auto row = e.matrix().row(i), other = packed.matrix().row(i);
    const float step = row.cwiseAbs().maxCoeff() / 127;
    near = near && (row - other).cwiseAbs().maxCoeff() <= 0.50001F * step;
    exact = exact && std::abs(other.cwiseAbs().maxCoeff() - 127 * step) <= 1e-6F * 127 * step;
  }
  CHECK(near);
  CHECK(exact);
}

TEST_CASE("precision: product quantisation keeps the lengths, and more parts lose less") {
  const Embeddings e = some_words();
  double last = -1;
  for (const int parts : {1, 3, 8, 13}) {
    const Embeddings packed = with_precision(e, {.precision = Precision::pq, .parts = parts, .rotation = parts == 3});
    double worst = 0, sum = 0;
    for (std::size_t i = 0; i < e.size(); ++i) {
      const Eigen::VectorXd before = exact_row(e, word_id(i)), after = exact_row(packed, word_id(i));
      worst = std::max(worst, std::abs(before.norm() - after.norm()) / (before.norm() + 1e-9));
      sum += cosine(e[word_id(i)], packed[word_id(i)]);
    }
    CAPTURE(parts);
    CHECK(worst < 1e-5);
    CHECK(sum > last);
    last = sum;
  }
  CHECK(last > 0.99 * 699);
}

TEST_CASE("precision: files of every precision are read as they were written, and written the same again") {
  const TemporaryDirectory directory;
  const Embeddings e = some_words();
  for (const Precision precision : lower)
    for (const bool rotation : {false, true}) {
      if (rotation && precision != Precision::pq) continue;
      CAPTURE(name_of(precision), rotation);
      const Embeddings packed = with_precision(e, options_of(precision, rotation));
      write_embeddings(directory / "v.safetensors", packed);
      const Embeddings back = read_embeddings(directory / "v.safetensors");
      CHECK(back.precision() == precision);
      CHECK(back.dimension() == e.dimension());
      CHECK(back.metadata() == e.metadata());
      CHECK(same_bits(back, packed));
      CHECK(bytes_written(back) == read_file(directory / "v.safetensors"));
      const Embeddings some = read_embeddings(directory / "v.safetensors", {.limit = 10});
      REQUIRE(some.size() == 10);
      CHECK(row_of(some, "w9") == row_of(packed, "w9"));
      // Other formats have floats.
      write_embeddings(directory / "v.bin", back);
      CHECK(same_bits(read_embeddings(directory / "v.bin"), packed));
      CHECK(same_bits(with_precision(back, {}), packed));
      CHECK(with_precision(back, {}).precision() == Precision::f32);
    }
}

TEST_CASE("precision: vectors of n-grams stay with the words") {
  const TemporaryDirectory directory;
  const std::vector<std::string> ngrams = {"ab", "bc", "c"};
  const Embeddings e = some_words().with_subwords(Subwords(1, 2, ngrams, random_matrix(3, 13, 4)));
  for (const Precision precision : lower) {
    write_embeddings(directory / "v.safetensors", with_precision(e, options_of(precision)));
    const Embeddings back = read_embeddings(directory / "v.safetensors");
    REQUIRE(back.subwords());
    CHECK(back.subwords()->matrix() == e.subwords()->matrix());
    CHECK(back.vector_of("abc") == e.vector_of("abc"));
  }
}

TEST_CASE("precision: a row alone is the same as among all rows, whoever asks first") {
  const Embeddings e = some_words(5000);
  for (const Precision precision : lower) {
    const Embeddings packed = with_precision(e, options_of(precision, precision == Precision::pq));
    const std::vector<float> alone = packed.vector_of(word_id(4321));
    std::vector<const float*> seen(4);
    std::vector<std::thread> threads;
    for (const float*& address : seen) threads.emplace_back([&] { address = packed.matrix().data(); });
    for (std::thread& thread : threads) thread.join();
    CHECK(std::count(seen.begin(), seen.end(), seen[0]) == 4);
    CHECK(alone == row_of(packed, "w4321"));
    CHECK(packed.with_metadata({}).matrix().data() == seen[0]);
    CHECK(row_of(selected(packed, std::vector{word_id(7)}), "w7") == row_of(packed, "w7"));
  }
}

TEST_CASE("precision: the result is the same for any number of threads") {
  const Embeddings e = some_words(9000);
  for (const Precision precision : lower) {
    PrecisionOptions options = options_of(precision, true);
    options.rotation = precision == Precision::pq;
    options.threads = 1;
    const std::string one = bytes_written(with_precision(e, options));
    options.threads = 3;
    CHECK(bytes_written(with_precision(e, options)) == one);
  }
}

TEST_CASE("precision: fewer words than centroids, one number and zeros alone do no harm") {
  for (const Embeddings& e : {embeddings({{"a", {0, 0}}}), embeddings({{"a", {1}}, {"b", {-2}}}),
                              embeddings({{"a", {1e-45F, 0}}, {"b", {3e37F, 3e38F}}})})
    for (const Precision precision : {Precision::bf16, Precision::int8, Precision::pq}) {
      const Embeddings packed = with_precision(e, {.precision = precision});
      CHECK(packed.size() == e.size());
      CHECK(packed.matrix().allFinite());
    }
  const Embeddings two = embeddings({{"a", {1}}, {"b", {-2}}});
  CHECK(same_bits(with_precision(two, {.precision = Precision::pq}), two));
}

TEST_CASE("precision: what cannot be held is an error that names the word") {
  const Embeddings large = embeddings({{"small", {1}}, {"large", {70000}}});
  CHECK(error_of([&] { with_precision(large, {.precision = Precision::f16}); }).find("'large'") != std::string::npos);
  CHECK(with_precision(large, {.precision = Precision::bf16}).size() == 2);
  const Embeddings longer = embeddings({{"small", {1, 1}}, {"longest", {3e38F, 3e38F}}});
  CHECK(error_of([&] { with_precision(longer, {.precision = Precision::pq}); }).find("'longest'") != std::string::npos);
  const float infinite = std::numeric_limits<float>::infinity();
  for (const Precision precision : precisions)
    CHECK(error_of([&] {
            with_precision(embeddings({{"odd", {infinite}}}), {.precision = precision});
          }).find("'odd'") != std::string::npos);
}

TEST_CASE("precision: settings out of range are refused") {
  const Embeddings e = some_words(10);
  CHECK(option_error_of([&] { with_precision(e, {.precision = Precision::pq, .parts = 14}); }) ==
        "parts is 14, expected 1 to 13, the vectors' dimension, or 0 for the default");
  CHECK_FALSE(option_error_of([] { validate({.precision = Precision::pq, .parts = -1}); }).empty());
  CHECK_FALSE(option_error_of([] { validate({.precision = Precision::int8, .parts = 1}); }).empty());
  CHECK_FALSE(option_error_of([] { validate({.precision = Precision::f16, .rotation = true}); }).empty());
}

TEST_CASE("precision: the usual number of parts is a byte for 12.5 numbers") {
  for (const auto& [dimension, parts] : {std::pair{100, 8}, {300, 24}, {1, 1}, {6, 1}, {50, 4}}) {
    const Embeddings e = random_embeddings(5, dimension, 3);
    CHECK(with_precision(e, {.precision = Precision::pq}).packed()->tables().parts == static_cast<std::size_t>(parts));
  }
}

namespace {

/// The file's bytes with a text of its header replaced by another of the same length.
std::string replaced(std::string bytes, std::string_view from, std::string_view to) {
  const std::size_t at = bytes.find(from);
  if (at == bytes.npos || from.size() != to.size()) throw std::invalid_argument("no " + std::string(from));
  return bytes.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("precision: damaged files are refused, never read beyond their end") {
  const TemporaryDirectory directory;
  const std::string pq = bytes_written(with_precision(some_words(), options_of(Precision::pq, true))),
                    int8 = bytes_written(with_precision(some_words(), options_of(Precision::int8)));
  for (const std::string& bytes :
       {replaced(pq, "\"centroids\"", "\"centroidz\""), replaced(pq, "\"scales\"", "\"scalez\""),
        replaced(pq, "[256,13]", "[13,256]"), replaced(pq, "[13,13]", "[1,169]"),
        replaced(int8, "\"scales\"", "\"scalez\""), replaced(int8, "\"I8\"", "\"U8\""),
        replaced(int8, "[700,13]", "[13,700]"), pq.substr(0, pq.size() - 1), int8.substr(0, 900)}) {
    const auto file = directory.file("v.safetensors", bytes);
    CHECK(error_of([&] { read_embeddings(file); }).starts_with(file.string() + ": "));
  }
}

TEST_CASE("precision: a rotation that is not orthogonal is refused") {
  std::vector<float> rotation = {1, 0, 0, 1}, centroids(512);
  const std::vector<std::uint8_t> codes = {0};
  const std::vector<float> scales = {1};
  const auto make = [&] {
    return PackedVectors({.precision = Precision::pq,
                          .rows = 1,
                          .dimension = 2,
                          .parts = 1,
                          .numbers = codes.data(),
                          .scales = scales,
                          .centroids = centroids,
                          .rotation = rotation})
        .rows();
  };
  CHECK(make() == 1);
  rotation[1] = 0.01F;
  CHECK_THROWS_AS(make(), Error);
  rotation[1] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(make(), Error);
}

TEST_CASE("precision: values of a damaged file that are not finite are no answers and are not converted") {
  const TemporaryDirectory directory;
  write_embeddings(directory / "v.safetensors",
                   with_precision(embeddings({{"abc", {1, 2}}, {"abd", {3, 4}}}), options_of(Precision::f16)));
  std::string bytes = read_file(directory / "v.safetensors");
  bytes[bytes.size() - 7] = '\x7c';  // the last number, before the six letters: 4 becomes infinite
  bytes[bytes.size() - 8] = 0;
  const Embeddings damaged = read_embeddings(directory.file("w.safetensors", bytes));
  CHECK(std::isinf(damaged.vector_of(word_id(1))[1]));
  CHECK(error_of([&] { write_embeddings(directory / "w.vec", damaged); }).find("'abd'") != std::string::npos);
}
