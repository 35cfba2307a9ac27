#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/debias/inlp.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "bias/biased_words_support.hpp"
#include "catch.hpp"
#include "labelled_words_support.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>

using namespace equivec;

namespace {

constexpr float infinite = std::numeric_limits<float>::infinity();

}  // namespace

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
