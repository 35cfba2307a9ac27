#include "equivec/vectors/dimension.hpp"

#include "equivec/base/error.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace equivec;

namespace {

double largest_change_of_cosines(const Embeddings& a, const Embeddings& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); i += 7)
    for (std::size_t k = 0; k < a.size(); k += 5)
      worst = std::max(worst, std::abs(cosine(a[word_id(i)], a[word_id(k)]) - cosine(b[word_id(i)], b[word_id(k)])));
  return worst;
}

}  // namespace

TEST_CASE("dimension: vectors of a subspace keep their cosines in its dimension") {
  Matrix rows = random_matrix(3000, 4, 1) * random_matrix(4, 11, 2);
  const Embeddings e(numbered_words(3000), std::move(rows), {{"made", "here"}});
  const Embeddings four = with_dimension(e, 4);
  CHECK(four.dimension() == 4);
  CHECK(four.metadata() == Metadata{{"made", "here"}, {"principal_directions", "4 of 11"}});
  CHECK(largest_change_of_cosines(e, four) < 1e-5);
  CHECK(largest_change_of_cosines(e, with_dimension(e, 11)) < 1e-5);
  CHECK(largest_change_of_cosines(e, with_dimension(e, 2)) > 0.01);
}

TEST_CASE("dimension: coordinates are those along the axes of largest square sums, without centring") {
  const Embeddings e =
      embeddings({{"a", {1, 0, -5}}, {"b", {1, 0.5F, -5}}, {"c", {-1, 0, -5}}, {"d", {-1, -0.5F, -5}}});
  const Embeddings one = with_dimension(e, 1);
  for (const char* word : {"a", "b", "c", "d"}) CHECK(std::abs(row_of(one, word)[0]) == Approx(5).epsilon(1e-6));
}

TEST_CASE("dimension: vectors of n-grams are mapped alike") {
  const std::vector<std::string> ngrams = {"x", "y"};
  const Matrix rows = random_matrix(2, 6, 3);
  Matrix words = random_matrix(50, 6, 4);
  words.row(0) = rows.row(1);
  const Embeddings e =
      Embeddings(numbered_words(50), std::move(words)).with_subwords(Subwords(1, 1, ngrams, Matrix(rows)));
  const Embeddings three = with_dimension(e, 3);
  REQUIRE(three.subwords());
  CHECK((three.subwords()->matrix().row(1) - three.matrix().row(0)).norm() < 1e-6F);
  const std::vector<std::uint32_t> kept = {2, 9};
  auto owner = std::make_shared<const std::pair<Matrix, std::vector<std::uint32_t>>>(rows, kept);
  const Subwords hashed({.min_length = 1, .max_length = 2, .buckets = 10}, MatrixView(owner->first.data(), 2, 6), owner,
                        owner->second);
  const Embeddings other = with_dimension(e.with_subwords(hashed), 3);
  REQUIRE(other.subwords());
  CHECK(std::ranges::equal(other.subwords()->kept(), kept));
  CHECK(other.subwords()->matrix() == three.subwords()->matrix());
}

TEST_CASE("dimension: the result is the same for any number of threads") {
  const Embeddings e = random_embeddings(20000, 9, 5);
  CHECK(same_bits(with_dimension(e, 5, 1), with_dimension(e, 5, 4)));
}

TEST_CASE("dimension: a number out of range is refused") {
  const Embeddings e = random_embeddings(3, 4, 6);
  CHECK(option_error_of([&] { with_dimension(e, 0); }) == "dimension is 0, expected 1 to 4, the vectors' dimension");
  CHECK_FALSE(option_error_of([&] { with_dimension(e, 5); }).empty());
  CHECK(with_dimension(e, 4).dimension() == 4);
}
