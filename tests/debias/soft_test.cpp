#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/debias/soft.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "post_conditions.hpp"
#include "linear_algebra.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>

using namespace equivec;

namespace {

using Ids = std::vector<WordId>;
using Eigen::MatrixXd;

// Results are floats: a number of a unit vector is off by 2^-25 at most, a vector of d of them by sqrt(d) times that.
constexpr double tolerance = 1e-6;

Ids ids(std::size_t first, std::size_t end) {
  Ids result;
  for (std::size_t i = first; i < end; ++i) result.push_back(word_id(i));
  return result;
}

/// The subspace of these orthogonal directions.
BiasSubspace subspace_of(const Matrix& directions) {
  Matrix ends(2 * directions.rows(), directions.cols());
  std::vector<Ids> pairs;
  for (Eigen::Index i = 0; i < directions.rows(); ++i) {
    ends.row(2 * i) = directions.row(i);
    ends.row(2 * i + 1) = -directions.row(i);
    pairs.push_back(ids(static_cast<std::size_t>(2 * i), static_cast<std::size_t>(2 * i + 2)));
  }
  const Embeddings words(numbered_words(static_cast<std::size_t>(ends.rows())), ends);
  return BiasSubspace::from_sets(words, pairs, static_cast<int>(directions.rows()));
}

BiasSubspace along(std::initializer_list<float> numbers) {
  Matrix direction(1, static_cast<Eigen::Index>(numbers.size()));
  std::copy(numbers.begin(), numbers.end(), direction.data());
  return subspace_of(direction);
}

Embeddings two_axes() { return embeddings({{"a", {1, 0}}, {"b", {0, 1}}}); }

/// Words of which some directions are rarer, and the subspace of the first pairs.
struct Problem {
  Embeddings words;
  BiasSubspace subspace;
  Ids neutral;
  SoftDebiasOptions options;
};

Problem problem(std::uint64_t seed, std::size_t words, int dimension, int rank, std::size_t neutral, double lambda,
                double skew = 1) {
  Matrix vectors = random_matrix(words, dimension, seed);
  for (int i = 0; i < dimension; ++i)
    vectors.col(i) *= 3 * static_cast<float>(std::pow(skew, static_cast<double>(i) / dimension));
  const Embeddings e(numbered_words(words), vectors);
  std::vector<Ids> sets;
  for (std::size_t i = 0; i < std::min(static_cast<std::size_t>(rank) + 2, words / 2); ++i)
    sets.push_back(ids(2 * i, 2 * i + 2));
  return {e, BiasSubspace::from_sets(e, sets, rank), ids(words - neutral, words), {.lambda = lambda}};
}

SoftDebiased solved(const Problem& p) { return soft_debias(p.words, p.subspace, p.neutral, p.options); }

std::vector<PostCondition> verified(const Problem& p, const SoftDebiased& result) {
  return verify_soft_debias(p.words, result, p.subspace, p.neutral, p.options);
}

/// The objective as it is defined, pair by pair.
double objective_of(const Problem& p, const MatrixXd& t) {
  const MatrixXd basis = p.subspace.basis().transpose();
  double kept = 0, bias = 0;
  for (std::size_t i = 0; i < p.words.size(); ++i) {
    const Eigen::VectorXd v = unit_vector(p.words[word_id(i)]);
    for (std::size_t k = 0; k < p.words.size(); ++k) {
      const Eigen::VectorXd w = unit_vector(p.words[word_id(k)]);
      kept += std::pow((t * v).dot(t * w) - v.dot(w), 2);
    }
  }
  for (const WordId word : p.neutral)
    bias += ((t * unit_vector(p.words[word])).transpose() * (t * basis)).squaredNorm();
  return kept + p.options.lambda * bias;
}

}  // namespace

TEST_CASE("soft debias: a neutral word along the direction, worked by hand") {
  // |X - I|^2 + 3 X11^2 is least where X11 = 1 / 4.
  const SoftDebiased result = soft_debias(two_axes(), along({1, 0}), ids(0, 1), {.lambda = 3});
  CHECK(result.transformation(0, 0) == Approx(0.5).epsilon(1e-12));
  CHECK(result.transformation(1, 1) == Approx(1).epsilon(1e-12));
  CHECK(result.transformation(0, 1) == Approx(0).margin(1e-12));
  CHECK(result.objective == Approx(0.75).epsilon(1e-12));
  CHECK(result.objective_before == Approx(3).epsilon(1e-12));
  CHECK(result.objective_projected == Approx(1).epsilon(1e-12));
  CHECK(result.gap <= 1e-10 * result.objective);
  CHECK(result.rounds == 0);
  CHECK(row_of(result.embeddings, "a") == std::vector<float>{1, 0});
  CHECK(row_of(result.embeddings, "b") == std::vector<float>{0, 1});
}

TEST_CASE("soft debias: a neutral word aslant to the direction, worked by hand") {
  // With s = (0, 1) X (0.6, 0.8)', X - I has the numbers 0, -0.3 lambda s and -0.8 lambda s; lambda = 50 / 41 gives
  // s = 0.4.
  const SoftDebiased result = soft_debias(two_axes(), along({0.6F, 0.8F}), ids(1, 2), {.lambda = 50.0 / 41});
  const MatrixXd x = result.transformation * result.transformation;
  CHECK(x(0, 0) == Approx(1).epsilon(1e-7));
  CHECK(x(0, 1) == Approx(-6.0 / 41).epsilon(1e-7));
  CHECK(x(1, 0) == Approx(-6.0 / 41).epsilon(1e-7));
  CHECK(x(1, 1) == Approx(25.0 / 41).epsilon(1e-7));
  CHECK(result.objective == Approx(16.0 / 41).epsilon(1e-7));
  const Eigen::Vector2d moved = result.transformation * Eigen::Vector2d(0, 1);
  CHECK((exact_row(result.embeddings, word_id(1)) - moved / moved.norm()).norm() < tolerance);
}

TEST_CASE("soft debias: the objective is the least there is by its definition") {
  const int rank = GENERATE(1, 2, 3);
  const double lambda = GENERATE(0.2, 5, 200);
  const Problem p = problem(11, 40, 6, rank, 25, lambda, 0.5);
  const SoftDebiased result = solved(p);
  CHECK(result.objective == Approx(objective_of(p, result.transformation)).epsilon(1e-9));
  CHECK(result.objective_before == Approx(objective_of(p, MatrixXd::Identity(6, 6))).epsilon(1e-9));
  const MatrixXd projection = MatrixXd::Identity(6, 6) - p.subspace.basis().transpose() * p.subspace.basis();
  CHECK(result.objective_projected == Approx(objective_of(p, projection)).epsilon(1e-9));
  CHECK(result.objective < result.objective_before);
  CHECK(result.objective < result.objective_projected);
  Rng rng(12);
  double least = std::numeric_limits<double>::infinity();
  for (const double step : {1e-1, 1e-2, 1e-3, 1e-4})
    for (int i = 0; i < 10; ++i) {
      MatrixXd other = result.transformation;
      for (Eigen::Index k = 0; k < other.size(); ++k) other.data()[k] += step * (rng.uniform() - 0.5);
      least = std::min(least, objective_of(p, other));
    }
  CHECK(least >= result.objective * (1 - 1e-12));
  CHECK(all_hold(verified(p, result)));
}

TEST_CASE("soft debias: where the linear equation leaves the cone the optimum is still found") {
  // Least values that L-BFGS over T found from six starts (SciPy 1.10.1).
  const Problem p = GENERATE(problem(6, 30, 6, 2, 2, 300, 0.3), problem(9, 30, 8, 1, 2, 1000, 0.3));
  const double expected = p.subspace.rank() == 2 ? 70.80625050980858 : 12.068585866529821;
  const SoftDebiased result = solved(p);
  CHECK(result.rounds > 0);
  CHECK(result.objective == Approx(expected).epsilon(1e-7));
  CHECK(result.gap <= 1e-10 * result.objective);
  // The optimum has no length in some direction.
  CHECK(std::abs(eigen_decomposition(result.transformation).values[0]) < 1e-6);
  CHECK(objective_of(p, result.transformation) == Approx(result.objective).epsilon(1e-9));
  CHECK(all_hold(verified(p, result)));
}

TEST_CASE("soft debias: the linear equation agrees with another program's search") {
  // The same as above.
  const Problem p = problem(4, 100, 10, 3, 80, 1000, 0.5);
  const SoftDebiased result = solved(p);
  CHECK(result.rounds == 0);
  CHECK(result.objective == Approx(385.4172639474948).epsilon(1e-7));
}

TEST_CASE("soft debias: with lambda 0 or without neutral words nothing changes but the lengths") {
  const Problem some = problem(13, 600, 100, 1, 300, 0), none = problem(13, 600, 100, 1, 0, 50);
  for (const Problem& p : {some, none}) {
    const SoftDebiased result = solved(p);
    CHECK((result.transformation - MatrixXd::Identity(100, 100)).norm() < 1e-10);
    CHECK((result.embeddings.matrix() - normalized(p.words).matrix()).cwiseAbs().maxCoeff() < tolerance);
    CHECK(result.objective < 1e-15);
    CHECK(all_hold(verified(p, result)));
  }
}

TEST_CASE("soft debias: the larger lambda is the less of the direction neutral words have") {
  double before = std::numeric_limits<double>::infinity();
  for (const double lambda : {0.0, 1.0, 10.0, 1e3, 1e6, 1e9}) {
    const Problem p = problem(14, 80, 8, 1, 70, lambda);
    const SoftDebiased result = solved(p);
    const double bias = (result.transformation * p.subspace.basis().transpose()).norm();
    CHECK(bias < before);
    CHECK(all_hold(verified(p, result)));
    before = bias;
  }
  CHECK(before < 1e-3);
}

TEST_CASE("soft debias: lengths of vectors and repeated neutral words make no difference") {
  const Problem p = problem(15, 50, 7, 2, 30, 10);
  Problem other = p;
  Matrix scaled = p.words.matrix();
  for (Eigen::Index i = 0; i < scaled.rows(); ++i) scaled.row(i) *= static_cast<float>(1 << (i % 5));
  other.words = Embeddings(p.words.vocabulary(), scaled);
  other.neutral.insert(other.neutral.end(), p.neutral.begin(), p.neutral.end());
  CHECK(same_bits(solved(other).embeddings, solved(p).embeddings));
}

TEST_CASE("soft debias: words in another order have the same vectors") {
  const Problem p = problem(16, 60, 6, 1, 40, 20);
  Problem other = p;
  other.words = Embeddings(p.words.vocabulary(), Matrix(p.words.matrix().colwise().reverse()));
  for (WordId& word : other.neutral) word = word_id(59 - index(word));
  const Matrix forward = solved(p).embeddings.matrix(), backward = solved(other).embeddings.matrix();
  CHECK((forward - backward.colwise().reverse()).cwiseAbs().maxCoeff() < tolerance);
}

TEST_CASE("soft debias: where no word is the map is the identity") {
  // Four words in eight dimensions.
  const Problem p = problem(17, 4, 8, 1, 2, 10);
  const SoftDebiased result = soft_debias(p.words, p.subspace, ids(0, 2), p.options);
  const MatrixXd rows = p.words.matrix().cast<double>();
  const MatrixXd inside = rows.transpose() * inverse(rows * rows.transpose()) * rows;
  const MatrixXd outside = MatrixXd::Identity(8, 8) - inside;
  CHECK((result.transformation * outside - outside).norm() < 1e-8);
  CHECK((result.transformation * inside - inside).norm() > 1e-3);
  CHECK(result.objective < result.objective_before);
  CHECK(all_hold(verify_soft_debias(p.words, result, p.subspace, ids(0, 2), p.options)));
}

TEST_CASE("soft debias: rows without length or that are not finite count for nothing and stay") {
  const Problem p = problem(18, 30, 5, 1, 20, 10);
  Matrix vectors(33, 5);
  vectors.topRows(30) = p.words.matrix();
  vectors.row(30).setZero();
  vectors.row(31).setConstant(std::numeric_limits<float>::quiet_NaN());
  vectors.row(32).setConstant(std::numeric_limits<float>::infinity());
  Problem other = p;
  other.words = Embeddings(numbered_words(33), vectors);
  other.neutral = ids(10, 33);
  const SoftDebiased result = solved(other);
  CHECK((result.embeddings.matrix().topRows(30) - solved(p).embeddings.matrix()).cwiseAbs().maxCoeff() < tolerance);
  CHECK(result.embeddings.matrix().row(30).isZero(0));
  CHECK(result.embeddings.matrix().row(31).hasNaN());
  CHECK(result.embeddings.matrix().row(32) == vectors.row(32));
  CHECK(result.vanished.empty());
  CHECK(all_hold(verified(other, result)));
}

TEST_CASE("soft debias: a word that the map takes to nothing becomes zero and is reported") {
  const SoftDebiased result = soft_debias(two_axes(), along({1, 0}), ids(0, 1), {.lambda = 1e13});
  CHECK(result.vanished == ids(0, 1));
  CHECK(row_of(result.embeddings, "a") == std::vector<float>{0, 0});
  CHECK(row_of(result.embeddings, "b") == std::vector<float>{0, 1});
  CHECK(all_hold(verify_soft_debias(two_axes(), result, along({1, 0}), ids(0, 1), {.lambda = 1e13})));
}

TEST_CASE("soft debias: the number of threads makes no difference") {
  Problem p = problem(19, 3000, 20, 2, 1500, 100);
  p.options.threads = 1;
  const SoftDebiased one = solved(p);
  for (const int threads : {2, 5}) {
    p.options.threads = threads;
    const SoftDebiased result = solved(p);
    CHECK(same_bits(result.embeddings, one.embeddings));
    CHECK(result.transformation == one.transformation);
    CHECK(result.objective == one.objective);
  }
}

TEST_CASE("soft debias: the vectors given stay and their description is kept") {
  Problem p = problem(20, 20, 5, 1, 10, 10);
  p.words = p.words.with_metadata({{"seed", "20"}});
  const Matrix before = p.words.matrix();
  const SoftDebiased result = solved(p);
  CHECK(p.words.matrix() == before);
  CHECK(result.embeddings.metadata() == p.words.metadata());
  CHECK(result.embeddings.vocabulary().word(word_id(3)) == "w3");
}

TEST_CASE("soft debias: it counts each word twice and can be stopped") {
  const Problem p = problem(21, 700, 5, 1, 300, 10);
  Progress progress;
  soft_debias(p.words, p.subspace, p.neutral, p.options, &progress);
  CHECK(progress.total == 1400);
  CHECK(progress.done == 1400);
  Progress stopped;
  stopped.cancelled = true;
  CHECK_THROWS_AS(soft_debias(p.words, p.subspace, p.neutral, p.options, &stopped), Cancelled);
}

TEST_CASE("soft debias: options out of range and words without any length are errors") {
  CHECK(option_error_of([] { validate(SoftDebiasOptions{.lambda = -1}); }).find("lambda") != std::string::npos);
  CHECK(option_error_of([] { validate(SoftDebiasOptions{.lambda = std::nan("")}); }).find("lambda") !=
        std::string::npos);
  CHECK(option_error_of([] { validate(SoftDebiasOptions{.threads = -1}); }).find("threads") != std::string::npos);
  CHECK_THROWS_AS(soft_debias(two_axes(), along({1, 0}), ids(0, 1), {.lambda = -1}), OptionError);
  const Embeddings zeros = embeddings({{"a", {0, 0}}, {"b", {0, 0}}});
  CHECK(error_of([&] { soft_debias(zeros, along({1, 0}), ids(0, 1)); }).find("no word") != std::string::npos);
  const Embeddings none(Vocabulary(), Matrix(0, 2));
  CHECK(error_of([&] { soft_debias(none, along({1, 0}), {}); }).find("no word") != std::string::npos);
}

TEST_CASE("verify soft debias: it finds out what is wrong") {
  const Problem p = problem(22, 60, 6, 1, 40, 20);
  const SoftDebiased right = solved(p);
  CHECK(all_hold(verified(p, right)));

  SoftDebiased unchanged = right;
  unchanged.transformation = MatrixXd::Identity(6, 6);
  unchanged.embeddings = normalized(p.words);
  CHECK_FALSE(holds(verified(p, unchanged), "least there is"));

  SoftDebiased projected = right;
  projected.transformation -= p.subspace.basis().transpose() * p.subspace.basis();
  CHECK_FALSE(holds(verified(p, projected), "every word is T w"));
  CHECK_FALSE(holds(verified(p, projected), "least there is"));

  SoftDebiased far = right;
  far.transformation *= 3;
  CHECK_FALSE(holds(verified(p, far), "identity"));
  CHECK_FALSE(holds(verified(p, far), "of the projection"));
  CHECK_FALSE(holds(verified(p, far), "by root of squares"));

  SoftDebiased near = right;
  near.transformation *= 1 + 1e-5;
  CHECK_FALSE(holds(verified(p, near), "least there is"));

  SoftDebiased negative = right;
  negative.transformation = -right.transformation;
  CHECK_FALSE(holds(verified(p, negative), "negative eigenvalue"));

  SoftDebiased aslant = right;
  aslant.transformation(0, 1) += 1e-6;
  CHECK_FALSE(holds(verified(p, aslant), "symmetric"));

  SoftDebiased one_number = right;
  Matrix vectors = right.embeddings.matrix();
  vectors(7, 2) += 2e-7F;
  one_number.embeddings = Embeddings(p.words.vocabulary(), vectors);
  CHECK_FALSE(holds(verified(p, one_number), "every word is T w"));
  vectors = right.embeddings.matrix();
  vectors.row(7) *= 1 + 1e-6F;
  one_number.embeddings = Embeddings(p.words.vocabulary(), vectors);
  CHECK_FALSE(holds(verified(p, one_number), "length 1"));
  vectors.row(7).setZero();
  one_number.embeddings = Embeddings(p.words.vocabulary(), vectors);
  CHECK_FALSE(holds(verified(p, one_number), "became zero"));
}
