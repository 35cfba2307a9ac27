#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/debias/half_sibling.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "linear_algebra.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>

using namespace equivec;

namespace {

using Ids = std::vector<WordId>;

Ids ids(std::size_t first, std::size_t end) {
  Ids result;
  for (std::size_t i = first; i < end; ++i) result.push_back(word_id(i));
  return result;
}

/// The formula as the paper has it, with the side of the definition words.
Eigen::VectorXd by_formula(const Embeddings& e, const Ids& definition, double alpha, WordId word) {
  Eigen::MatrixXd v_d(e.dimension(), static_cast<Eigen::Index>(definition.size()));
  for (std::size_t i = 0; i < definition.size(); ++i)
    v_d.col(static_cast<Eigen::Index>(i)) = exact_row(e, definition[i]);
  const Eigen::MatrixXd ridge = v_d.transpose() * v_d + alpha * Eigen::MatrixXd::Identity(v_d.cols(), v_d.cols());
  return exact_row(e, word) - v_d * inverse(ridge) * v_d.transpose() * exact_row(e, word);
}

bool all_hold(const std::vector<PostCondition>& conditions) {
  return std::all_of(conditions.begin(), conditions.end(), [](const PostCondition& c) { return c.holds(); });
}

Embeddings with_matrix(const Embeddings& e, Matrix vectors) {
  return Embeddings(e.vocabulary(), std::move(vectors), e.metadata());
}

}  // namespace

TEST_CASE("half-sibling: hand-worked examples") {
  // One definition word of squared length 9 + 16 = 25, alpha 75: v - d (d.v) / 100.
  const Embeddings e = embeddings({{"queen", {3, 4, 0}}, {"nurse", {3, 4, 5}}, {"tree", {-4, 3, 7}}});
  const HalfSibling one = half_sibling_regression(e, Ids{word_id(0)}, {.alpha = 75});
  CHECK(row_of(one.embeddings, "nurse") == std::vector<float>{2.25F, 3, 5});
  CHECK(row_of(one.embeddings, "tree") == std::vector<float>{-4, 3, 7});
  CHECK(row_of(one.embeddings, "queen") == std::vector<float>{3, 4, 0});
  CHECK(one.definition == Ids{word_id(0)});

  // Two words in two dimensions, on the axes, of squared lengths 4 and 12: numbers times alpha / (alpha + those).
  const Embeddings flat = embeddings({{"a", {2, 0}}, {"v", {4, 8}}, {"b", {0, std::sqrt(12.0F)}}});
  const HalfSibling two = half_sibling_regression(flat, Ids{word_id(2), word_id(0)}, {.alpha = 4});
  CHECK(row_of(two.embeddings, "v")[0] == Approx(2).epsilon(1e-6));
  CHECK(row_of(two.embeddings, "v")[1] == Approx(2).epsilon(1e-6));
  CHECK(two.definition == Ids{word_id(0), word_id(2)});
}

TEST_CASE("half-sibling: from either side the paper's formula comes out") {
  const auto count = GENERATE(as<std::size_t>(), 1, 7, 11, 12, 13, 40);  // of vectors of 12 numbers
  const double alpha = GENERATE(0.05, 3.0, 60.0);
  CAPTURE(count, alpha);
  const Embeddings e = random_embeddings(700, 12, 5);
  const HalfSibling result = half_sibling_regression(e, ids(0, count), {.alpha = alpha});
  double worst = 0, moved = 0;
  for (const WordId word : ids(count, e.size())) {
    const Eigen::VectorXd found = exact_row(result.embeddings, word);
    worst = std::max(worst, (found - by_formula(e, ids(0, count), alpha, word)).norm());
    moved = std::max(moved, (found - exact_row(e, word)).norm());
  }
  CHECK(worst < 1e-7);
  CHECK(moved > 1e-3);
  for (const WordId word : ids(0, count)) CHECK(std::ranges::equal(e[word], result.embeddings[word]));
  CHECK((result.remainder - result.remainder.transpose()).norm() < 1e-14);
  CHECK((result.remainder * exact_row(e, word_id(600)) - exact_row(result.embeddings, word_id(600))).norm() < 1e-6);
  CHECK(all_hold(verify_half_sibling_regression(e, result.embeddings, ids(0, count), {.alpha = alpha})));
}

TEST_CASE("half-sibling: the regression's coefficients solve a ridge regression over the coordinates") {
  // Its loss |v - V_D c|^2 + alpha |c|^2 at c = V_D' x / alpha is the least: no step along any coefficient lowers it.
  const Embeddings e = random_embeddings(30, 9, 6);
  const double alpha = 2;
  const HalfSibling result = half_sibling_regression(e, ids(0, 5), {.alpha = alpha});
  const Eigen::MatrixXd v_d = e.matrix().topRows(5).cast<double>().transpose();
  const Eigen::VectorXd v = exact_row(e, word_id(20)), x = exact_row(result.embeddings, word_id(20));
  const auto loss = [&](const Eigen::VectorXd& c) { return (v - v_d * c).squaredNorm() + alpha * c.squaredNorm(); };
  const Eigen::VectorXd c = v_d.transpose() * x / alpha;
  for (Eigen::Index i = 0; i < 5; ++i)
    for (const double step : {-1e-3, 1e-3}) CHECK(loss(c + step * Eigen::VectorXd::Unit(5, i)) > loss(c));
  CHECK((v - v_d * c - x).norm() < 1e-6);
}

TEST_CASE("half-sibling: the scale of the vectors matters as the square root of alpha") {
  const Embeddings e = random_embeddings(60, 8, 7);
  const Embeddings longer = with_matrix(e, e.matrix() * 4);
  const Embeddings some = half_sibling_regression(e, ids(0, 6), {.alpha = 1}).embeddings;
  const Embeddings same = half_sibling_regression(longer, ids(0, 6), {.alpha = 16}).embeddings;
  const Embeddings more = half_sibling_regression(longer, ids(0, 6), {.alpha = 1}).embeddings;
  CHECK((some.matrix() * 4 - same.matrix()).norm() < 1e-4);
  CHECK(more.matrix().bottomRows(54).norm() < same.matrix().bottomRows(54).norm() * 0.9);
}

TEST_CASE("half-sibling: a definition word given twice counts once, one whose vector occurs twice counts twice") {
  const Embeddings e = random_embeddings(40, 6, 8);
  const Embeddings once = half_sibling_regression(e, ids(0, 4)).embeddings;
  const Ids twice = {word_id(3), word_id(0), word_id(1), word_id(0), word_id(2), word_id(3)};
  CHECK(same_bits(half_sibling_regression(e, twice).embeddings, once));

  Matrix vectors = e.matrix();
  vectors.row(1) = vectors.row(0);
  const Embeddings copies = with_matrix(e, vectors);
  const HalfSiblingOptions options{.alpha = 1};
  const double one = exact_row(half_sibling_regression(copies, ids(0, 1), options).embeddings, word_id(9)).norm();
  CHECK(exact_row(half_sibling_regression(copies, ids(0, 2), options).embeddings, word_id(9)).norm() < one - 1e-5);
}

TEST_CASE("half-sibling: a second call debiases what it is given and remembers nothing") {
  const Embeddings e = random_embeddings(50, 6, 9);
  const HalfSiblingOptions options{.alpha = 1};
  const HalfSibling first = half_sibling_regression(e, ids(0, 4), options);
  CHECK(same_bits(half_sibling_regression(e, ids(0, 4), options).embeddings, first.embeddings));
  const HalfSibling second = half_sibling_regression(first.embeddings, ids(0, 4), options);
  const Eigen::VectorXd twice = first.remainder * first.remainder * exact_row(e, word_id(30));
  CHECK((exact_row(second.embeddings, word_id(30)) - twice).norm() < 1e-6);
  CHECK((exact_row(second.embeddings, word_id(30)) - exact_row(first.embeddings, word_id(30))).norm() > 1e-3);
}

TEST_CASE("half-sibling: rows that are zero or not finite stay, and spoil no other") {
  Matrix vectors = random_matrix(600, 5, 10);
  vectors.row(20).setZero();
  vectors(21, 3) = std::numeric_limits<float>::quiet_NaN();
  vectors(22, 0) = std::numeric_limits<float>::infinity();
  const Embeddings e(numbered_words(600), vectors, {{"how", "by chance"}});
  const Embeddings clean = random_embeddings(600, 5, 10);
  const Embeddings result = half_sibling_regression(e, ids(0, 3)).embeddings;
  const Embeddings expected = half_sibling_regression(clean, ids(0, 3)).embeddings;
  for (const WordId word : ids(0, 600))
    if (index(word) < 20 || index(word) > 22) CHECK(std::ranges::equal(result[word], expected[word]));
  CHECK(result.matrix().row(20).isZero(0));
  CHECK(std::isnan(result[word_id(21)][3]));
  CHECK(result[word_id(21)][0] == vectors(21, 0));
  CHECK(std::isinf(result[word_id(22)][0]));
  CHECK(all_hold(verify_half_sibling_regression(e, result, ids(0, 3))));
  CHECK(result.metadata() == e.metadata());
}

TEST_CASE("half-sibling: all words may be definition words, and definition words zero") {
  const Embeddings e = random_embeddings(5, 3, 11);
  CHECK(same_bits(half_sibling_regression(e, ids(0, 5)).embeddings, e));
  const Embeddings zero = embeddings({{"a", {0, 0}}, {"v", {1, 2}}});
  CHECK(same_bits(half_sibling_regression(zero, Ids{word_id(0)}).embeddings, zero));
}

TEST_CASE("half-sibling: what is not its result is not verified") {
  const Embeddings e = random_embeddings(300, 10, 12);
  const auto count = GENERATE(as<std::size_t>(), 4, 20);
  const Ids definition = ids(0, count);
  const HalfSiblingOptions options{.alpha = 5};
  const HalfSibling right = half_sibling_regression(e, definition, options);
  const auto holding = [&](const Embeddings& after) {
    std::vector<bool> result;
    for (const PostCondition& c : verify_half_sibling_regression(e, after, definition, options))
      result.push_back(c.holds());
    return result;
  };
  CHECK(holding(right.embeddings) == std::vector<bool>{true, true});
  CHECK(holding(e) == std::vector<bool>{true, false});
  CHECK(holding(half_sibling_regression(e, definition, {.alpha = 5.001}).embeddings) == std::vector<bool>{true, false});
  CHECK(holding(half_sibling_regression(right.embeddings, definition, options).embeddings) ==
        std::vector<bool>{true, false});
  CHECK(holding(half_sibling_regression(e, ids(0, count - 1), options).embeddings) == std::vector<bool>{false, false});
  CHECK(holding(with_matrix(e, (e.matrix().cast<double>() * right.remainder).cast<float>())) ==
        std::vector<bool>{false, true});
  Matrix spoilt = right.embeddings.matrix();
  spoilt(100, 3) = std::numeric_limits<float>::quiet_NaN();
  CHECK(holding(with_matrix(e, spoilt)) == std::vector<bool>{true, false});
  spoilt = right.embeddings.matrix();
  spoilt(299, 9) *= 1.00001F;
  CHECK(holding(with_matrix(e, spoilt)) == std::vector<bool>{true, false});
  CHECK_THAT(error_of([&] { verify_half_sibling_regression(e, random_embeddings(3, 10, 1), definition, options); }),
             ContainsSubstring("as many"));
}

TEST_CASE("half-sibling: results are the same bits for any number of threads") {
  const Embeddings e = random_embeddings(3000, 17, 13);
  const Embeddings one = half_sibling_regression(e, ids(0, 9), {.threads = 1}).embeddings;
  for (const int threads : {2, 5, 0})
    CHECK(same_bits(half_sibling_regression(e, ids(0, 9), {.threads = threads}).embeddings, one));
}

TEST_CASE("half-sibling: progress counts words, and it can be stopped") {
  const Embeddings e = random_embeddings(1500, 4, 14);
  Progress progress;
  half_sibling_regression(e, ids(0, 2), {}, &progress);
  CHECK(progress.done == 1500);
  CHECK(progress.total == 1500);
  progress.cancelled = true;
  CHECK_THROWS_AS(half_sibling_regression(e, ids(0, 2), {}, &progress), Cancelled);
}

TEST_CASE("half-sibling: errors say what is wrong") {
  const Embeddings e = embeddings({{"a", {1, 2}}, {"b", {std::numeric_limits<float>::infinity(), 2}}, {"v", {3, 4}}});
  const auto call = [&](const Ids& words, const HalfSiblingOptions& options) {
    return error_of([&] { half_sibling_regression(e, words, options); });
  };
  CHECK(call({}, {}) == "half-sibling regression needs definition words, got none");
  CHECK(call(ids(0, 2), {}) == "the vector of the definition word 'b' is not finite; leave the word out");
  CHECK(call(ids(0, 1), {.alpha = 0}) == "alpha must be between 1e-09 and 1000000000, got 0");
  CHECK_THAT(call(ids(0, 1), {.alpha = std::nan("")}), ContainsSubstring("alpha must be"));
  // A millionth of 1 + 4.
  CHECK_THAT(call(ids(0, 1), {.alpha = 4.9e-6}), ContainsSubstring("alpha must be at least"));
  CHECK(call(ids(0, 1), {.alpha = 5.1e-6}).empty());
  CHECK_THAT(call(ids(0, 1), {.threads = -1}), ContainsSubstring("threads must be between 0"));
  CHECK_THROWS_AS(validate(HalfSiblingOptions{.threads = 5000}), OptionError);
}
