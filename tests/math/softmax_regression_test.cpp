#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "src/math/logistic_regression.hpp"
#include "src/math/softmax_regression.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>

using namespace equivec;

namespace {

using Parameters = SoftmaxObjective::Parameters;

struct Sample {
  Examples x;
  std::vector<std::uint32_t> labels;
  Eigen::Index classes;

  SoftmaxTask task(double strength = 1, int threads = 1) const {
    return {.examples = x, .labels = labels, .classes = classes, .strength = strength, .threads = threads};
  }
};

/// Classes that differ in some of the dimensions, none of which has mean zero.
Sample random_sample(Eigen::Index count, Eigen::Index dimension, Eigen::Index classes, std::uint64_t seed) {
  Rng rng(seed);
  Sample result{Examples(count, dimension), {}, classes};
  for (Eigen::Index i = 0; i < count; ++i) {
    const auto label = static_cast<std::uint32_t>(i % 7 == 0 ? 0 : i % classes);
    result.labels.push_back(label);
    for (Eigen::Index k = 0; k < dimension; ++k) result.x(i, k) = 0.3 + static_cast<double>(rng.uniform());
    result.x(i, label % dimension) += 0.4;
  }
  return result;
}

Parameters random_parameters(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  return random_matrix(static_cast<std::size_t>(rows), static_cast<int>(columns), seed).cast<double>();
}

/// The objective, by its formula.
double loss(const Sample& sample, const SoftmaxModel& model, double strength) {
  double sum = 0;
  for (Eigen::Index i = 0; i < sample.x.rows(); ++i) {
    const Eigen::VectorXd scores = model.weights * sample.x.row(i).transpose() + model.intercepts;
    sum += std::log(scores.array().exp().sum()) - scores[sample.labels[static_cast<std::size_t>(i)]];
  }
  const double penalty =
      sample.classes == 2 ? (model.weights.row(1) - model.weights.row(0)).squaredNorm() : model.weights.squaredNorm();
  return penalty / 2 + strength * sum;
}

double distance(const SoftmaxModel& a, const SoftmaxModel& b) {
  return (a.weights - b.weights).norm() + (a.intercepts - b.intercepts).norm();
}

bool same(const SoftmaxModel& a, const SoftmaxModel& b) {
  return a.weights == b.weights && a.intercepts == b.intercepts;
}

}  // namespace

TEST_CASE("softmax regression: the gradient is that of the value, by central differences") {
  const Eigen::Index classes = GENERATE(2, 3, 6);
  const Sample sample = random_sample(40, 4, classes, 1);
  SoftmaxObjective objective(sample.task(0.7));
  const Parameters at = random_parameters(5, classes, 2) * 4;
  Parameters gradient, ignored;
  objective.evaluate(at, gradient);
  const double step = 1e-5;
  for (Eigen::Index k = 0; k < at.size(); ++k) {
    Parameters up = at, down = at;
    up.data()[k] += step;
    down.data()[k] -= step;
    const double slope = (objective.evaluate(up, ignored) - objective.evaluate(down, ignored)) / (2 * step);
    CHECK(gradient.data()[k] == Approx(slope).epsilon(1e-6).margin(1e-7));
  }
}

TEST_CASE("softmax regression: second derivatives are differences of gradients") {
  const Eigen::Index classes = GENERATE(2, 3, 6);
  const Sample sample = random_sample(40, 4, classes, 3);
  SoftmaxObjective objective(sample.task(0.7));
  const Parameters at = random_parameters(5, classes, 4) * 4, direction = random_parameters(5, classes, 5);
  Parameters up, down;
  const double step = 1e-5;
  objective.evaluate(at + step * direction, up);
  objective.evaluate(at - step * direction, down);
  const Parameters expected = (up - down) / (2 * step);
  Parameters gradient;
  objective.evaluate(at, gradient);
  CHECK((objective.hessian_times(direction) - expected).norm() < 1e-7 * expected.norm());
}

TEST_CASE("softmax regression: the value is that of the formula, and initially that of equal probabilities") {
  const Eigen::Index classes = GENERATE(2, 5);
  const Sample sample = random_sample(50, 4, classes, 6);
  SoftmaxObjective objective(sample.task(3));
  Parameters gradient;
  CHECK(objective.evaluate(Parameters::Zero(5, classes), gradient) ==
        Approx(3 * 50 * std::log(static_cast<double>(classes))));
  // For two classes the terms agree if one row of the weights is the negative of the other.
  Parameters at = random_parameters(5, classes, 7) * 3;
  if (classes == 2) at.col(1) = -at.col(0);
  if (classes > 2) at.colwise() -= at.rowwise().mean();
  CHECK(objective.evaluate(at, gradient) == Approx(loss(sample, objective.model(at), 3)).epsilon(1e-12));
}

TEST_CASE("softmax regression: nothing near the model has a smaller loss, with fewer examples than numbers too") {
  const auto [count, dimension, classes] = GENERATE(table<int, int, int>({{60, 5, 3}, {9, 30, 3}, {3000, 4, 2}}));
  const double strength = GENERATE(0.01, 1.0, 100.0);
  CAPTURE(count, dimension, classes, strength);
  const Sample sample = random_sample(count, dimension, classes, 8);
  const SoftmaxModel model = fit_softmax(sample.task(strength));
  const double least = loss(sample, model, strength), step = 1e-4;
  for (Eigen::Index k = 0; k < classes; ++k) {
    for (Eigen::Index j = 0; j <= dimension; ++j) {
      SoftmaxModel up = model, down = model;
      (j < dimension ? up.weights(k, j) : up.intercepts[k]) += step;
      (j < dimension ? down.weights(k, j) : down.intercepts[k]) -= step;
      const double above = loss(sample, up, strength), below = loss(sample, down, strength);
      CHECK(above >= least);
      CHECK(below >= least);
      CHECK(std::abs(above - below) / (2 * step) < 1e-6 * (1 + least));
    }
  }
}

TEST_CASE("softmax regression: of two classes it is the logistic regression of one vector") {
  const double strength = GENERATE(0.1, 1.0, 30.0);
  const Sample sample = random_sample(300, 6, 2, 9);
  const SoftmaxModel model = fit_softmax(sample.task(strength));
  Eigen::VectorXd labels(300);
  for (Eigen::Index i = 0; i < 300; ++i) labels[i] = sample.labels[static_cast<std::size_t>(i)];
  const LogisticModel logistic = fit_logistic(sample.x, labels, Eigen::VectorXd::Ones(300), strength);
  CHECK((model.weights.row(1).transpose() - model.weights.row(0).transpose() - logistic.weights).norm() < 1e-8);
  CHECK(std::abs(model.intercepts[1] - model.intercepts[0] - logistic.intercept) < 1e-8);
}

TEST_CASE("softmax regression: a hand-worked pair") {
  // x = +-1, one of each class: by symmetry no intercept, and the difference of the weights solves w = 2 / (1 +
  // exp(w)).
  const Sample sample{(Examples(2, 1) << 1, -1).finished(), {1, 0}, 2};
  const SoftmaxModel model = fit_softmax(sample.task());
  const double w = model.weights(1, 0) - model.weights(0, 0);
  CHECK(w == Approx(2 / (1 + std::exp(w))).epsilon(1e-10));
  CHECK(w == Approx(0.6750).epsilon(1e-3));
  CHECK(model.intercepts.norm() < 1e-10);
}

TEST_CASE("softmax regression: three classes at the corners of a triangle, by hand") {
  // The weights of each class are a times its corner, the scores a and twice -a / 2, and the gradient vanishes where
  // a = 1.5 C (1 - P).
  const double h = std::sqrt(3.0) / 2, strength = GENERATE(1.0, 10.0);
  const Sample sample{(Examples(3, 2) << 1, 0, -0.5, h, -0.5, -h).finished(), {0, 1, 2}, 3};
  const SoftmaxModel model = fit_softmax(sample.task(strength));
  const double a = model.weights(0, 0), p = std::exp(a) / (std::exp(a) + 2 * std::exp(-a / 2));
  CHECK(a == Approx(1.5 * strength * (1 - p)).epsilon(1e-10));
  CHECK((model.weights - a * sample.x).norm() < 1e-10);
  CHECK(model.intercepts.norm() < 1e-10);
}

TEST_CASE("softmax regression: the intercepts alone give the classes' shares") {
  const Sample sample{Examples::Constant(7, 2, 0.4), {0, 1, 1, 2, 2, 2, 2}, 3};
  const SoftmaxModel model = fit_softmax(sample.task(5));
  CHECK(model.weights.norm() < 1e-12);
  const Examples logs = log_probabilities(model, sample.x, 1);
  CHECK(logs(0, 0) == Approx(std::log(1.0 / 7)));
  CHECK(logs(6, 1) == Approx(std::log(2.0 / 7)));
  CHECK(logs(3, 2) == Approx(std::log(4.0 / 7)));
}

TEST_CASE("softmax regression: examples shifted, turned, renumbered or doubled change the model as they should") {
  const Sample sample = random_sample(200, 3, 4, 10);
  const SoftmaxModel model = fit_softmax(sample.task());
  SECTION("shifted: the same weights and other intercepts") {
    Sample shifted = sample;
    const Eigen::RowVector3d by(5, -20, 1);
    shifted.x.rowwise() += by;
    SoftmaxModel expected = model;
    expected.intercepts -= model.weights * by.transpose();
    expected.intercepts.array() -= expected.intercepts.mean();
    CHECK(distance(fit_softmax(shifted.task()), expected) < 1e-9);
  }
  SECTION("turned: the weights turn with them") {
    const double c = std::cos(1.0), s = std::sin(1.0);
    const Eigen::Matrix3d turn = (Eigen::Matrix3d() << c, s, 0, -s, c, 0, 0, 0, 1).finished();
    Sample turned = sample;
    turned.x = sample.x * turn;
    CHECK(distance(fit_softmax(turned.task()), {model.weights * turn, model.intercepts}) < 1e-9);
  }
  SECTION("renumbered: the classes' rows change places") {
    Sample renumbered = sample;
    for (std::uint32_t& label : renumbered.labels) label = 3 - label;
    const SoftmaxModel other = fit_softmax(renumbered.task());
    CHECK(distance({other.weights.colwise().reverse(), other.intercepts.reverse()}, model) < 1e-9);
  }
  SECTION("doubled: as with twice the strength") {
    Sample doubled = sample;
    doubled.x = Examples(400, 3);
    doubled.x << sample.x, sample.x;
    doubled.labels.insert(doubled.labels.end(), sample.labels.begin(), sample.labels.end());
    CHECK(distance(fit_softmax(doubled.task(0.5)), model) < 1e-9);
  }
}

TEST_CASE("softmax regression: equal columns share their weights, and constant ones have none") {
  const Sample sample = random_sample(200, 2, 3, 11);
  Sample wider{Examples(200, 4), sample.labels, 3};
  wider.x << sample.x, sample.x.col(1), Examples::Constant(200, 1, 7);
  const SoftmaxModel model = fit_softmax(wider.task());
  CHECK((model.weights.col(1) - model.weights.col(2)).norm() < 1e-10);
  CHECK(model.weights.col(1).norm() > 0.1);
  CHECK(model.weights.col(3).norm() < 1e-10);
}

TEST_CASE("softmax regression: it is found for separable classes and for numbers of any size") {
  const auto [strength, size] =
      GENERATE(table<double, double>({{1e-6, 1}, {1, 1}, {1e6, 1}, {1, 1e-3}, {1e6, 1e-3}, {1, 1e3}, {1e-3, 1e3}}));
  CAPTURE(strength, size);
  const Sample sample{(Examples(6, 2) << 0, 1, 0, 2, 3, 1, 3, 2, 9, 1, 9, 2).finished() * size, {0, 0, 1, 1, 2, 2}, 3};
  const SoftmaxModel model = fit_softmax(sample.task(strength));
  const double least = loss(sample, model, strength);
  CHECK(std::isfinite(least));
  for (const double factor : {0.99, 1.01})
    CHECK(loss(sample, {model.weights * factor, model.intercepts * factor}, strength) >= least * (1 - 1e-12));
}

TEST_CASE("softmax regression: numbers too large for doubles are an error, not a model") {
  const double size = GENERATE(1e120, 1e200);
  const Sample sample{(Examples(3, 2) << 0, 1, 3, 1, 9, 2).finished() * size, {0, 1, 2}, 3};
  CHECK_THAT(error_of([&] { fit_softmax(sample.task()); }), ContainsSubstring("no classifier was found"));
}

TEST_CASE("softmax regression: the same bits with any number of threads") {
  const Sample sample = random_sample(5000, 7, 3, 12);
  const SoftmaxModel model = fit_softmax(sample.task(1, 1));
  const Examples logs = log_probabilities(model, sample.x, 1);
  for (const int threads : {2, 5, 0}) {
    CHECK(same(fit_softmax(sample.task(1, threads)), model));
    CHECK(log_probabilities(model, sample.x, threads) == logs);
  }
}

TEST_CASE("softmax regression: probabilities add up to 1, and scores of thousands do no harm") {
  SoftmaxModel model{Eigen::MatrixXd(3, 1), Eigen::Vector3d(0, 1, -1)};
  model.weights << 1000, -1000, 0;
  const Examples x = (Examples(3, 1) << 5, -5, 0).finished();
  const Examples logs = log_probabilities(model, x, 1);
  CHECK(logs.allFinite());
  for (Eigen::Index i = 0; i < 3; ++i) CHECK(logs.row(i).array().exp().sum() == Approx(1));
  CHECK(logs(0, 0) == Approx(0).margin(1e-12));
  CHECK(logs(0, 1) == Approx(-9999));
  CHECK(logs(2, 1) - logs(2, 2) == Approx(2));
}

TEST_CASE("softmax regression: it can be cancelled") {
  const Sample sample = random_sample(100, 3, 3, 13);
  Progress progress;
  progress.cancelled = true;
  SoftmaxTask task = sample.task();
  task.progress = &progress;
  CHECK_THROWS_AS(fit_softmax(task), Cancelled);
}
