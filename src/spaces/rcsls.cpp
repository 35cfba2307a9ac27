#include "src/spaces/rcsls.hpp"

#include "src/math/decompositions.hpp"
#include "src/spaces/linear_map.hpp"
#include "src/spaces/retrieval.hpp"

#include <utility>

namespace equivec {

namespace {

/// The mean of the rows that were found, for each query.
Eigen::MatrixXd means_of(const std::vector<std::vector<Neighbor>>& found, const Matrix& rows) {
  Eigen::MatrixXd means = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(found.size()), rows.cols());
  for (std::size_t i = 0; i < found.size(); ++i) {
    auto mean = means.row(static_cast<Eigen::Index>(i));
    for (const Neighbor& neighbor : found[i])
      mean += rows.row(static_cast<Eigen::Index>(index(neighbor.word))).cast<double>();
    if (!found[i].empty()) mean /= static_cast<double>(found[i].size());
  }
  return means;
}

}  // namespace

LossAndGradient rcsls_loss(const RcslsProblem& problem, const Eigen::MatrixXd& map, Progress* progress) {
  const auto count = static_cast<std::size_t>(problem.neighbors);
  const Matrix mapped_x = product(problem.x, map).cast<float>(), y = problem.y.cast<float>();
  const Matrix mapped_sources =
      mapped(MatrixView(problem.sources.data(), problem.sources.rows(), problem.sources.cols()), map, problem.threads);
  const Eigen::MatrixXd near_x =
      means_of(nearest_by_product(mapped_x, problem.targets, count, problem.threads, progress), problem.targets);
  const Eigen::MatrixXd near_y =
      means_of(nearest_by_product(y, mapped_sources, count, problem.threads, progress), problem.sources);
  // The loss is the inner product of the map with its gradient: it is linear wherever the neighbours stay the same.
  const auto pairs = static_cast<double>(problem.x.rows());
  const Eigen::MatrixXd pulled = 2 * problem.y - near_x;
  LossAndGradient result{0, (transposed_product(near_y, problem.y) - transposed_product(problem.x, pulled)) / pairs};
  result.loss = result.gradient.cwiseProduct(map).sum();
  return result;
}

RcslsResult minimize_rcsls(const RcslsProblem& problem, const Eigen::MatrixXd& map, int iterations,
                           double learning_rate, Progress* progress) {
  constexpr double least_rate = 1e-4;
  LossAndGradient best = rcsls_loss(problem, map, progress);
  RcslsResult result{map, best.loss, best.loss, 0};
  double rate = learning_rate;
  for (int i = 0; i < iterations && rate >= least_rate; ++i) {
    check_cancelled(progress);
    Eigen::MatrixXd next = result.map - rate * best.gradient;
    LossAndGradient found = rcsls_loss(problem, next, progress);
    if (!(found.loss < best.loss)) {
      rate /= 2;
      continue;
    }
    best = std::move(found);
    result = {std::move(next), result.loss_before, best.loss, result.steps + 1};
  }
  return result;
}

}  // namespace equivec
