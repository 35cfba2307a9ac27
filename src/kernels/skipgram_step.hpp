#pragma once

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>

namespace equivec {

/// Room that skipgram_step works in; reuse it from step to step.
template <std::floating_point T>
struct SkipGramScratch {
  using Table = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Table scores;        // inputs x outputs
  Table input_steps;   // inputs x dimension
  Table output_steps;  // outputs x dimension
};

/// One window of skip-gram with negative sampling: no threads, no files, no random numbers.
///
/// inputs: rows of the context words, length `dimension` each. outputs: rows of the true word (first) and of the noise
/// words, shared by all inputs as in pWord2Vec (Ji et al. 2016). A row may occur several times. Moves all rows by -rate
/// times the gradient of
///     loss = sum over inputs u of ( -log s(u.v0) - sum over the other outputs v of log s(-u.v) ),   s(x) = 1 / (1 +
///     exp(-x))
/// which with g(u, v) = [v is v0] - s(u.v) is    u += rate sum_v g(u, v) v,    v += rate sum_u g(u, v) u,
/// both sums taken of the rows as they were before the step. Returns the loss before the step.
/// T is double in the gradient test and float in training.
template <std::floating_point T>
double skipgram_step(std::span<T* const> inputs, std::span<T* const> outputs, std::size_t dimension, T rate,
                     SkipGramScratch<T>& scratch) {
  using Row = Eigen::Map<Eigen::Array<T, 1, Eigen::Dynamic>>;
  const auto columns = static_cast<Eigen::Index>(dimension);
  const auto row = [columns](T* numbers) { return Row(numbers, columns); };
  const auto height = static_cast<Eigen::Index>(inputs.size()), width = static_cast<Eigen::Index>(outputs.size());

  auto& g = scratch.scores;
  g.resize(height, width);
  for (Eigen::Index i = 0; i < height; ++i)
    for (Eigen::Index k = 0; k < width; ++k)
      g(i, k) =
          row(inputs[static_cast<std::size_t>(i)]).matrix().dot(row(outputs[static_cast<std::size_t>(k)]).matrix());

  // -log s(x) = log(1 + exp(-x)), written so that exp never overflows; for noise words x is the negative score.
  g.rightCols(width - 1) = -g.rightCols(width - 1);
  const double loss = static_cast<double>((((-g.abs()).exp() + T{1}).log() - g.min(T{0})).sum());
  // Of the scores so signed, [v is v0] - s(u.v) is s(-x) for the true word and -s(-x) for the noise words.
  g = rate / (T{1} + g.exp());
  g.rightCols(width - 1) = -g.rightCols(width - 1);

  auto& input_steps = scratch.input_steps;
  auto& output_steps = scratch.output_steps;
  input_steps.setZero(height, columns);
  output_steps.setZero(width, columns);
  for (Eigen::Index i = 0; i < height; ++i)
    for (Eigen::Index k = 0; k < width; ++k) {
      input_steps.row(i) += g(i, k) * row(outputs[static_cast<std::size_t>(k)]);
      output_steps.row(k) += g(i, k) * row(inputs[static_cast<std::size_t>(i)]);
    }
  for (Eigen::Index i = 0; i < height; ++i) row(inputs[static_cast<std::size_t>(i)]) += input_steps.row(i);
  for (Eigen::Index k = 0; k < width; ++k) row(outputs[static_cast<std::size_t>(k)]) += output_steps.row(k);
  return loss;
}

}  // namespace equivec
