#include "src/spaces/lexicon_system.hpp"

#include "catch.hpp"
#include "related_pairs_support.hpp"
#include "support.hpp"

#include <Eigen/Dense>

using namespace equivec;

namespace {

/// The equations as a matrix, by Eigen's LDL'.
Eigen::MatrixXd solved(const std::vector<RelatedPair>& pairs, const ExactRows& old, double alpha) {
  const PairGraph graph(pairs);
  const auto size = static_cast<Eigen::Index>(graph.size());
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(size, size), right = Eigen::MatrixXd::Zero(size, old.cols());
  for (Eigen::Index i = 0; i < size; ++i) {
    const auto neighbors = graph.neighbors(static_cast<std::size_t>(i));
    const auto degree = static_cast<double>(neighbors.size());
    matrix(i, i) = (1 + alpha) * degree;
    for (const std::uint32_t j : neighbors) matrix(i, j) = -1;
    right.row(i) = alpha * degree * old.row(i);
  }
  return matrix.ldlt().solve(right);
}

}  // namespace

TEST_CASE("lexicon system: the solution is that of a direct method, for every weight") {
  const double alpha = GENERATE(0.01, 0.3, 1.0, 50.0);
  const int dimension = GENERATE(1, 16, 37);
  const std::vector<RelatedPair> pairs = random_pairs(150, 260, 1);
  const PairGraph graph(pairs);
  const ExactRows old = random_matrix(graph.size(), dimension, 2).cast<double>();
  const LexiconSystem system{graph, old, alpha, 1};
  const SolvedSystem found = solve_system(system, nullptr);
  CHECK((found.rows - solved(pairs, old, alpha)).cwiseAbs().maxCoeff() < 1e-10);
  for (std::size_t i = 0; i < graph.size(); ++i) CHECK(system_error(system, found.rows, i) < 1e-11);
  CHECK(system_objective(system, found.rows) < system_objective(system, old));
}

TEST_CASE("lexicon system: the solution makes the sum least") {
  const std::vector<RelatedPair> pairs = random_pairs(40, 60, 3);
  const PairGraph graph(pairs);
  const ExactRows old = random_matrix(graph.size(), 5, 4).cast<double>();
  const LexiconSystem system{graph, old, 0.7, 1};
  const ExactRows best = solve_system(system, nullptr).rows;
  const double least = system_objective(system, best);
  for (Eigen::Index i = 0; i < best.size(); ++i)
    for (const double step : {-1e-3, 1e-3}) {
      ExactRows other = best;
      other.data()[i] += step;
      CHECK(system_objective(system, other) > least);
    }
}

TEST_CASE("lexicon system: rows of very different lengths end, and those that agree stay") {
  std::vector<RelatedPair> pairs = random_pairs(60, 90, 5);
  const PairGraph graph(pairs);
  ExactRows old = random_matrix(graph.size(), 4, 6).cast<double>();
  for (Eigen::Index i = 0; i < old.rows(); ++i) old.row(i) *= std::pow(10.0, static_cast<double>(i % 13) - 6);
  const LexiconSystem system{graph, old, 1, 1};
  const SolvedSystem found = solve_system(system, nullptr);
  CHECK(found.rounds < 70);
  for (std::size_t i = 0; i < graph.size(); ++i) CHECK(system_error(system, found.rows, i) < 1e-9);

  const ExactRows same = ExactRows::Constant(static_cast<Eigen::Index>(graph.size()), 4, 0.3);
  CHECK((solve_system({graph, same, 1, 1}, nullptr).rows - same).cwiseAbs().maxCoeff() < 1e-15);
}
