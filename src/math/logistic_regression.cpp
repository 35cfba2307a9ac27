#include "src/math/logistic_regression.hpp"

#include "src/math/decompositions.hpp"

#include <algorithm>
#include <cmath>

namespace equivec {

namespace {

double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

/// The examples may be in any orthonormal basis of their span: the penalty is the same, and outside the span the
/// weights are zero.
LogisticModel fit_in_full(const Eigen::MatrixXd& examples, const Eigen::Ref<const Eigen::VectorXd>& labels,
                          const Eigen::Ref<const Eigen::VectorXd>& importances, double strength,
                          const LogisticModel& start) {
  const Eigen::Index dimension = examples.cols(), size = dimension + 1;
  Eigen::MatrixXd x(examples.rows(), size);
  x << examples, Eigen::VectorXd::Ones(examples.rows());
  Eigen::VectorXd w = Eigen::VectorXd::Zero(size), penalty = Eigen::VectorXd::Ones(size);
  penalty[dimension] = 0;
  const Eigen::ArrayXd weight = strength * importances.array();
  const auto loss = [&](const Eigen::VectorXd& at) {
    const Eigen::VectorXd scores = x * at;
    double sum = at.head(dimension).squaredNorm() / 2;
    for (Eigen::Index i = 0; i < scores.size(); ++i)
      sum += weight[i] * (labels[i] > 0 ? softplus(-scores[i]) : softplus(scores[i]));
    return sum;
  };
  // Tolerance relative to the first gradient, or, if that is zero (nothing can be learned), to its terms.
  const double enough = std::max(1e-9 * (x.transpose() * (weight * (0.5 - labels.array())).matrix()).norm(),
                                 1e-14 * weight.matrix().dot(x.rowwise().norm()));
  double present = loss(w);
  if (start.weights.size() > 0) {
    Eigen::VectorXd there(size);
    there << start.weights, start.intercept;
    // Newton's method cannot leave a point where the probabilities are nearly 0 or 1.
    if (const double loss_there = loss(there); loss_there < present) {
      w = there;
      present = loss_there;
    }
  }
  for (int step = 0; step < 100; ++step) {
    const Eigen::ArrayXd probability = (1 + (-(x * w).array()).exp()).inverse();
    const Eigen::VectorXd gradient =
        penalty.cwiseProduct(w) + x.transpose() * (weight * (probability - labels.array())).matrix();
    if (gradient.norm() <= enough) break;
    Eigen::MatrixXd hessian = penalty.asDiagonal();  // symmetric: only the lower triangle is computed
    const Eigen::MatrixXd scaled = (weight * probability * (1 - probability)).sqrt().matrix().asDiagonal() * x;
    add_outer_products_of_rows(hessian, scaled);
    const Eigen::VectorXd direction = solve_semidefinite(hessian, gradient);
    // Newton's full step, or as much of it as raises the loss by no more than rounding: of thousands of examples, the
    // last steps are worth less than that.
    const double most = present * (1 + 1e-12);
    double length = 1, next = loss(w - direction);
    while (!(next <= most) && length > 1e-10) next = loss(w - (length /= 2) * direction);
    if (!(next <= most)) break;
    w -= length * direction;
    present = next;
  }
  return {w.head(dimension), w[dimension]};
}

}  // namespace

LogisticModel fit_logistic(const Eigen::Ref<const Eigen::MatrixXd>& examples,
                           const Eigen::Ref<const Eigen::VectorXd>& labels,
                           const Eigen::Ref<const Eigen::VectorXd>& importances, double strength,
                           const LogisticModel& start) {
  if (examples.rows() >= examples.cols()) return fit_in_full(examples, labels, importances, strength, start);
  const Eigen::MatrixXd basis = orthonormal_basis(examples.transpose());
  LogisticModel inside = start;
  if (start.weights.size() > 0) inside.weights = basis.transpose() * start.weights;
  LogisticModel model = fit_in_full(examples * basis, labels, importances, strength, inside);
  model.weights = basis * model.weights;
  return model;
}

}  // namespace equivec
