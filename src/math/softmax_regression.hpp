#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace equivec {

using Examples = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;  ///< one a row

/// P(class k | x) is proportional to exp(weights.row(k).x + intercepts[k]).
struct SoftmaxModel {
  Eigen::MatrixXd weights;     ///< classes x dimension; the rows' sum is zero
  Eigen::VectorXd intercepts;  ///< their sum is zero
};

struct SoftmaxTask {
  const Examples& examples;               ///< finite, at least one; must outlive the task
  std::span<const std::uint32_t> labels;  ///< of each example, below `classes`, each of which occurs
  Eigen::Index classes;                   ///< at least 2
  double strength = 1;                    ///< above 0
  int threads = 0;                        ///< 0: all cores
  const Progress* progress = nullptr;     ///< of which only the wish to stop is heard
};

/// What multinomial logistic regression minimises,
///     penalty / 2 * |W|^2 + strength * (sum of log-losses),
/// where the penalty is 1, or of two classes 2: the rows of W then are w / 2 and -w / 2 at the minimum, and the first
/// term is |w|^2 / 2, as in the logistic regression of one vector w. Parameters are a column for each class: its
/// weights and, last, the intercept that goes with examples centred on their mean. That changes neither the weights nor
/// the minimum and makes it much easier to find. Sums are over slices of the examples that depend on the task alone,
/// added in their order, so that results do not depend on the number of threads.
class SoftmaxObjective {
 public:
  using Parameters = Eigen::MatrixXd;  ///< (dimension + 1) x classes

  explicit SoftmaxObjective(const SoftmaxTask& task);

  /// The value and its gradient at a point, which later calls of hessian_times() are about. Throws Cancelled.
  double evaluate(const Parameters& at, Parameters& gradient);
  /// The matrix of second derivatives times a direction. Throws Cancelled.
  Parameters hessian_times(const Parameters& direction) const;

  /// An estimate of the second derivatives' diagonal, positive: with every example's P(class) as the class's share.
  const Parameters& curvatures() const noexcept { return curvatures_; }
  SoftmaxModel model(const Parameters& at) const;

 private:
  /// Sum over the examples of the outer products of the examples, centred, and 1 with residuals. These are what
  /// `make_residuals(slice, begin, block)` makes of a block of scores, that of the examples from `begin` on.
  template <class MakeResiduals>
  Parameters sum_of_products(const Parameters& at, const MakeResiduals& make_residuals) const;

  template <class F>
  void for_each_slice(const F& f) const;

  SoftmaxTask task_;
  double penalty_;
  std::size_t slices_;
  Eigen::RowVectorXd mean_;
  Parameters curvatures_;
  Examples probabilities_;  // of the point evaluated last
};

/// The model at the minimum, by Newton's method with conjugate gradients (Lin, Weng and Keerthi 2008), until a step
/// promises no more than 1e-14 of the value, which it still takes, or rounding leaves nothing to be gained. Throws
/// Error if the search ends where more than 1e-8 of the value was promised; Cancelled.
SoftmaxModel fit_softmax(const SoftmaxTask& task);

/// ln P(class | example), examples x classes.
Examples log_probabilities(const SoftmaxModel& model, const Examples& examples, int threads);

}  // namespace equivec
