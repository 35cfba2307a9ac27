#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/tokenizer.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>
#include <memory>

using namespace equivec;

TEST_CASE("embeddings: there is one row for each word") {
  const Embeddings e = embeddings({{"a", {1, 2, 3}}, {"b", {4, 5, 6}}});
  CHECK(e.size() == 2);
  CHECK(e.dimension() == 3);
  CHECK(row_of(e, "b") == std::vector<float>{4, 5, 6});
  CHECK(e[word_id(0)][2] == 3.0F);
  CHECK(e.matrix()(1, 0) == 4.0F);
  CHECK_FALSE(e.find("c"));
}

TEST_CASE("embeddings: a number of rows other than that of words is an error") {
  CHECK_THROWS_AS(Embeddings(vocabulary({{"a", 1}}), Matrix(2, 2)), Error);
  CHECK_THROWS_AS(Embeddings(vocabulary({{"a", 1}, {"b", 1}}), Matrix(1, 2)), Error);
  const Matrix two(2, 2);
  CHECK_THROWS_AS(Embeddings(vocabulary({{"a", 1}}), MatrixView(two.data(), 2, 2), nullptr), Error);
}

TEST_CASE("embeddings: copies share their numbers") {
  const Embeddings e = random_embeddings(10, 4, 1);
  const Embeddings copy = e;
  CHECK(copy[word_id(3)].data() == e[word_id(3)].data());
}

TEST_CASE("embeddings: numbers in other memory are used without a copy and kept alive") {
  auto numbers = std::make_shared<std::vector<float>>(std::vector<float>{1, 2, 3, 4});
  const std::weak_ptr<std::vector<float>> watch = numbers;
  {
    const float* const data = numbers->data();
    const Embeddings e(vocabulary({{"a", 1}, {"b", 1}}), MatrixView(data, 2, 2), numbers);
    numbers.reset();
    CHECK_FALSE(watch.expired());
    CHECK(e[word_id(1)].data() == data + 2);
    CHECK(e[word_id(1)][1] == 4.0F);
  }
  CHECK(watch.expired());
}

TEST_CASE("embeddings: new metadata leave the numbers where they are") {
  const Embeddings e = embeddings({{"a", {1, 2}}}, {{"old", "1"}});
  const Embeddings other = e.with_metadata({{"new", "2"}});
  CHECK(e.metadata() == Metadata{{"old", "1"}});
  CHECK(other.metadata() == Metadata{{"new", "2"}});
  CHECK(other.matrix().data() == e.matrix().data());
  CHECK(other.vocabulary().word(word_id(0)) == "a");
}

TEST_CASE("embeddings: a tokenizer goes along with the same words and stays behind for others") {
  const Embeddings e = embeddings({{"a", {3, 4}}, {"b", {1, 0}}}).with_tokenizer(Tokenizer("file", "configuration"));
  const std::vector<WordId> all = {word_id(0), word_id(1)}, turned = {word_id(1), word_id(0)}, one = {word_id(0)};
  for (const Embeddings& other : {e.with_metadata({{"a", "b"}}), normalized(e), selected(e, all),
                                  e.with_vectors(Matrix::Ones(2, 5)), e.with_subwords(std::nullopt)}) {
    REQUIRE(other.tokenizer());
    CHECK(other.tokenizer()->file() == "file");
    CHECK(other.tokenizer()->configuration() == "configuration");
  }
  CHECK_FALSE(selected(e, turned).tokenizer());
  CHECK_FALSE(selected(e, one).tokenizer());
  CHECK_FALSE(e.with_tokenizer(std::nullopt).tokenizer());
  CHECK_THROWS_AS(e.with_vectors(Matrix::Ones(3, 2)), Error);
}

TEST_CASE("normalized: rows get length 1 and zero rows stay") {
  const Embeddings unit = normalized(embeddings({{"a", {3, 4}}, {"zero", {0, 0}}, {"b", {0, -2}}}));
  CHECK(row_of(unit, "a") == std::vector<float>{0.6F, 0.8F});
  CHECK(row_of(unit, "zero") == std::vector<float>{0, 0});
  CHECK(row_of(unit, "b") == std::vector<float>{0, -1});
}

TEST_CASE("normalized: squares that no float can hold do no harm") {
  const float scale = GENERATE(1e-38F, 1e-30F, 1e-20F, 1e20F, 1e30F, 1e38F);
  const Embeddings unit = normalized(embeddings({{"a", {3 * scale, -2 * scale, scale}}}));
  const double length = std::sqrt(14.0);
  // Rounding to float has a relative error of at most 2^-24, once before and once after.
  CHECK(row_of(unit, "a")[0] == Approx(3 / length).epsilon(2.4e-7));
  CHECK(row_of(unit, "a")[1] == Approx(-2 / length).epsilon(2.4e-7));
  CHECK(row_of(unit, "a")[2] == Approx(1 / length).epsilon(2.4e-7));
}

TEST_CASE("normalized: many rows in any dimension have length 1 to the rounding of a float") {
  const int dimension = GENERATE(1, 2, 7, 64, 301);
  const Embeddings e = random_embeddings(3000, dimension, 2);
  const Embeddings unit = normalized(e);
  double worst = 0;
  for (std::size_t i = 0; i < unit.size(); ++i)
    worst = std::max(worst, std::abs(exact_row(unit, word_id(i)).norm() - 1));
  CHECK(worst < 0x1p-23);
  CHECK(unit.vocabulary().size() == e.vocabulary().size());
}

TEST_CASE("selected: the requested rows in the requested order") {
  const Embeddings e(vocabulary({{"a", 5}, {"b", 4}, {"c", 3}}), random_matrix(3, 2, 3));
  const Embeddings some = selected(e, std::vector<WordId>{word_id(2), word_id(0)});
  REQUIRE(some.size() == 2);
  CHECK(some.dimension() == 2);
  CHECK(some.vocabulary().word(word_id(0)) == "c");
  CHECK(some.vocabulary().word(word_id(1)) == "a");
  CHECK(some.vocabulary().count(word_id(0)) == 3);
  CHECK(row_of(some, "c") == row_of(e, "c"));
  CHECK(row_of(some, "a") == row_of(e, "a"));
  CHECK(selected(e, {}).size() == 0);
  CHECK(selected(e, {}).dimension() == 2);
}

TEST_CASE("cosine: hand-worked values") {
  const std::vector<float> a = {3, 4}, b = {4, 3}, c = {-6, -8}, d = {4, -3}, zero = {0, 0};
  CHECK(cosine(a, b) == Approx(0.96).epsilon(1e-15));
  CHECK(cosine(a, a) == 1.0);
  CHECK(cosine(a, c) == -1.0);
  CHECK(cosine(a, d) == 0.0);
  CHECK(cosine(a, zero) == 0.0);
  CHECK(cosine(zero, zero) == 0.0);
}

TEST_CASE("cosine: it never leaves its range") {
  const int dimension = GENERATE(1, 3, 10, 300);
  const Embeddings e = random_embeddings(300, dimension, 4);
  bool inside = true;
  for (std::size_t i = 0; i < e.size(); ++i) {
    const auto row = e[word_id(i)];
    std::vector<float> scaled, opposite;
    for (const float x : row) {
      scaled.push_back(x * 1.7F);
      opposite.push_back(-x * 0.3F);
    }
    inside = inside && cosine(row, scaled) <= 1 && cosine(row, opposite) >= -1 && cosine(row, row) <= 1;
  }
  CHECK(inside);
}

TEST_CASE("cosine: very long and very short vectors do no harm") {
  const std::vector<float> large = {3e38F, 3e38F}, small = {1e-38F, 0}, tiny = {1e-45F, 0};
  // 1 / sqrt 2, computed in double.
  CHECK(cosine(large, small) == Approx(std::sqrt(0.5)).epsilon(1e-15));
  CHECK(cosine(small, small) == 1.0);
  CHECK(cosine(large, tiny) == Approx(std::sqrt(0.5)).epsilon(1e-15));
}

TEST_CASE("squared difference: two minus twice the cosine") {
  const std::vector<float> a = {3, 4}, b = {4, 3}, c = {-6, -8}, d = {4, -3};
  CHECK(squared_difference(a, b) == Approx(0.08).epsilon(1e-13));
  CHECK(squared_difference(a, a) == Approx(0).margin(1e-15));
  CHECK(squared_difference(a, c) == Approx(4).epsilon(1e-15));
  CHECK(squared_difference(a, d) == Approx(2).epsilon(1e-15));
  const Embeddings e = random_embeddings(100, 5, 6);
  for (std::size_t i = 1; i < e.size(); ++i) {
    const auto x = e[word_id(i)], y = e[word_id(i - 1)];
    // Both sides are of size 1 and computed in double.
    CHECK(squared_difference(x, y) == Approx(2 - 2 * cosine(x, y)).margin(1e-14));
  }
}

TEST_CASE("cosine: it is 1 for a vector with itself, however its length is rounded") {
  const Embeddings e = random_embeddings(500, 37, 9);
  bool exact = true;
  for (std::size_t i = 0; i < e.size(); ++i) exact = exact && cosine(e[word_id(i)], e[word_id(i)]) == 1;
  CHECK(exact);
}
