#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/bias/cluster_bias.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/debias/double_hard.hpp"
#include "equivec/debias/inlp.hpp"
#include "equivec/debias/leace.hpp"
#include "equivec/debias/methods.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/debias/moments.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace equivec;

namespace {

using Ids = std::vector<WordId>;
using Classes = std::vector<Ids>;

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinite = std::numeric_limits<float>::infinity();

Ids numbers(std::size_t begin, std::size_t end) {
  Ids result;
  for (std::size_t i = begin; i < end; ++i) result.push_back(word_id(i));
  return result;
}

BiasedWords sides(std::size_t per_side) { return {numbers(0, per_side), numbers(per_side, 2 * per_side)}; }

Classes classes_of(const BiasedWords& words) { return {words.first, words.last}; }

/// Random words, the first `per_side` of which lie to one side of the next `per_side` along the first two axes; and as
/// many others.
Embeddings two_sides(std::size_t per_side, int dimension, std::uint64_t seed) {
  Matrix rows = random_matrix(4 * per_side, dimension, seed);
  const auto half = static_cast<Eigen::Index>(per_side);
  for (int axis = 0; axis < 2; ++axis) {
    rows.topRows(half).col(axis).array() += 0.3F;
    rows.middleRows(half, half).col(axis).array() -= 0.3F;
  }
  return Embeddings(numbered_words(4 * per_side), rows, {{"how", "by chance"}});
}

bool hold(const std::vector<PostCondition>& promises) {
  for (const PostCondition& promise : promises) {
    CAPTURE(promise.promise, promise.worst, promise.bound);
    CHECK(std::isfinite(promise.worst));
    CHECK(std::isfinite(promise.bound));
  }
  return std::ranges::all_of(promises, &PostCondition::holds);
}

/// The same vectors but for one row.
Embeddings with_row(const Embeddings& e, std::size_t row, const Eigen::VectorXf& vector) {
  Matrix rows = e.matrix();
  rows.row(static_cast<Eigen::Index>(row)) = vector.transpose();
  return Embeddings(e.vocabulary(), rows, e.metadata());
}

/// The largest difference of two numbers, as a share of the length of their vector.
double largest_difference(const Embeddings& found, const Eigen::MatrixXd& expected) {
  double worst = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Eigen::VectorXd row = expected.row(static_cast<Eigen::Index>(i)).transpose();
    worst = std::max(worst, (exact_row(found, word_id(i)) - row).norm() / std::max(row.norm(), 1e-30));
  }
  return worst;
}

Eigen::MatrixXd exact(const Embeddings& e) { return e.matrix().cast<double>(); }

/// Random vectors of which each number is off by less than this share of the length: rounding to 32 bits.
constexpr double rounding = 1e-7;

}  // namespace

// ---- moments ----

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

// ---- iterative null-space projection ----

TEST_CASE("inlp: hand-worked example") {
  const Embeddings e = embeddings({{"a", {1, 5, 0}},
                                   {"b", {1, 5, 0}},
                                   {"c", {1, 5, 0}},
                                   {"d", {-1, 5, 0}},
                                   {"e", {-1, 5, 0}},
                                   {"f", {-1, 5, 0}},
                                   {"other", {3, 4, 5}},
                                   {"inside", {-2, 0, 0}},
                                   {"nil", {0, 0, 0}}});
  const Inlp result = inlp(e, sides(3));
  REQUIRE(result.directions.cols() == 1);
  CHECK(std::abs(result.directions(0, 0)) == Approx(1).epsilon(1e-12));
  REQUIRE(result.rounds.size() == 2);
  CHECK(result.rounds[0].accuracy == 1);
  CHECK(result.rounds[1].accuracy == 0.5);
  CHECK(result.rounds[1].chance == 0.5);
  CHECK(result.test_before.accuracy == 1);
  CHECK(result.test_after.accuracy == 0.5);
  for (const char* word : {"a", "f"}) {
    CHECK(std::abs(row_of(result.embeddings, word)[0]) < 1e-6F);
    CHECK(row_of(result.embeddings, word)[1] == Approx(5).epsilon(1e-6));
  }
  CHECK(std::abs(row_of(result.embeddings, "other")[0]) < 1e-6F);
  CHECK(row_of(result.embeddings, "other")[1] == Approx(4).epsilon(1e-6));
  CHECK(row_of(result.embeddings, "other")[2] == Approx(5).epsilon(1e-6));
  CHECK(result.vanished == Ids{word_id(7)});
  CHECK(row_of(result.embeddings, "inside") == std::vector<float>{0, 0, 0});
  CHECK(row_of(result.embeddings, "nil") == std::vector<float>{0, 0, 0});
}

TEST_CASE("inlp: vectors are projected on the null space of orthonormal directions, lengths are not scaled") {
  const int dimension = GENERATE(5, 10, 40);
  const Embeddings e = two_sides(300, dimension, 11);
  const Inlp result = inlp(e, sides(300));
  const Eigen::MatrixXd& q = result.directions;
  REQUIRE(q.cols() >= 1);
  REQUIRE(q.cols() < dimension);
  CHECK(result.rounds.size() == static_cast<std::size_t>(q.cols()) + 1);
  CHECK((q.transpose() * q - Eigen::MatrixXd::Identity(q.cols(), q.cols())).norm() < 1e-12);
  CHECK(largest_difference(result.embeddings, exact(e) - exact(e) * q * q.transpose()) < rounding);
  CHECK(result.embeddings.metadata() == e.metadata());
  CHECK(result.embeddings.vocabulary().word(word_id(7)) == "w7");
  // The first direction is near that of the sides, by which they were told.
  CHECK(std::abs(q.col(0)[0] + q.col(0)[1]) > 1.2);
}

TEST_CASE("inlp: the sides can be told before and cannot be told after") {
  const BiasedWords words = sides(600);
  const Embeddings e = two_sides(600, 12, 12);
  const Inlp result = inlp(e, words);
  CHECK(result.rounds.front().accuracy > 0.8);
  CHECK(result.rounds.back().accuracy <= result.rounds.back().chance);
  for (std::size_t i = 0; i + 1 < result.rounds.size(); ++i) CHECK(result.rounds[i].accuracy > result.rounds[i].chance);
  CHECK(result.test_before.accuracy > 0.8);
  CHECK(result.test_after.interval.low <= 0.5);
  CHECK(hold(verify_inlp(e, result, words)));
  const auto seed = GENERATE(range(2U, 6U));
  CHECK(hold(verify_inlp(e, result, words, seed)));
}

TEST_CASE("inlp: the words are split 49 to 21 to 30") {
  const Inlp result = inlp(two_sides(100, 5, 13), sides(100));
  // Shares of 42 development words and of 60 test words.
  for (const SidesFound& found : result.rounds)
    CHECK(found.accuracy * 42 == Approx(std::round(found.accuracy * 42)).margin(1e-9));
  CHECK(result.test_before.accuracy * 60 == Approx(std::round(result.test_before.accuracy * 60)).margin(1e-9));
  CHECK(result.test_before.interval.low < result.test_before.accuracy);
}

TEST_CASE("inlp: chance is the share of the larger side") {
  const BiasedWords words{numbers(0, 100), numbers(100, 400)};
  const Inlp result = inlp(random_embeddings(400, 5, 14), words);
  for (const SidesFound& found : result.rounds) CHECK(found.chance == 0.75);
  CHECK(result.directions.cols() == 0);
  CHECK(same_bits(result.embeddings, random_embeddings(400, 5, 14)));
}

TEST_CASE("inlp: no more rounds than asked for") {
  const BiasedWords words = sides(300);
  const Embeddings e = two_sides(300, 10, 11);
  const int rounds = GENERATE(1, 2);
  Progress progress;
  const Inlp result = inlp(e, words, {.rounds = rounds}, &progress);
  CHECK(result.directions.cols() == rounds);
  CHECK(result.rounds.size() == static_cast<std::size_t>(rounds) + 1);
  CHECK(progress.total == static_cast<std::uint64_t>(rounds));
  CHECK(progress.done == static_cast<std::uint64_t>(rounds));
  const Inlp more = inlp(e, words, {.rounds = 35});
  CHECK(more.directions.leftCols(rounds) == result.directions);
}

TEST_CASE("inlp: as many directions as dimensions leave nothing") {
  // In one dimension the sides are told until nothing is left, to 2e-17.
  Matrix rows = Matrix::Zero(40, 2);
  for (Eigen::Index i = 0; i < 40; ++i) rows.row(i) << (i < 20 ? 0.3F : -0.3F), (i < 20 ? 0.7F : -0.7F);
  const Embeddings e(numbered_words(40), rows);
  const Inlp result = inlp(e, sides(20));
  CHECK(result.directions.cols() == 1);
  CHECK(result.vanished == numbers(0, 40));
  CHECK(result.embeddings.matrix().isZero(0));
  CHECK(hold(verify_inlp(e, result, sides(20))));
}

TEST_CASE("inlp: the same bits for any number of threads, other words train with another seed") {
  const BiasedWords words = sides(1200);
  const Embeddings e = two_sides(1200, 9, 15);
  const Inlp one = inlp(e, words, {.threads = 1});
  for (const int threads : {2, 5, 0}) {
    const Inlp again = inlp(e, words, {.threads = threads});
    CHECK(same_bits(again.embeddings, one.embeddings));
    CHECK(again.directions == one.directions);
    CHECK(again.vanished == one.vanished);
  }
  CHECK(inlp(e, words, {.seed = 2}).directions.col(0) != one.directions.col(0));
}

TEST_CASE("inlp: what it promises is not true of other vectors") {
  const BiasedWords words = sides(600);
  const Embeddings e = two_sides(600, 12, 12);
  const Inlp good = inlp(e, words);
  REQUIRE(hold(verify_inlp(e, good, words)));
  Inlp untouched = good;
  untouched.embeddings = e;
  CHECK_FALSE(verify_inlp(e, untouched, words)[0].holds());
  CHECK_FALSE(verify_inlp(e, untouched, words)[1].holds());
  CHECK_FALSE(verify_inlp(e, untouched, words)[2].holds());
  Inlp nothing = good;
  nothing.embeddings = Embeddings(e.vocabulary(), Matrix::Zero(e.matrix().rows(), e.dimension()));
  CHECK_FALSE(verify_inlp(e, nothing, words)[1].holds());
  Inlp one_off = good;
  const Eigen::VectorXd off = exact_row(good.embeddings, word_id(2000)) + 1e-6 * good.directions.col(0);
  one_off.embeddings = with_row(good.embeddings, 2000, off.cast<float>());
  CHECK_FALSE(verify_inlp(e, one_off, words)[0].holds());
  Inlp broken = good;
  broken.embeddings = with_row(good.embeddings, 5, Eigen::VectorXf::Constant(12, not_a_number));
  CHECK_THAT(error_of([&] { verify_inlp(e, broken, words); }), ContainsSubstring("'w5' is not finite"));
  // One direction alone leaves a second, and nothing is promised of classifiers.
  const Embeddings wide = two_sides(600, 40, 16);
  CHECK(verify_inlp(wide, inlp(wide, words, {.rounds = 1}), words).size() == 2);
}

TEST_CASE("inlp: what cannot be done is an error that says why") {
  const Embeddings e =
      embeddings({{"a", {3, 4}}, {"b", {-2, 1}}, {"c", {1, 1}}, {"d", {0, 1}}, {"nil", {0, 0}}, {"f", {1, 2}}});
  const auto error = [&](const std::vector<std::string>& first, const std::vector<std::string>& last) {
    return error_of([&] { inlp(e, {ids_of(e, first), ids_of(e, last)}); });
  };
  CHECK(error({"a", "b", "c"}, {"d", "f"}) ==
        "each side needs 3 biased words to train, develop and test with, got 3 and 2");
  CHECK_THAT(error({"a", "b", "a"}, {"c", "d", "f"}), ContainsSubstring("'a' occurs twice in class list 1"));
  CHECK_THAT(error({"a", "b", "f"}, {"c", "d", "f"}), ContainsSubstring("'f' is in"));
  CHECK_THAT(error({"a", "b", "nil"}, {"c", "d", "f"}), ContainsSubstring("the vector of 'nil' is zero"));
  const Embeddings bad = embeddings({{"a", {3, 4}}, {"b", {-2, infinite}}, {"c", {1, not_a_number}}});
  CHECK_THAT(error_of([&] { inlp(bad, {}); }), ContainsSubstring("the vector of the word 'b' is not finite"));
  CHECK(option_error_of([&] { inlp(e, {}, {.rounds = 0}); }) == "rounds must be between 1 and 10000, got 0");
  CHECK_THAT(option_error_of([&] { inlp(e, {}, {.threads = -1}); }), ContainsSubstring("threads"));
  Progress progress;
  progress.cancelled = true;
  CHECK_THROWS_AS(inlp(two_sides(10, 3, 1), sides(10), {}, &progress), Cancelled);
}

// ---- least-squares concept erasure ----

TEST_CASE("leace: hand-worked examples") {
  SECTION("equal variances: the difference of the means goes") {
    const Embeddings e = embeddings(
        {{"a", {1, 1}}, {"b", {1, -1}}, {"c", {-1, 1}}, {"d", {-1, -1}}, {"other", {3, 4}}, {"nil", {0, 0}}});
    const Leace result = leace(e, classes_of(sides(2)));
    CHECK(largest_difference(selected(result.embeddings, numbers(0, 5)),
                             (Eigen::MatrixXd(5, 2) << 0, 1, 0, -1, 0, 1, 0, -1, 0, 4).finished()) < rounding);
    CHECK(row_of(result.embeddings, "nil") == std::vector<float>{0, 0});
  }
  SECTION("the mean of the labelled words stays") {
    const Embeddings e = embeddings({{"a", {6, 1}}, {"b", {6, -1}}, {"c", {4, 1}}, {"d", {4, -1}}, {"other", {3, 4}}});
    const Leace result = leace(e, classes_of(sides(2)));
    CHECK((result.mean - Eigen::Vector2d(5, 0)).norm() < 1e-12);
    CHECK(largest_difference(result.embeddings, (Eigen::MatrixXd(5, 2) << 5, 1, 5, -1, 5, 1, 5, -1, 5, 4).finished()) <
          rounding);
  }
  SECTION("sheared by (x, y) -> (x, x + y): what is taken out is sheared too, and is no orthogonal projection") {
    const Embeddings e = embeddings({{"a", {1, 2}}, {"b", {1, 0}}, {"c", {-1, 0}}, {"d", {-1, -2}}, {"other", {3, 4}}});
    const Leace result = leace(e, classes_of(sides(2)));
    // (x, y) -> (0, y - x).
    CHECK(largest_difference(result.embeddings, (Eigen::MatrixXd(5, 2) << 0, 1, 0, -1, 0, 1, 0, -1, 0, 1).finished()) <
          rounding);
  }
  SECTION("one word a class: both become their mean, others lose what differs between them") {
    const Embeddings e = embeddings({{"a", {2, 0, 1}}, {"b", {0, 2, 1}}, {"other", {5, 1, 7}}});
    const Leace result = leace(e, classes_of(sides(1)));
    CHECK(result.left.cols() == 1);
    CHECK(largest_difference(result.embeddings, (Eigen::MatrixXd(3, 3) << 1, 1, 1, 1, 1, 1, 3, 3, 7).finished()) <
          rounding);
  }
}

TEST_CASE("leace: three classes of the numbers that NumPy gives") {
  const Embeddings e = embeddings({{"a", {1, 0, 2}},
                                   {"b", {2, 1, 0}},
                                   {"c", {3, -1, 1}},
                                   {"d", {-1, 4, 0}},
                                   {"e", {0, 2, -2}},
                                   {"f", {-2, -3, 1}},
                                   {"g", {1, -2, 5}},
                                   {"other", {1, 1, 1}}});
  const Leace result = leace(e, Classes{numbers(0, 3), numbers(3, 5), numbers(5, 7)});
  CHECK(result.left.cols() == 2);
  Eigen::MatrixXd expected(8, 3);
  expected << 0.770497255945, 0.442333277898, 1.694994179278, 0.512878958335, 0.054775926669, 0.795589947271,
      0.430909500005, -0.068537775995, 0.509415873451, 0.934436172606, 0.688960683226, 2.267342326919, 0.208420970251,
      -0.403246397511, -0.267342326919, 0.040578746050, -0.655745883918, -0.853317811409, 1.102278396807,
      0.941460169632, 2.853317811409, 0.711947642852, 0.354252061709, 1.490584126549;
  CHECK(largest_difference(result.embeddings, expected) < rounding);
}

TEST_CASE("leace: nothing linear tells classes of any number and size, for any number of dimensions") {
  const std::size_t count = GENERATE(2U, 3U, 5U);
  const int dimension = GENERATE(2, 3, 20, 60);
  const Embeddings e = random_embeddings(400, dimension, 20 + count);
  Classes classes(count);
  for (std::size_t i = 0; i < 300; ++i) classes[std::min(i % (2 * count), count - 1)].push_back(word_id(i));
  const Leace result = leace(e, classes);
  CHECK(result.left.cols() == std::min(dimension, static_cast<int>(count) - 1));
  CHECK((result.right * result.left - Eigen::MatrixXd::Identity(result.left.cols(), result.left.cols())).norm() < 1e-9);
  CHECK(hold(verify_leace(result.embeddings, classes)));
  const Eigen::MatrixXd x = exact(e), centred = x.rowwise() - result.mean.transpose();
  const Eigen::MatrixXd expected = x - centred * result.right.transpose() * result.left.transpose();
  CHECK((exact(result.embeddings) - expected).norm() < 1e-7 * expected.norm() + 1e-7);
  // The labelled words' mean stays.
  Eigen::VectorXd before = Eigen::VectorXd::Zero(dimension), after = before;
  for (const Ids& words : classes) {
    for (const WordId word : words) {
      before += exact_row(e, word) / 300;
      after += exact_row(result.embeddings, word) / 300;
    }
  }
  CHECK((before - after).norm() < 1e-7);
  CHECK((result.mean - before).norm() < 1e-12);
}

TEST_CASE("leace: of the linear maps that make the classes' means the same it moves the words least") {
  const Embeddings e = two_sides(200, 6, 21);
  const Classes classes = classes_of(sides(200));
  const Leace result = leace(e, classes);
  const Eigen::MatrixXd x = exact(e).topRows(400);
  const Eigen::VectorXd mean = x.colwise().mean().transpose();
  const Eigen::MatrixXd centred = x.rowwise() - mean.transpose();
  const Eigen::VectorXd difference = (x.topRows(200).colwise().mean() - x.bottomRows(200).colwise().mean()).transpose();
  const double moved = (exact(result.embeddings).topRows(400) - x).squaredNorm();
  // Those maps take out the difference a by some b with a.b = 1: x - a b.(x - mean).
  Rng rng(5);
  for (int i = 0; i < 50; ++i) {
    Eigen::VectorXd b = difference;
    if (i > 0)
      for (double& number : b) number += 0.3 * (rng.uniform_double() - 0.5);
    b /= b.dot(difference);
    CHECK((centred * b * difference.transpose()).squaredNorm() > moved);
  }
}

TEST_CASE("leace: vectors mapped linearly before are so after") {
  const Embeddings e = two_sides(100, 5, 22);
  const Classes classes = classes_of(sides(100));
  Eigen::MatrixXf map = Eigen::MatrixXf::Zero(5, 5);  // which floats take without rounding
  map.diagonal() << 4, 0.5F, 1, 16, 0.125F;
  const Embeddings mapped(e.vocabulary(), e.matrix() * map);
  const Eigen::MatrixXd expected = exact(leace(e, classes).embeddings) * map.cast<double>();
  CHECK((exact(leace(mapped, classes).embeddings) - expected).norm() < 1e-6 * expected.norm());
}

TEST_CASE("leace: a second time, or where the classes do not differ, vectors stay") {
  const Embeddings e = two_sides(100, 5, 23);
  const Classes classes = classes_of(sides(100));
  const Embeddings once = leace(e, classes).embeddings;
  CHECK((leace(once, classes).embeddings.matrix() - once.matrix()).cwiseAbs().maxCoeff() < 1e-6F);
  const Embeddings even = embeddings({{"a", {1, 2}}, {"b", {-1, -2}}, {"c", {3, 1}}, {"d", {-3, -1}}, {"o", {1, 1}}});
  const Leace same = leace(even, classes_of(sides(2)));
  CHECK(same.left.cols() == 0);
  CHECK(same_bits(same.embeddings, even));
  const Embeddings equal = embeddings({{"a", {1, 2}}, {"b", {1, 2}}, {"o", {1, 1}}});
  CHECK(same_bits(leace(equal, classes_of(sides(1))).embeddings, equal));
  CHECK(hold(verify_leace(equal, classes_of(sides(1)))));
}

TEST_CASE("leace: a direction that was taken out before, but for rounding, does no harm") {
  Matrix rows = two_sides(200, 6, 24).matrix();
  Rng rng(1);
  for (Eigen::Index i = 0; i < rows.rows(); ++i) rows(i, 5) = 1e-9F * (rng.uniform() - 0.5F);
  const Embeddings e(numbered_words(800), rows);
  const Leace result = leace(e, classes_of(sides(200)));
  CHECK(result.right.col(5).norm() < 1e-3 * result.right.norm());
  CHECK(hold(verify_leace(result.embeddings, classes_of(sides(200)))));
}

TEST_CASE("leace: the same bits for any number of threads and any order of a class's words but for rounding") {
  const Embeddings e = two_sides(1500, 7, 25);
  const Classes classes = classes_of(sides(1500));
  const Leace one = leace(e, classes, {.threads = 1});
  for (const int threads : {2, 5, 0}) {
    const Leace again = leace(e, classes, {.threads = threads});
    CHECK(same_bits(again.embeddings, one.embeddings));
    CHECK(again.left == one.left);
  }
  Classes reversed = classes;
  std::ranges::reverse(reversed[0]);
  std::ranges::reverse(reversed);
  CHECK((leace(e, reversed).embeddings.matrix() - one.embeddings.matrix()).cwiseAbs().maxCoeff() < 1e-6F);
  CHECK(one.embeddings.metadata() == e.metadata());
}

TEST_CASE("leace: what it promises is not true of other vectors") {
  const Embeddings e = two_sides(200, 8, 26);
  const Classes classes = classes_of(sides(200));
  const Embeddings good = leace(e, classes).embeddings;
  REQUIRE(hold(verify_leace(good, classes)));
  for (const PostCondition& promise : verify_leace(e, classes)) CHECK_FALSE(promise.holds());
  for (const PostCondition& promise : verify_leace(normalized(good), classes)) CHECK_FALSE(promise.holds());
  const Embeddings broken = with_row(good, 5, Eigen::VectorXf::Constant(8, not_a_number));
  CHECK_THAT(error_of([&] { verify_leace(broken, classes); }), ContainsSubstring("'w5' is not finite"));
  // One word that was forgotten.
  const auto forgotten = verify_leace(with_row(good, 3, e.matrix().row(3).transpose()), classes);
  CHECK(forgotten.size() == 3);
  for (const PostCondition& promise : forgotten) CHECK_FALSE(promise.holds());
}

TEST_CASE("leace: what cannot be done is an error that says why") {
  const Embeddings e = embeddings({{"a", {3, 4}}, {"b", {-2, 1}}, {"c", {1, 1}}, {"nil", {0, 0}}});
  const auto error = [&](const std::vector<std::vector<std::string>>& lists) {
    Classes classes;
    for (const auto& list : lists) classes.push_back(ids_of(e, list));
    return error_of([&] { leace(e, classes); });
  };
  CHECK(error({{"a"}, {"b"}}).empty());
  CHECK(error({{"a", "b"}}) == "erasing needs two classes of words at least, got 1");
  CHECK(error({{"a", "b"}, {}}) == "class 2 has no words");
  CHECK_THAT(error({{"a", "a"}, {"b"}}), ContainsSubstring("'a' occurs twice"));
  CHECK_THAT(error({{"a", "b"}, {"b"}}), ContainsSubstring("'b' is in"));
  CHECK_THAT(error({{"a", "nil"}, {"b"}}), ContainsSubstring("'nil' is zero"));
  const Embeddings bad = embeddings({{"a", {3, 4}}, {"b", {-2, 1}}, {"c", {1, not_a_number}}});
  CHECK_THAT(error_of([&] { leace(bad, classes_of(sides(1))); }), ContainsSubstring("'c' is not finite"));
  CHECK_THAT(option_error_of([&] { leace(e, classes_of(sides(1)), {.threads = -1}); }), ContainsSubstring("threads"));
}

// ---- double-hard debiasing ----

namespace {

/// Words in six dimensions. The first axis is what the definitional pairs differ in; the biased words, w0 to w199, lie
/// to its two sides, and to those of the third axis, which like the second is a principal component of all words, with
/// less variance than that.
struct Frequencies {
  Embeddings embeddings;
  BiasWordSets sets;
  BiasedWords words = sides(100);
};

Frequencies frequencies(std::uint64_t seed = 30) {
  Matrix rows = random_matrix(1000, 6, seed);
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    const float side = i % 200 < 100 ? 1.F : -1.F;
    rows(i, 1) *= 12;
    rows(i, 2) += 1.5F * side;
    if (i < 200) rows(i, 0) += side;
  }
  std::vector<Vocabulary::Entry> entries;
  for (Eigen::Index i = 0; i < rows.rows(); ++i) entries.push_back({"w" + std::to_string(i), 0});
  const std::vector<std::string> defining = {"she", "he", "woman", "man"};
  for (std::size_t i = 0; i < defining.size(); ++i) {
    entries[900 + i].word = defining[i];
    const auto row = static_cast<Eigen::Index>(900 + i);
    if (i % 2 == 1) rows.row(row) = rows.row(row - 1);
    rows(row, 0) = i % 2 == 0 ? 2.F : -2.F;
  }
  entries[950].word = "beard";
  rows.row(960).setZero();
  BiasWordSets sets;
  sets.name = "test";
  sets.definitional = {{"she", "he"}, {"woman", "man"}, {"girl", "boy"}};
  sets.specific = {"beard"};
  return {Embeddings(Vocabulary(entries), rows, {{"how", "by chance"}}), sets};
}

}  // namespace

TEST_CASE("double-hard: the component whose removal mixes the clusters goes, then the direction of the pairs") {
  const Frequencies data = frequencies();
  const DoubleHard result = double_hard_debias(data.embeddings, data.sets, data.words);
  CHECK(result.chosen == 1);
  CHECK(std::abs(result.component[2]) > 0.98);
  CHECK(std::abs(result.direction[0]) > 0.98);
  REQUIRE(result.clustered.size() == 6);
  CHECK(result.clustered[0] > 0.95);
  CHECK(result.clustered[1] < 0.65);
  CHECK(result.clustered_without >= 0.5);
  CHECK(result.clustered[1] == *std::ranges::min_element(result.clustered));
  CHECK(result.missing == WordSet{"girl", "boy"});
  CHECK(hold(verify_double_hard(result)));
  CHECK(result.embeddings.metadata() == data.embeddings.metadata());
}

TEST_CASE("double-hard: what was found of a candidate is found in the vectors that come of it") {
  const Frequencies data = frequencies();
  const DoubleHard result = double_hard_debias(data.embeddings, data.sets, data.words, {.repeats = 4, .seed = 7});
  BootstrapOptions once;
  once.resamples = 1;
  once.seed = 7;
  CHECK(cluster_bias(result.embeddings, data.words, {.repeats = 4, .bootstrap = once}).accuracy ==
        result.clustered[static_cast<std::size_t>(result.chosen)]);
}

TEST_CASE("double-hard: vectors are those of the formula, of length 1, zeros stay") {
  const Frequencies data = frequencies();
  const Embeddings& e = data.embeddings;
  const DoubleHard result = double_hard_debias(e, data.sets, data.words);
  CHECK(result.component.norm() == Approx(1).epsilon(1e-12));
  CHECK(result.direction.norm() == Approx(1).epsilon(1e-12));
  CHECK(std::abs(result.component.dot(result.direction)) < 1e-12);
  CHECK(result.kept == words_kept(e.vocabulary(), data.sets));
  CHECK(result.kept.size() == 5);
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(6);
  for (std::size_t i = 0; i < e.size(); ++i) mean += exact_row(e, word_id(i)) / 999;  // one is zeros
  CHECK((result.mean - mean).norm() < 1e-12);
  Rows purified;
  for (const char* word : {"she", "he", "woman", "man"}) {
    Eigen::VectorXd v = exact_row(e, id_of(e, word)) - mean;
    v -= result.component.dot(v) * result.component;
    const Eigen::VectorXf row = v.normalized().cast<float>();
    purified.push_back({word, {row.begin(), row.end()}});
  }
  const BiasSubspace direction = BiasSubspace::from_sets(embeddings(purified), Classes{numbers(0, 2), numbers(2, 4)});
  CHECK((result.direction - direction.basis().row(0).transpose()).norm() < 1e-6);
  Eigen::MatrixXd expected = Eigen::MatrixXd::Zero(1000, 6);
  for (std::size_t i = 0; i < e.size(); ++i) {
    if (i == 960) continue;
    Eigen::VectorXd v = exact_row(e, word_id(i)) - mean;
    v -= result.component.dot(v) * result.component;
    if (!std::ranges::count(result.kept, word_id(i))) v -= result.direction.dot(v) * result.direction;
    expected.row(static_cast<Eigen::Index>(i)) = v.normalized().transpose();
  }
  CHECK(largest_difference(result.embeddings, expected) < rounding);
  CHECK(result.embeddings.matrix().row(960).isZero(0));
  CHECK(result.vanished.empty());
  for (const char* word : {"she", "he", "beard"})
    CHECK(std::abs(exact_row(result.embeddings, id_of(e, word)).dot(result.direction)) > 1e-3);
}

TEST_CASE("double-hard: candidates are principal components of all words that have a length, by descending variance") {
  const Frequencies data = frequencies(31);
  const int candidates = GENERATE(1, 3, 20);
  const DoubleHard result = double_hard_debias(data.embeddings, data.sets, data.words, {.components = candidates});
  CHECK(result.clustered.size() == static_cast<std::size_t>(std::min(candidates, 6)));
  Eigen::MatrixXd x(999, 6);
  x << exact(data.embeddings).topRows(960), exact(data.embeddings).bottomRows(39);
  x.rowwise() -= x.colwise().mean().eval();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(x.transpose() * x);
  CHECK(std::abs(solver.eigenvectors().col(5 - result.chosen).dot(result.component)) == Approx(1).epsilon(1e-9));
}

TEST_CASE("double-hard: the first of equally good components is taken") {
  // Clusters far apart along the second axis, which is no component among the first two: all candidates leave them.
  Frequencies data = frequencies();
  Matrix rows = data.embeddings.matrix();
  for (Eigen::Index i = 0; i < 200; ++i) rows.row(i).tail(3).array() += i < 100 ? 50.F : -50.F;
  for (Eigen::Index i = 200; i < 1000; ++i) rows(i, 1) *= 100;
  for (Eigen::Index i = 200; i < 1000; ++i) rows(i, 2) *= 30;
  const DoubleHard result =
      double_hard_debias(Embeddings(data.embeddings.vocabulary(), rows), data.sets, data.words, {.components = 2});
  CHECK(result.clustered == std::vector<double>{1, 1});
  CHECK(result.chosen == 0);
}

TEST_CASE("double-hard: hand-worked example, with a word that has nothing but the component") {
  // The mean is zero, and (0, 1.1, 2.3) the first component: no number holds it at length 1.
  const Embeddings e = embeddings({{"she", {2, 2.3F, -1.1F}},
                                   {"he", {-2, 2.3F, -1.1F}},
                                   {"other", {-2, -2.3F, 1.1F}},
                                   {"another", {2, -2.3F, 1.1F}},
                                   {"often", {0, 8 * 1.1F, 8 * 2.3F}},
                                   {"seldom", {0, -8 * 1.1F, -8 * 2.3F}}});
  BiasWordSets sets;
  sets.definitional = {{"she", "he"}};
  const DoubleHard result =
      double_hard_debias(e, sets, {ids_of(e, {"another"}), ids_of(e, {"other"})}, {.components = 1});
  CHECK(result.mean.norm() < 1e-12);
  CHECK(std::abs(result.component.dot(Eigen::Vector3d(0, 1.1, 2.3))) == Approx(std::sqrt(6.5)).epsilon(1e-7));
  CHECK(result.direction[0] == Approx(1).epsilon(1e-12));
  CHECK(result.vanished == ids_of(e, {"often", "seldom"}));
  Eigen::MatrixXd expected(6, 3);
  expected << 2, 2.3, -1.1, -2, 2.3, -1.1, 0, -2.3, 1.1, 0, -2.3, 1.1, 0, 0, 0, 0, 0, 0;
  expected.topRows(4).rowwise().normalize();
  CHECK((exact(result.embeddings) - expected).norm() < rounding);
}

TEST_CASE("double-hard: the same bits for any number of threads, with progress") {
  const Frequencies data = frequencies();
  Progress progress;
  const DoubleHard one = double_hard_debias(data.embeddings, data.sets, data.words, {.threads = 1}, &progress);
  CHECK(progress.total == 7);
  CHECK(progress.done == 7);
  for (const int threads : {2, 5, 0}) {
    const DoubleHard again = double_hard_debias(data.embeddings, data.sets, data.words, {.threads = threads});
    CHECK(same_bits(again.embeddings, one.embeddings));
    CHECK(again.clustered == one.clustered);
    CHECK(again.clustered_without == one.clustered_without);
  }
  progress.cancelled = true;
  CHECK_THROWS_AS(double_hard_debias(data.embeddings, data.sets, data.words, {}, &progress), Cancelled);
}

TEST_CASE("double-hard: what it promises is not true of other vectors") {
  const Frequencies data = frequencies();
  const DoubleHard good = double_hard_debias(data.embeddings, data.sets, data.words);
  REQUIRE(hold(verify_double_hard(good)));
  DoubleHard other = good;
  other.embeddings = normalized(data.embeddings);
  CHECK_FALSE(verify_double_hard(other)[0].holds());
  CHECK_FALSE(verify_double_hard(other)[1].holds());
  CHECK(verify_double_hard(other)[2].holds());
  other.embeddings = data.embeddings;
  CHECK_FALSE(verify_double_hard(other)[2].holds());
  other.embeddings = with_row(good.embeddings, 5, Eigen::VectorXf::Constant(6, not_a_number));
  CHECK_THAT(error_of([&] { verify_double_hard(other); }), ContainsSubstring("'w5' is not finite"));
  // A word that was not kept has a part along the direction; what hard debiasing alone does leaves the component.
  other = good;
  other.kept.clear();
  CHECK_FALSE(verify_double_hard(other)[1].holds());
  other.embeddings = debias(debias_method("hard"), data.embeddings, data.sets).embeddings;
  CHECK_FALSE(verify_double_hard(other)[0].holds());
}

TEST_CASE("double-hard: what cannot be done is an error that says why") {
  const Frequencies data = frequencies();
  const auto error = [&](const BiasedWords& words, const BiasWordSets& sets) {
    return error_of([&] { double_hard_debias(data.embeddings, sets, words); });
  };
  CHECK_THAT(error({numbers(0, 3), {}}, data.sets), ContainsSubstring("both sides need biased words"));
  CHECK_THAT(error({numbers(0, 3), numbers(2, 5)}, data.sets), ContainsSubstring("'w2' is in"));
  CHECK_THAT(error({numbers(0, 3), {word_id(960)}}, data.sets), ContainsSubstring("'w960' is zero"));
  BiasWordSets without = data.sets;
  without.definitional = {{"girl", "boy"}};
  CHECK_THAT(error(sides(100), without), ContainsSubstring("no definitional set"));
  const Embeddings same = embeddings({{"a", {1, 2}}, {"b", {1, 2}}});
  CHECK(error_of([&] { double_hard_debias(same, data.sets, sides(1)); }) ==
        "all vectors are the same, so they have no principal components");
  const Embeddings nothing = embeddings({{"a", {0, 0}}});
  CHECK_THAT(error_of([&] { double_hard_debias(nothing, data.sets, {}); }),
             ContainsSubstring("no principal components"));
  const Embeddings bad = embeddings({{"a", {3, 4}}, {"b", {not_a_number, 1}}});
  CHECK_THAT(error_of([&] { double_hard_debias(bad, data.sets, {}); }), ContainsSubstring("'b' is not finite"));
  const auto option = [&](const DoubleHardOptions& options) {
    return option_error_of([&] { double_hard_debias(data.embeddings, data.sets, data.words, options); });
  };
  CHECK_THAT(option({.components = 0}), ContainsSubstring("components must be at least 1"));
  CHECK_THAT(option({.repeats = 0}), ContainsSubstring("repeats"));
  CHECK_THAT(option({.restarts = 0}), ContainsSubstring("restarts"));
  CHECK_THAT(option({.threads = -1}), ContainsSubstring("threads"));
}
