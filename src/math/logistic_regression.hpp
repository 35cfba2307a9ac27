#pragma once

#include <Eigen/Core>

#include <span>

namespace equivec {

/// P(positive | x) = 1 / (1 + exp(-weights.x - intercept)).
struct LogisticModel {
  Eigen::VectorXd weights;
  double intercept = 0;
};

/// The model that minimises |weights|^2 / 2 + strength * (sum of the examples' importances times their log-losses), by
/// Newton's method, until the gradient is 1e-9 of its length at zero. The intercept is not penalised. Examples are
/// rows; `labels` are 1 or 0, both present; `importances` are positive. The search begins at `start` if it has weights
/// and a smaller loss than zero weights, else at zero. A start near the solution saves steps.
LogisticModel fit_logistic(const Eigen::Ref<const Eigen::MatrixXd>& examples,
                           const Eigen::Ref<const Eigen::VectorXd>& labels,
                           const Eigen::Ref<const Eigen::VectorXd>& importances, double strength,
                           const LogisticModel& start = {});

}  // namespace equivec
