#include "src/spaces/rcsls.hpp"

#include "equivec/spaces/alignment.hpp"
#include "equivec/spaces/induction.hpp"
#include "src/spaces/retrieval.hpp"

#include "catch.hpp"
#include "debias/post_conditions.hpp"
#include "planted_rotation.hpp"
#include "support.hpp"

#include <algorithm>
#include <functional>

using namespace equivec;

namespace {

RcslsProblem some_problem(std::size_t words, int dimension) {
  const Embeddings source = random_embeddings(words, dimension, 1),
                   target = random_embeddings(words + 20, dimension, 2);
  RcslsProblem problem{{}, {}, unit_rows(source, words, 1), unit_rows(target, words + 20, 1), 5, 1};
  problem.x = problem.sources.topRows(40).cast<double>();
  problem.y = problem.targets.topRows(40).cast<double>();
  return problem;
}

double mean_of_largest(Eigen::VectorXd values, Eigen::Index k) {
  std::sort(values.data(), values.data() + values.size(), std::greater<>());
  return values.head(k).mean();
}

/// Equation 4 as it is written.
double plain_loss(const RcslsProblem& problem, const Eigen::MatrixXd& map) {
  const Eigen::MatrixXd sources = problem.sources.cast<double>() * map, targets = problem.targets.cast<double>(),
                        mapped = problem.x * map;
  double loss = 0;
  for (Eigen::Index i = 0; i < mapped.rows(); ++i) {
    loss -= 2 * mapped.row(i).dot(problem.y.row(i));
    loss += mean_of_largest(targets * mapped.row(i).transpose(), problem.neighbors);
    loss += mean_of_largest(sources * problem.y.row(i).transpose(), problem.neighbors);
  }
  return loss / static_cast<double>(mapped.rows());
}

}  // namespace

TEST_CASE("rcsls: the loss is the paper's, and its gradient that of finite differences") {
  const RcslsProblem problem = some_problem(80, 6);
  const Eigen::MatrixXd map = random_rotation(6, 3) * 0.8 + random_matrix(6, 6, 4).cast<double>() * 0.3;
  const LossAndGradient found = rcsls_loss(problem, map, nullptr);
  CHECK(found.loss == Approx(plain_loss(problem, map)).epsilon(1e-9));
  constexpr double step = 1e-6;
  for (Eigen::Index i = 0; i < 6; ++i)
    for (Eigen::Index j = 0; j < 6; ++j) {
      Eigen::MatrixXd up = map, down = map;
      up(i, j) += step;
      down(i, j) -= step;
      const double slope = (plain_loss(problem, up) - plain_loss(problem, down)) / (2 * step);
      CHECK(found.gradient(i, j) == Approx(slope).margin(1e-6));
    }
}

TEST_CASE("rcsls: descent makes the loss smaller and never larger") {
  const RcslsProblem problem = some_problem(80, 6);
  const Eigen::MatrixXd map = random_rotation(6, 5);
  const RcslsResult result = minimize_rcsls(problem, map, 30, 1, nullptr);
  CHECK(result.steps > 0);
  CHECK(result.loss < result.loss_before);
  CHECK(result.loss == Approx(plain_loss(problem, result.map)).epsilon(1e-9));
  // Of a rate that is far too large every step is taken back.
  const RcslsResult none = minimize_rcsls(problem, map, 3, 1000, nullptr);
  CHECK(none.loss <= none.loss_before);
}

TEST_CASE("rcsls: aligns, proves what it promises, and translates no worse than where it began") {
  const Embeddings source = random_embeddings(600, 12, 6);
  const Embeddings target = turned(source, random_rotation(12, 7), 0.15);
  std::vector<TranslationPair> pairs;
  for (std::size_t i = 0; i < 200; ++i) pairs.push_back({word_id(i), word_id(i)});
  const Aligned turned_only = align(source, target, pairs),
                relaxed = align(source, target, pairs, {.method = AlignMethod::rcsls});
  CHECK(all_hold(relaxed.conditions));
  CHECK(relaxed.conditions.size() == 2);
  Dictionary training{"d", {}};
  for (std::size_t i = 0; i < 200; ++i) training.entries.emplace_back("w" + std::to_string(i), "w" + std::to_string(i));
  CHECK(induce(relaxed.embeddings, target, training)[0].at_1.correct + 2 >=
        induce(turned_only.embeddings, target, training)[0].at_1.correct);
  CHECK(option_error_of([&] { align(source, target, pairs, {.method = AlignMethod::rcsls, .center = true}); }) ==
        "weights and center are for procrustes; rcsls has neither");
}
