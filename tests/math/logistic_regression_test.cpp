#include "equivec/base/rng.hpp"
#include "src/math/logistic_regression.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>

using namespace equivec;

namespace {

struct Examples {
  Eigen::MatrixXd x;
  Eigen::VectorXd labels, importances;
};

Examples random_examples(Eigen::Index count, Eigen::Index dimension, std::uint64_t seed) {
  Rng rng(seed);
  Examples result{Eigen::MatrixXd(count, dimension), Eigen::VectorXd(count), Eigen::VectorXd(count)};
  for (Eigen::Index i = 0; i < count; ++i) {
    for (Eigen::Index k = 0; k < dimension; ++k) result.x(i, k) = static_cast<double>(rng.uniform()) - 0.5;
    result.labels[i] = i % 3 == 0 ? 1 : 0;
    result.x(i, 0) += result.labels[i] * 0.5;
    result.importances[i] = 0.5 + static_cast<double>(rng.uniform());
  }
  return result;
}

double loss(const Examples& examples, const LogisticModel& model, double strength) {
  double sum = model.weights.squaredNorm() / 2;
  for (Eigen::Index i = 0; i < examples.x.rows(); ++i) {
    const double score = examples.x.row(i).dot(model.weights) + model.intercept;
    sum += strength * examples.importances[i] * std::log1p(std::exp(examples.labels[i] > 0 ? -score : score));
  }
  return sum;
}

}  // namespace

TEST_CASE("logistic regression: nothing near the model has a smaller loss, with fewer examples than numbers too") {
  const auto [count, dimension] = GENERATE(table<int, int>({{60, 5}, {9, 30}, {20, 20}}));
  const double strength = GENERATE(0.01, 1.0, 100.0);
  CAPTURE(count, dimension, strength);
  const Examples examples = random_examples(count, dimension, 3);
  const LogisticModel model = fit_logistic(examples.x, examples.labels, examples.importances, strength);
  const double least = loss(examples, model, strength);
  // The gradient by central differences, in each weight and the intercept.
  for (Eigen::Index k = 0; k <= dimension; ++k) {
    const double step = 1e-5;
    LogisticModel up = model, down = model;
    (k < dimension ? up.weights[k] : up.intercept) += step;
    (k < dimension ? down.weights[k] : down.intercept) -= step;
    CHECK(std::abs(loss(examples, up, strength) - loss(examples, down, strength)) / (2 * step) < 1e-5 * (1 + least));
    CHECK(loss(examples, up, strength) >= least);
    CHECK(loss(examples, down, strength) >= least);
  }
}

TEST_CASE("logistic regression: the intercept alone gives the share of positives") {
  // Zero vectors with importances 1, 1 and 2: P = (1 + 1) / (1 + 1 + 2).
  const Eigen::MatrixXd x = Eigen::MatrixXd::Zero(3, 2);
  const LogisticModel model = fit_logistic(x, Eigen::Vector3d(1, 1, 0), Eigen::Vector3d(1, 1, 2), 5);
  CHECK(model.weights.norm() == 0);
  CHECK(model.intercept == Approx(0).margin(1e-9));
  CHECK(fit_logistic(x, Eigen::Vector3d(1, 0, 0), Eigen::Vector3d(1, 1, 2), 5).intercept ==
        Approx(std::log(1.0 / 3)).epsilon(1e-8));
}

TEST_CASE("logistic regression: a hand-worked pair") {
  // x = +-1 with labels 1 and 0, strength 1: by symmetry no intercept, and w solves w = 2 / (1 + exp(w)).
  Eigen::MatrixXd x(2, 1);
  x << 1, -1;
  const LogisticModel model = fit_logistic(x, Eigen::Vector2d(1, 0), Eigen::Vector2d(1, 1), 1);
  CHECK(model.intercept == Approx(0).margin(1e-9));
  CHECK(model.weights[0] == Approx(2 / (1 + std::exp(model.weights[0]))).epsilon(1e-9));
  CHECK(model.weights[0] == Approx(0.6750).epsilon(1e-3));
}

TEST_CASE("logistic regression: wherever the search begins, it ends at the same model") {
  const auto [count, dimension] = GENERATE(table<int, int>({{60, 5}, {9, 30}, {20, 20}}));
  CAPTURE(count, dimension);
  const Examples examples = random_examples(count, dimension, 4);
  const auto fit = [&](const LogisticModel& start) {
    return fit_logistic(examples.x, examples.labels, examples.importances, 10, start);
  };
  const LogisticModel model = fit({});
  const auto distance = [&](const LogisticModel& other) {
    return (other.weights - model.weights).norm() + std::abs(other.intercept - model.intercept);
  };
  CHECK(distance(fit(model)) < 1e-12);
  CHECK(distance(fit({model.weights * 1.5, model.intercept - 1})) < 1e-7);
  CHECK(distance(fit({Eigen::VectorXd::Constant(dimension, 3), 20})) < 1e-7);
}

TEST_CASE("logistic regression: a model of thousands of examples is found to the last digits too") {
  const Examples examples = random_examples(5000, 10, 5);
  const auto fit = [&](const LogisticModel& start) {
    return fit_logistic(examples.x, examples.labels, examples.importances, 1, start);
  };
  const auto gradient = [&](const LogisticModel& at) {
    const Eigen::ArrayXd scores = (examples.x * at.weights).array() + at.intercept;
    const Eigen::VectorXd residuals =
        (examples.importances.array() * ((1 + (-scores).exp()).inverse() - examples.labels.array())).matrix();
    return std::hypot((at.weights + examples.x.transpose() * residuals).norm(), residuals.sum());
  };
  const double enough = 1.01e-9 * gradient({Eigen::VectorXd::Zero(10), 0});
  const LogisticModel model = fit({});
  CHECK(gradient(model) <= enough);
  // Starts nearby, where the last step changes the loss by less than its rounding.
  for (Eigen::Index k = 0; k < 10; ++k)
    for (const double step : {-4e-8, -2e-8, 2e-8, 4e-8}) {
      LogisticModel start = model;
      start.weights[k] += step;
      CHECK(gradient(start) > enough);
      CHECK(gradient(fit(start)) <= enough);
    }
}
