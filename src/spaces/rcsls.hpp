#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"

#include <Eigen/Core>

namespace equivec {

/// What a map is to be learned from; rows of length 1.
struct RcslsProblem {
  Eigen::MatrixXd x, y;     ///< pairs: row i of x should be mapped to row i of y
  Matrix sources, targets;  ///< rows among which neighbours are
  int neighbors;            ///< k
  int threads;
};

struct LossAndGradient {
  double loss;
  Eigen::MatrixXd gradient;  ///< by the map
};

/// The relaxed CSLS loss (Joulin et al. 2018, "Loss in Translation", equation 4) of the map W, a mean over the pairs of
///     -2 x W y' + (mean of x W t' over the k rows t of the targets nearest to x W)
///               + (mean of s W y' over the k rows s of the sources for which s W is nearest to y)
/// by inner products, and its gradient with the neighbours fixed, which it is wherever these do not change.
LossAndGradient rcsls_loss(const RcslsProblem& problem, const Eigen::MatrixXd& map, Progress* progress);

struct RcslsResult {
  Eigen::MatrixXd map;
  double loss_before, loss;
  int steps;  ///< that made the loss smaller
};

/// Gradient descent from `map` as the authors' program does it: a step that makes the loss larger is taken back and the
/// rate halved. `iterations` steps at most.
RcslsResult minimize_rcsls(const RcslsProblem& problem, const Eigen::MatrixXd& map, int iterations,
                           double learning_rate, Progress* progress);

}  // namespace equivec
