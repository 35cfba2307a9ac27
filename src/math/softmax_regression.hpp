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
  Eigen::MatrixXd weights;     ///< classes x dimension; the rows sum to zero
  Eigen::VectorXd intercepts;  ///< one per class; they sum to zero
};

struct SoftmaxTask {
  const Examples& examples;               ///< finite, at least one; must outlive the task
  std::span<const std::uint32_t> labels;  ///< class of each example, below `classes`; every class occurs
  Eigen::Index classes;                   ///< at least 2
  double strength = 1;                    ///< above 0
  int threads = 0;                        ///< 0: all cores
  const Progress* progress = nullptr;     ///< only its cancellation is used
};

/// The objective of multinomial logistic regression,
///     penalty / 2 * |W|^2 + strength * (sum of log-losses).
/// The penalty is 1, or 2 for two classes: the rows of W are then w / 2 and -w / 2 at the minimum and the first term is
/// |w|^2 / 2, as in binary logistic regression with one vector w. Parameters have a column for each class: its weights
/// and, last, its intercept for examples centred on their mean. Centring changes neither the weights nor the minimum
/// and makes it much easier to find. Sums are over slices of the examples that depend only on the task, added in order,
/// so results do not depend on the number of threads.
class SoftmaxObjective {
 public:
  using Parameters = Eigen::MatrixXd;  ///< (dimension + 1) x classes

  explicit SoftmaxObjective(const SoftmaxTask& task);

  /// The value and its gradient at a point; later calls of hessian_times() refer to this point. Throws Cancelled.
  double evaluate(const Parameters& at, Parameters& gradient);
  /// The Hessian times a direction. Throws Cancelled.
  Parameters hessian_times(const Parameters& direction) const;

  /// An estimate of the Hessian's diagonal, positive: every example's P(class) is taken to be the class's share.
  const Parameters& curvatures() const noexcept { return curvatures_; }
  SoftmaxModel model(const Parameters& at) const;

 private:
  /// Sum over the examples of the outer product of (the centred example, 1) with its residuals.
  /// `make_residuals(slice, begin, block)` turns a block of scores, those of the examples from `begin` on, into
  /// residuals.
  template <class MakeResiduals>
  Parameters sum_of_products(const Parameters& at, const MakeResiduals& make_residuals) const;

  template <class F>
  void for_each_slice(const F& f) const;

  SoftmaxTask task_;
  double penalty_;
  std::size_t slices_;
  Eigen::RowVectorXd mean_;
  Parameters curvatures_;
  Examples probabilities_;  // at the last evaluated point
};

/// The model at the minimum, by Newton's method with conjugate gradients (Lin, Weng and Keerthi 2008). Stops after a
/// step whose predicted decrease is at most 1e-14 of the value, or when rounding prevents progress. Throws Error if the
/// last predicted decrease was more than 1e-8 of the value; Cancelled.
SoftmaxModel fit_softmax(const SoftmaxTask& task);

/// ln P(class | example), examples x classes.
Examples log_probabilities(const SoftmaxModel& model, const Examples& examples, int threads);

}  // namespace equivec
