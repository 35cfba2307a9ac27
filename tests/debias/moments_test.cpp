#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/debias/moments.hpp"

#include "bias/biased_words_support.hpp"
#include "catch.hpp"
#include "labelled_words_support.hpp"
#include "support.hpp"

#include <cmath>

using namespace equivec;

TEST_CASE("moments: count, mean and scatter are those of the definitions, far from zero too") {
  const auto count = GENERATE(1U, 2U, 255U, 256U, 257U, 20000U);
  Matrix rows = random_matrix(count, 4, 3);
  rows.col(1).array() += 1000;
  const Embeddings e(numbered_words(count), rows);
  const Eigen::MatrixXd x = exact(e);
  const Eigen::VectorXd mean = x.colwise().mean().transpose();
  const Eigen::MatrixXd centred = x.rowwise() - mean.transpose();
  const Moments found = moments_of(e, numbers(0, count), 1);
  CHECK(found.count == count);
  CHECK((found.mean - mean).norm() < 1e-10);
  const Eigen::MatrixXd scatter = centred.transpose() * centred;
  CHECK((found.scatter - scatter).norm() <= 1e-9 * (1 + scatter.norm()));
  CHECK(found.scatter == found.scatter.transpose());
  for (const int threads : {2, 5}) {
    const Moments again = moments_of(e, numbers(0, count), threads);
    CHECK(again.mean == found.mean);
    CHECK(again.scatter == found.scatter);
  }
}

TEST_CASE("moments: those of some words, and of none") {
  const Embeddings e = embeddings({{"a", {1, 2}}, {"b", {100, 100}}, {"c", {3, 6}}});
  const Moments some = moments_of(e, Ids{word_id(2), word_id(0)}, 1);
  CHECK(some.count == 2);
  CHECK(some.mean == Eigen::Vector2d(2, 4));
  CHECK(some.scatter == (Eigen::Matrix2d() << 2, 4, 4, 8).finished());
  const Moments none = moments_of(e, {}, 1);
  CHECK(none.count == 0);
  CHECK(none.mean == Eigen::Vector2d(0, 0));
  Moments sum = none;
  sum.add(some);
  sum.add(none);
  CHECK(sum.count == 2);
  CHECK(sum.mean == some.mean);
  CHECK(sum.scatter == some.scatter);
}

TEST_CASE("moments: a direction in which vectors differ by rounding alone is none") {
  // (1, 1) and (1, 1 + 2^-23) differ, in the last bit.
  const Embeddings e = embeddings({{"a", {3, 1, 0}}, {"b", {1, 1 + 0x1p-23F, 0}}, {"c", {2, 1, 0}}});
  const Spread spread = moments_of(e, numbers(0, 3), 1).spread();
  REQUIRE(spread.variances.size() == 1);
  CHECK(spread.variances[0] == Approx(2.0 / 3).epsilon(1e-6));
  CHECK(std::abs(spread.directions(0, 0)) == Approx(1).epsilon(1e-6));
  const Embeddings wider = embeddings({{"a", {3, 1, 0}}, {"b", {1, 1 + 0x1p-19F, 0}}, {"c", {2, 1, 0}}});
  CHECK(moments_of(wider, numbers(0, 3), 1).spread().variances.size() == 2);
  CHECK(moments_of(e, numbers(0, 1), 1).spread().variances.size() == 0);
}
