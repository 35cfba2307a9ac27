#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

// Reference implementation of GloVe's step for one pair of words. Read it first; the vector kernels are tested against
// it.

namespace equivec {

/// A vector and its bias, with the sums of squared steps of each (AdaGrad).
template <class Real>
struct GloveRow {
  std::span<Real> vector, squares;
  Real& bias;
  Real& bias_squares;
};

struct GloveRates {
  double learning_rate, gradient_clip;
  bool legacy_bias;  ///< neither the learning rate nor the clipping applies to biases
};

/// f(count) of equation 9 in Pennington et al. 2014.
template <class Real>
Real glove_weight(Real count, Real x_max, Real exponent) {
  return count < x_max ? std::pow(count / x_max, exponent) : Real(1);
}

/// The model's prediction for a pair minus its target: w . w~ + b + b~ - log X of equation 8.
template <class Real>
Real glove_difference(const GloveRow<Real>& word, const GloveRow<Real>& context, Real log_count) {
  Real difference = word.bias + context.bias - log_count;
  for (std::size_t i = 0; i < word.vector.size(); ++i) difference += word.vector[i] * context.vector[i];
  return difference;
}

/// The AdaGrad step for half of a term of equation 8, f(X) difference^2 / 2, whose gradient with respect to w is
/// f(X) difference w~. Both rows move by their gradients at the old values, divided by the square roots of the sums of
/// squares so far (which begin at 1); the square of a step is added afterwards. As in Stanford's program, the squared
/// gradients include the learning rate. Returns the loss.
template <class Real>
Real glove_step(const GloveRow<Real>& word, const GloveRow<Real>& context, Real weight, Real difference,
                const GloveRates& rates) {
  const Real factor = weight * difference;
  const auto clip = static_cast<Real>(rates.gradient_clip), rate = static_cast<Real>(rates.learning_rate);
  const auto move = [](Real& value, Real& squares, Real step) {
    value -= step / std::sqrt(squares);
    squares += step * step;
  };
  for (std::size_t i = 0; i < word.vector.size(); ++i) {
    const Real of_word = rate * std::clamp(factor * context.vector[i], -clip, clip);
    const Real of_context = rate * std::clamp(factor * word.vector[i], -clip, clip);
    move(word.vector[i], word.squares[i], of_word);
    move(context.vector[i], context.squares[i], of_context);
  }
  const Real of_bias = rates.legacy_bias ? factor : rate * std::clamp(factor, -clip, clip);
  move(word.bias, word.bias_squares, of_bias);
  move(context.bias, context.bias_squares, of_bias);
  return factor * difference / 2;
}

}  // namespace equivec
