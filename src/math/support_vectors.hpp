#pragma once

#include "src/math/clustering.hpp"

#include <Eigen/Core>

namespace equivec {

/// A support vector machine with the kernel exp(-gamma |x - y|^2): the score of x is
/// sum(weights[i] exp(-gamma |x - vectors[i]|^2)) - offset, and positive examples are those with a score above 0.
struct SupportVectors {
  Points vectors;  ///< one a row
  Eigen::VectorXd weights;
  double offset, gamma;
};

/// C-SVC (Cortes and Vapnik 1995), by the library libsvm (Chang and Lin 2011) with its tolerance of 0.001. Examples are
/// rows; `labels` are 1 or 0, both present, as for fit_logistic(). Any thread may call it: libsvm's only shared state
/// is rand(), used only for cross-validation and probabilities, and its print function, which the first call silences
/// for the whole process. REQUIRES: gamma > 0, cost > 0, finite examples, fewer than 2^31.
SupportVectors fit_support_vectors(const Eigen::Ref<const Eigen::MatrixXd>& examples,
                                   const Eigen::Ref<const Eigen::VectorXd>& labels, double gamma, double cost);

/// The scores of the rows.
Eigen::VectorXd scores(const SupportVectors& model, const Points& rows);

}  // namespace equivec
