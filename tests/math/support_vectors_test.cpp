#include "src/math/clustering.hpp"
#include "src/math/support_vectors.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>
#include <thread>

using namespace equivec;

TEST_CASE("support vectors: hand-worked model of two examples") {
  // With one example of each kind both have the weight 1 / (1 - k), or C if that is less, and the offset is 0.
  Eigen::MatrixXd examples(2, 2);
  examples << 0, 0, 1, 0;
  const Eigen::Vector2d labels(1, 0);
  const double k = std::exp(-2.0);
  const SupportVectors model = fit_support_vectors(examples, labels, 2, 100);
  REQUIRE(model.weights.size() == 2);
  CHECK(std::abs(model.weights[0]) == Approx(1 / (1 - k)).epsilon(1e-3));
  CHECK(model.weights.sum() == Approx(0).margin(1e-12));
  CHECK(model.offset == Approx(0).margin(1e-3));
  Points rows(4, 2);
  rows << 0, 0, 1, 0, -1, 0, 0.5, 3;
  const Eigen::VectorXd found = scores(model, rows);
  CHECK(found[0] == Approx(1).epsilon(1e-3));
  CHECK(found[1] == Approx(-1).epsilon(1e-3));
  CHECK(found[2] == Approx((k - std::exp(-8.0)) / (1 - k)).epsilon(2e-2));
  CHECK(found[3] == Approx(0).margin(1e-3));

  const SupportVectors bounded = fit_support_vectors(examples, labels, 2, 0.25);
  CHECK(std::abs(bounded.weights[0]) == Approx(0.25).epsilon(1e-12));
  CHECK(scores(bounded, rows)[0] == Approx(0.25 * (1 - k)).margin(1e-3));
}

TEST_CASE("support vectors: positive examples have positive scores in any order") {
  Eigen::MatrixXd examples(4, 1);
  examples << 3, -1, 2, -2;
  const Eigen::Vector4d labels(0, 1, 0, 1);
  Points rows(2, 1);
  rows << 2.5, -1.5;
  const Eigen::VectorXd one = scores(fit_support_vectors(examples, labels, 1, 10), rows);
  CHECK(one[0] < -0.5);
  CHECK(one[1] > 0.5);
  const Eigen::VectorXd other = scores(fit_support_vectors(examples, Eigen::Vector4d(1, 0, 1, 0), 1, 10), rows);
  CHECK(other[0] > 0.5);
  CHECK(other[1] < -0.5);
}

TEST_CASE("support vectors: scores are sums over the support vectors, for any number of rows") {
  const Eigen::MatrixXd examples = random_matrix(80, 6, 63).cast<double>();
  Eigen::VectorXd labels(80);
  for (Eigen::Index i = 0; i < 80; ++i) labels[i] = examples.row(i).squaredNorm() > 0.5 ? 1 : 0;
  const SupportVectors model = fit_support_vectors(examples, labels, 0.7, 1);
  const Points rows = random_matrix(GENERATE(0U, 1U, 127U, 128U, 300U), 6, 64).cast<double>();
  const Eigen::VectorXd found = scores(model, rows);
  REQUIRE(found.size() == rows.rows());
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    double sum = -model.offset;
    for (Eigen::Index k = 0; k < model.weights.size(); ++k)
      sum += model.weights[k] * std::exp(-0.7 * (rows.row(i) - model.vectors.row(k)).squaredNorm());
    CHECK(found[i] == Approx(sum).margin(1e-12));
  }
}

TEST_CASE("support vectors: several threads may train at once") {
  const Eigen::MatrixXd examples = random_matrix(120, 8, 65).cast<double>();
  const Eigen::VectorXd labels = (examples.col(0).array() > 0).cast<double>();
  const SupportVectors alone = fit_support_vectors(examples, labels, 0.125, 1);
  std::vector<SupportVectors> models(6);
  std::vector<std::thread> threads;
  for (SupportVectors& model : models)
    threads.emplace_back([&] { model = fit_support_vectors(examples, labels, 0.125, 1); });
  for (std::thread& thread : threads) thread.join();
  for (const SupportVectors& model : models) {
    CHECK(model.weights == alone.weights);
    CHECK(model.vectors == alone.vectors);
    CHECK(model.offset == alone.offset);
  }
}
