#pragma once

#include "equivec/base/types.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>

// Reference implementation of one context window of word2vec: no threads, files or random numbers. T is double in the
// gradient tests and as the reference for the vector kernels, and float where the full softmax is trained.
//
// The inputs u are the rows of the context words. Skip-gram scores each input against the output rows, CBOW their mean
// (Mikolov et al. 2013, arXiv 1301.3781). A layer defines the loss of the scores. All rows move by -rate times the
// gradient of the loss at the rows as they were before the step. A row may occur several times.

namespace equivec {

template <std::floating_point T>
using StepTable = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Working memory of a step, to be reused from step to step.
template <std::floating_point T>
struct StepScratch {
  StepTable<T> inputs;  ///< the vectors to score, one a row
  StepTable<T> moves;   ///< how the layer moves them
  StepTable<T> scores, outputs, output_moves;
};

/// An independent sigmoid for each output: noise words in negative sampling (Mikolov, Sutskever et al. 2013, arXiv
/// 1310.4546, equation 4), nodes of the tree in hierarchical softmax (ibid., equation 3). Outputs are shared by all
/// inputs, as in Ji et al. 2016, arXiv 1604.04661.
///     loss = sum over u and v of  weight(v) log(1 + exp(sign(v) u.v))
/// where sign(v) is -1 for a positive example, 1 for a negative one, and signs[v] = sign(v) weight(v).
template <std::floating_point T>
struct SigmoidLayer {
  std::span<T* const> outputs;  ///< rows v
  std::span<const T> signs;     ///< one for each
  T rate;

  double operator()(StepScratch<T>& s) const {
    const auto width = static_cast<Eigen::Index>(outputs.size()), columns = s.inputs.cols();
    const Eigen::Map<const Eigen::Array<T, 1, Eigen::Dynamic>> sign(signs.data(), width);
    s.outputs.resize(width, columns);
    for (Eigen::Index k = 0; k < width; ++k) s.outputs.row(k) = row(k, columns);
    s.scores = (s.inputs.matrix() * s.outputs.matrix().transpose()).array().rowwise() * sign.sign();

    // log(1 + exp(z)), written so that exp never overflows.
    const StepTable<T> costs = s.scores.max(T{0}) + ((-s.scores.abs()).exp() + T{1}).log();
    const double loss = static_cast<double>((costs.rowwise() * sign.abs()).sum());
    s.scores = (rate / (T{1} + (-s.scores).exp())).rowwise() * -sign;
    s.moves = s.scores.matrix() * s.outputs.matrix();
    s.output_moves = s.scores.matrix().transpose() * s.inputs.matrix();
    for (Eigen::Index k = 0; k < width; ++k) row(k, columns) += s.output_moves.row(k);
    return loss;
  }

 private:
  auto row(Eigen::Index k, Eigen::Index columns) const {
    return Eigen::Map<Eigen::Array<T, 1, Eigen::Dynamic>>(outputs[static_cast<std::size_t>(k)], columns);
  }
};

/// As SigmoidLayer, but each pair of an input and an output has its own weight, and counts partly as a positive example
/// and partly as a negative one. So several windows that share inputs and noise words are one step.
///     loss = sum over u and v of  labels(u, v) log(1 + exp(-u.v)) + (weights(u, v) - labels(u, v)) log(1 + exp(u.v))
template <std::floating_point T>
struct SigmoidPairs {
  std::span<T* const> outputs;  ///< rows v
  const StepTable<T>& weights;  ///< inputs x outputs
  const StepTable<T>& labels;   ///< of each weight, how much is of a positive example
  T rate;

  double operator()(StepScratch<T>& s) const {
    const auto width = static_cast<Eigen::Index>(outputs.size()), columns = s.inputs.cols();
    const auto row = [&](Eigen::Index k) {
      return Eigen::Map<Eigen::Array<T, 1, Eigen::Dynamic>>(outputs[static_cast<std::size_t>(k)], columns);
    };
    s.outputs.resize(width, columns);
    for (Eigen::Index k = 0; k < width; ++k) s.outputs.row(k) = row(k);
    s.scores = (s.inputs.matrix() * s.outputs.matrix().transpose()).array();

    // log(1 + exp(-z)) = log(1 + exp(z)) - z
    const StepTable<T> costs = s.scores.max(T{0}) + ((-s.scores.abs()).exp() + T{1}).log();
    const double loss = static_cast<double>((weights * costs - labels * s.scores).sum());
    s.scores = rate * (labels - weights / (T{1} + (-s.scores).exp()));
    s.moves = s.scores.matrix() * s.outputs.matrix();
    s.output_moves = s.scores.matrix().transpose() * s.inputs.matrix();
    for (Eigen::Index k = 0; k < width; ++k) row(k) += s.output_moves.row(k);
    return loss;
  }
};

/// Softmax over all output rows.
///     loss = sum over u of  log(sum over v of exp(u.v)) - u.v(target)
template <std::floating_point T>
struct SoftmaxLayer {
  T* rows;             ///< the first output row
  std::size_t count;   ///< number of rows
  std::size_t stride;  ///< from row to row
  std::size_t target;  ///< the correct row
  T rate;

  double operator()(StepScratch<T>& s) const {
    using Outputs = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Eigen::Map<Outputs, 0, Eigen::OuterStride<>> outputs(rows, static_cast<Eigen::Index>(count), s.inputs.cols(),
                                                         Eigen::OuterStride<>(static_cast<Eigen::Index>(stride)));
    const auto right = static_cast<Eigen::Index>(target);
    s.scores = (s.inputs.matrix() * outputs.transpose()).array();
    double loss = 0;
    for (Eigen::Index i = 0; i < s.scores.rows(); ++i) {
      auto scores = s.scores.row(i);
      const T largest = scores.maxCoeff(), wanted = scores(right);
      scores = (scores - largest).exp();
      const T sum = scores.sum();
      loss += static_cast<double>(largest + std::log(sum) - wanted);
      scores *= -rate / sum;
      scores(right) += rate;
    }
    s.moves = s.scores.matrix() * outputs;
    outputs.noalias() += s.scores.matrix().transpose() * s.inputs.matrix();
    return loss;
  }
};

/// Scores each input separately. Returns the loss before the step.
template <std::floating_point T, class Layer>
double skipgram_step(std::span<T* const> inputs, std::size_t dimension, const Layer& layer, StepScratch<T>& s) {
  using Row = Eigen::Map<Eigen::Array<T, 1, Eigen::Dynamic>>;
  const auto columns = static_cast<Eigen::Index>(dimension);
  s.inputs.resize(static_cast<Eigen::Index>(inputs.size()), columns);
  for (std::size_t i = 0; i < inputs.size(); ++i) s.inputs.row(static_cast<Eigen::Index>(i)) = Row(inputs[i], columns);
  const double loss = layer(s);
  for (std::size_t i = 0; i < inputs.size(); ++i) Row(inputs[i], columns) += s.moves.row(static_cast<Eigen::Index>(i));
  return loss;
}

/// Scores the inputs' mean. share: the fraction of the mean's step that each input takes. 1 / inputs is the gradient;
/// word2vec.c gives each input the whole step (see Irsoy, Benton and Stratos 2021, arXiv 2012.15332). Returns the loss
/// before the step.
template <std::floating_point T, class Layer>
double cbow_step(std::span<T* const> inputs, std::size_t dimension, T share, const Layer& layer, StepScratch<T>& s) {
  using Row = Eigen::Map<Eigen::Array<T, 1, Eigen::Dynamic>>;
  const auto columns = static_cast<Eigen::Index>(dimension);
  s.inputs.setZero(1, columns);
  for (T* input : inputs) s.inputs.row(0) += Row(input, columns);
  s.inputs /= static_cast<T>(inputs.size());
  const double loss = layer(s);
  for (T* input : inputs) Row(input, columns) += share * s.moves.row(0);
  return loss;
}

}  // namespace equivec
