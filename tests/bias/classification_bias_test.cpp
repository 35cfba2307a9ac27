#include "equivec/base/types.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/bias/classification_bias.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/math/clustering.hpp"
#include "src/math/logistic_regression.hpp"
#include "src/math/support_vectors.hpp"

#include "biased_words_support.hpp"
#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>

using namespace equivec;

TEST_CASE("classification bias: hand-worked accuracy of a word on the wrong side") {
  // One word of the first side has a vector of the last. When it is tested, it is wrong and the other one right; when
  // it is trained on, it is outvoted.
  const Embeddings e =
      embeddings({{"a", {1, 0}}, {"b", {1, 0}}, {"c", {-1, 0}}, {"d", {-1, 0}}, {"e", {-1, 0}}, {"f", {-1, 0}}});
  ClassificationBiasOptions options{.repeats = 60, .training_per_side = 2, .bootstrap = {}};
  const ClassificationBias bias = classification_bias(e, {numbers(0, 3), numbers(3, 6)}, options);
  for (const RecoveredSides& sides : {bias.support_vectors, bias.logistic}) {
    CHECK(sides.least == 0.5);
    CHECK(sides.most == 1);
    // A third of the splits test it, so half of those answers are wrong.
    CHECK(sides.accuracy == Approx(5.0 / 6).margin(0.08));
    CHECK(sides.accuracy * 120 == Approx(std::round(sides.accuracy * 120)).epsilon(1e-12));
    REQUIRE(sides.interval);
    CHECK(sides.interval->low < sides.accuracy);
    CHECK(sides.interval->high == 1);
  }
  CHECK(bias.support_vectors.accuracy == bias.logistic.accuracy);
}

TEST_CASE("classification bias: only the support vectors separate sides that no plane separates") {
  // The sides are at opposite corners of a square: a plane gets at most three of them right.
  std::vector<double> angles;
  for (int i = 0; i < 120; ++i) angles.push_back((i < 60 ? 0 : 90) + (i % 2) * 180 + (i % 7));
  const ClassificationBias bias = classification_bias(at_angles(angles), {numbers(0, 60), numbers(60, 120)},
                                                      {.repeats = 4, .training_per_side = 30, .bootstrap = {}});
  CHECK(bias.support_vectors.accuracy == 1);
  CHECK(bias.support_vectors.interval == Interval{1, 1});
  CHECK(bias.logistic.most < 0.8);
}

TEST_CASE("classification bias: the higher the dimension the more linear the support vector machine") {
  // Corners of a square again, two of them with more words, and with appended zeros that change only the kernel.
  std::vector<double> angles;
  for (int i = 0; i < 120; ++i) angles.push_back((i < 60 ? 0 : 90) + (i % 3 == 0 ? 180 : 0) + (i % 7));
  const Embeddings plane = at_angles(angles);
  const auto accuracy = [&](int dimension) {
    Matrix padded = Matrix::Zero(120, dimension);
    padded.leftCols(2) = plane.matrix();
    return classification_bias(Embeddings(plane.vocabulary(), padded), {numbers(0, 60), numbers(60, 120)},
                               {.repeats = 4, .training_per_side = 30, .bootstrap = few_resamples()})
        .support_vectors.accuracy;
  };
  CHECK(accuracy(2) == 1);
  // Half or twice the gamma would shift these by one step.
  CHECK(accuracy(8) > 0.77);
  CHECK(accuracy(8) < 0.9);
  CHECK(accuracy(16) < 0.77);
}

TEST_CASE("classification bias: the strength of the logistic regression is 1") {
  // The sides differ in sign across an axis, where all vectors are short; along it, where they are long, both ends have
  // words of both sides. How much a model learns of a sample's chance differences there depends on the strength.
  std::vector<double> angles;
  for (int i = 0; i < 200; ++i) angles.push_back((i < 100 ? 1 : -1) * (i % 2 == 0 ? 12 : 168));
  const RecoveredSides sides =
      classification_bias(at_angles(angles), {numbers(0, 100), numbers(100, 200)},
                          {.repeats = 20, .training_per_side = 12, .bootstrap = few_resamples()})
          .logistic;
  // 0.78 with half the strength, 0.88 with it, 0.96 with twice as much.
  CHECK(sides.accuracy > 0.83);
  CHECK(sides.accuracy < 0.92);
}

TEST_CASE("classification bias: sides of the same distribution are predicted at chance level") {
  const Embeddings e = random_embeddings(600, 5, 66);
  const ClassificationBias bias = classification_bias(e, {numbers(0, 300), numbers(300, 600)},
                                                      {.repeats = 10, .training_per_side = 60, .bootstrap = {}});
  for (const RecoveredSides& sides : {bias.support_vectors, bias.logistic}) {
    CHECK(sides.accuracy == Approx(0.5).margin(0.06));
    CHECK(sides.least < sides.accuracy);
    CHECK(sides.most > sides.accuracy);
  }
}

TEST_CASE("classification bias: no model sees the words that it is tested on") {
  // With two words a side there are four splits, and 60 draws include all.
  const Overlapping data = overlapping(2, 3, 67);
  Points rows(4, 3);
  for (std::size_t i = 0; i < 4; ++i)
    rows.row(static_cast<Eigen::Index>(i)) = unit_vector(data.embeddings[word_id(i)]).transpose();
  std::vector<double> machine, logistic;
  for (const Eigen::Index a : {0, 1}) {
    for (const Eigen::Index b : {2, 3}) {
      Eigen::MatrixXd examples(2, 3);
      examples << rows.row(a), rows.row(b);
      Points tested(2, 3);
      tested << rows.row(1 - a), rows.row(5 - b);
      const Eigen::Vector2d labels(1, 0);
      const Eigen::VectorXd found = scores(fit_support_vectors(examples, labels, 1.0 / 3, 1), tested);
      const LogisticModel model = fit_logistic(examples, labels, Eigen::VectorXd::Ones(2), 1);
      const Eigen::VectorXd linear = (tested * model.weights).array() + model.intercept;
      machine.push_back(((found[0] > 0) + (found[1] <= 0)) / 2.0);
      logistic.push_back(((linear[0] > 0) + (linear[1] <= 0)) / 2.0);
    }
  }
  const ClassificationBias bias = classification_bias(
      data.embeddings, data.words, {.repeats = 60, .training_per_side = 1, .bootstrap = few_resamples()});
  CHECK(bias.support_vectors.least == std::ranges::min(machine));
  CHECK(bias.support_vectors.most == std::ranges::max(machine));
  CHECK(bias.logistic.least == std::ranges::min(logistic));
  CHECK(bias.logistic.most == std::ranges::max(logistic));
}

TEST_CASE("classification bias: lengths of vectors do not matter") {
  const Overlapping data = overlapping(50, 6, 68);
  Matrix scaled = data.embeddings.matrix();
  for (Eigen::Index i = 0; i < scaled.rows(); ++i) scaled.row(i) *= std::ldexp(1.0F, static_cast<int>(i % 9) - 4);
  const ClassificationBiasOptions options{.repeats = 3, .training_per_side = 20, .bootstrap = few_resamples()};
  const ClassificationBias a = classification_bias(data.embeddings, data.words, options);
  const ClassificationBias b =
      classification_bias(Embeddings(data.embeddings.vocabulary(), scaled), data.words, options);
  check_same(a.support_vectors, b.support_vectors);
  check_same(a.logistic, b.logistic);
}

TEST_CASE("classification bias: threads change nothing, another seed gives other splits") {
  const Overlapping data = overlapping(80, 6, 69);
  const auto with = [&](int threads, std::uint64_t seed, int repeats = 5) {
    return classification_bias(
        data.embeddings, data.words,
        {.repeats = repeats, .training_per_side = 20, .bootstrap = few_resamples(threads, seed)});
  };
  const ClassificationBias one = with(1, 1), other = with(1, 2);
  for (const int threads : {2, 5}) {
    const ClassificationBias again = with(threads, 1);
    check_same(one.support_vectors, again.support_vectors);
    check_same(one.logistic, again.logistic);
  }
  CHECK(one.logistic.accuracy != other.logistic.accuracy);
  CHECK(one.logistic.least < one.logistic.most);
  REQUIRE(one.logistic.interval);
  CHECK(one.logistic.interval->low < one.logistic.accuracy);
  CHECK(one.logistic.accuracy < one.logistic.interval->high);
  const ClassificationBias single = with(1, 1, 1);
  CHECK(single.logistic.least == single.logistic.most);
}

TEST_CASE("classification bias: invalid input is an error that says why") {
  const Embeddings e =
      embeddings({{"a", {3, 4}}, {"b", {-2, 1}}, {"c", {1, 1}}, {"d", {0, 1}}, {"nil", {0, 0}}, {"f", {1, 2}}});
  const ClassificationBiasOptions one{.repeats = 1, .training_per_side = 1, .bootstrap = few_resamples()};
  const auto bias = [&](const std::vector<std::string>& first, const std::vector<std::string>& last) {
    return error_of([&] { classification_bias(e, {ids_of(e, first), ids_of(e, last)}, one); });
  };
  CHECK(bias({"a", "b"}, {"c", "d"}).empty());
  CHECK_THAT(bias({"a"}, {"c", "d"}), ContainsSubstring("got 1 and 2 biased words"));
  CHECK_THAT(bias({"a", "b"}, {"c"}), ContainsSubstring("got 2 and 1 biased words"));
  CHECK_THAT(bias({"a", "b"}, {"c", "nil"}), ContainsSubstring("'nil'"));
  CHECK_THAT(bias({"a", "a"}, {"c", "d"}), ContainsSubstring("'a' occurs twice"));
  CHECK_THAT(bias({"a", "b"}, {"c", "b"}), ContainsSubstring("'b' is in"));
  const BiasedWords words{numbers(0, 2), numbers(2, 4)};
  CHECK_THAT(option_error_of([&] { classification_bias(e, words, {.repeats = 0}); }), ContainsSubstring("repeats"));
  CHECK_THAT(option_error_of([&] { classification_bias(e, words, {.training_per_side = 0}); }),
             ContainsSubstring("training"));
  BootstrapOptions negative;
  negative.threads = -1;
  CHECK_THAT(option_error_of(
                 [&] { classification_bias(e, words, {.repeats = 1, .training_per_side = 1, .bootstrap = negative}); }),
             ContainsSubstring("threads"));
}
