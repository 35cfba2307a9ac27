#include "src/math/product_quantizer.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>

using namespace equivec;

namespace {

MatrixView view_of(const Matrix& matrix) { return {matrix.data(), matrix.rows(), matrix.cols()}; }

/// Rows whose numbers depend on each other, as those of words do.
Matrix dependent_rows(std::size_t rows, int columns, std::uint64_t seed) {
  const Matrix factors = random_matrix(rows, 6, seed), mixing = random_matrix(6, columns, seed + 1);
  return factors * mixing + 0.05F * random_matrix(rows, columns, seed + 2);
}

Matrix coded(const ProductQuantizer& quantizer, const Matrix& rows) {
  const std::vector<std::uint8_t> codes = encode(quantizer, view_of(rows));
  Matrix result(rows.rows(), rows.cols());
  for (Eigen::Index i = 0; i < rows.rows(); ++i)
    decode_parts(quantizer.centroids, quantizer.dimension,
                 std::span(codes).subspan(static_cast<std::size_t>(i) * quantizer.parts, quantizer.parts),
                 result.data() + i * rows.cols());
  if (quantizer.rotation.empty()) return result;
  return result * MatrixView(quantizer.rotation.data(), rows.cols(), rows.cols()).transpose();
}

float error_with(const Matrix& rows, const QuantizerOptions& options) {
  return (coded(learn_quantizer(view_of(rows), options), rows) - rows).squaredNorm();
}

}  // namespace

TEST_CASE("product quantizer: parts cover all numbers and differ in size by one at most") {
  for (const std::size_t dimension : {1u, 2u, 7u, 100u, 300u})
    for (std::size_t parts = 1; parts <= dimension; ++parts) {
      std::size_t least = dimension, most = 0;
      for (std::size_t p = 0; p < parts; ++p) {
        const std::size_t size = part_begin(p + 1, parts, dimension) - part_begin(p, parts, dimension);
        least = std::min(least, size);
        most = std::max(most, size);
      }
      REQUIRE(part_begin(0, parts, dimension) == 0);
      REQUIRE(part_begin(parts, parts, dimension) == dimension);
      REQUIRE(least >= 1);
      REQUIRE(most <= least + 1);
    }
}

TEST_CASE("product quantizer: the error falls with the number of parts") {
  const Matrix rows = dependent_rows(2000, 13, 1);
  float last = rows.squaredNorm();
  for (const std::size_t parts : {1u, 2u, 4u, 7u, 13u}) {
    const float error = error_with(rows, {.parts = parts});
    CAPTURE(parts);
    CHECK(error < 0.9F * last);
    last = error;
  }
}

TEST_CASE("product quantizer: the error falls with the rounds of k-means") {
  const Matrix rows = dependent_rows(3000, 12, 2);
  const float one = error_with(rows, {.parts = 3, .iterations = 1}),
              five = error_with(rows, {.parts = 3, .iterations = 5}),
              many = error_with(rows, {.parts = 3, .iterations = 25});
  CHECK(five < one);
  CHECK(many < five);
}

TEST_CASE("product quantizer: a rotation is orthogonal and lessens the error of dependent numbers") {
  const Matrix rows = dependent_rows(3000, 12, 3);
  const ProductQuantizer quantizer = learn_quantizer(view_of(rows), {.parts = 4, .rotation = true});
  const Eigen::MatrixXd rotation = MatrixView(quantizer.rotation.data(), 12, 12).cast<double>();
  CHECK((rotation * rotation.transpose() - Eigen::MatrixXd::Identity(12, 12)).cwiseAbs().maxCoeff() < 1e-5);
  CHECK((coded(quantizer, rows) - rows).squaredNorm() < 0.9F * error_with(rows, {.parts = 4}));
  CHECK(error_with(rows, {.parts = 4, .rotation = true}) <
        error_with(rows, {.parts = 4, .rotation = true, .rounds = 2}));
}

TEST_CASE("product quantizer: parts with up to 256 different values are coded without loss") {
  const std::size_t different = GENERATE(1u, 2u, 255u, 256u);
  const Matrix values = random_matrix(different, 10, 4);
  Matrix rows(2000, 10);
  Rng rng(5);
  for (Eigen::Index i = 0; i < rows.rows(); ++i)
    for (const auto& [begin, size] : {std::pair{0, 3}, {3, 3}, {6, 4}})
      rows.row(i).segment(begin, size) =
          values.row(rng.below(static_cast<std::uint32_t>(different))).segment(begin, size);
  const ProductQuantizer quantizer = learn_quantizer(view_of(rows), {.parts = 3});
  CHECK(coded(quantizer, rows) == rows);
}

TEST_CASE("product quantizer: rows that are one number or fewer than the centroids are coded without loss") {
  const Matrix few = random_matrix(5, 4, 6), single = random_matrix(200, 1, 7);
  CHECK(coded(learn_quantizer(view_of(few), {.parts = 4}), few) == few);
  CHECK(coded(learn_quantizer(view_of(single), {.parts = 1}), single) == single);
}

TEST_CASE("product quantizer: the same bits for any number of threads, others for another seed") {
  const Matrix rows = dependent_rows(9000, 9, 8);
  const auto learn = [&](int threads, std::uint64_t seed) {
    return learn_quantizer(
        view_of(rows),
        {.parts = 2, .rotation = true, .rounds = 3, .iterations = 4, .sample = 8500, .seed = seed, .threads = threads});
  };
  const ProductQuantizer one = learn(1, 1), several = learn(4, 1), other = learn(1, 2);
  CHECK(one.centroids == several.centroids);
  CHECK(one.rotation == several.rotation);
  CHECK(one.centroids != other.centroids);
  CHECK(encode(one, view_of(rows), 1) == encode(one, view_of(rows), 4));
}

TEST_CASE("product quantizer: the nearest centroid of each part is coded") {
  const Matrix rows = random_matrix(500, 5, 9);
  const ProductQuantizer quantizer = learn_quantizer(view_of(rows), {.parts = 2, .iterations = 3});
  const std::vector<std::uint8_t> codes = encode(quantizer, view_of(rows));
  bool nearest = true;
  for (Eigen::Index i = 0; i < rows.rows(); ++i)
    for (std::size_t p = 0; p < 2; ++p) {
      const auto begin = static_cast<Eigen::Index>(part_begin(p, 2, 5)),
                 size = static_cast<Eigen::Index>(part_begin(p + 1, 2, 5)) - begin;
      const auto distance = [&](Eigen::Index k) {
        return (MatrixView(quantizer.centroids.data(), 256, 5).row(k).segment(begin, size) -
                rows.row(i).segment(begin, size))
            .norm();
      };
      const float found = distance(codes[static_cast<std::size_t>(i) * 2 + p]);
      for (Eigen::Index k = 0; k < 256; ++k) nearest = nearest && found <= distance(k) + 1e-6F;
    }
  CHECK(nearest);
}

TEST_CASE("product quantizer: work can be cancelled") {
  Progress progress;
  progress.cancelled = true;
  const Matrix rows = random_matrix(300, 4, 10);
  CHECK_THROWS_AS(learn_quantizer(view_of(rows), {.parts = 2}, &progress), Cancelled);
}
