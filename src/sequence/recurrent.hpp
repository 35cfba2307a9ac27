#pragma once

#include "equivec/sequence/cell.hpp"

#include <torch/nn/module.h>
#include <torch/nn/modules/rnn.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <vector>

namespace equivec {

struct RecurrentOptions {
  CellKind cell = CellKind::lstm;
  std::int64_t input = 0;   ///< numbers of one step's input, at least 1
  std::int64_t hidden = 0;  ///< numbers of one direction's state, at least 1
  std::int64_t layers = 1;  ///< at least 1; the inputs of the next are the outputs of the one before
  bool bidirectional = false;
  double dropout = 0;  ///< of the outputs between layers, while training: 0 to below 1
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const RecurrentOptions& options);

/// What a recurrent layer knows of the steps before: (layers * directions) x batch x hidden, layer by layer, in each
/// the forward direction first. One tensor, h (of simplified_gru c), or two for the LSTMs, h and c. Empty: zeros.
using RecurrentState = std::vector<torch::Tensor>;

/// A recurrent network over sequences of vectors (see CellKind). rnn, gru and lstm are libtorch's modules, with two
/// biases each; the others have the parameters weight_ih_lN and weight_hh_lN (gates * hidden x input, or hidden; gates
/// in the order u, n and i, f, g, o), bias_lN and weight_peephole_lN (3 x hidden: i, f, o), with "_reverse" for
/// the backward direction. All begin uniform in -1/sqrt(hidden)..1/sqrt(hidden).
class RecurrentImpl : public torch::nn::Module {
 public:
  struct Result {
    torch::Tensor outputs;  ///< batch x time x (hidden * directions); zero beyond a sequence's end
    RecurrentState state;   ///< after each sequence's last step; of the backward direction, after its first
  };

  /// Throws OptionError.
  explicit RecurrentImpl(const RecurrentOptions& options);

  /// inputs: batch x time x input. lengths: batch, int64, on the CPU, each 1..time; undefined: all are `time` long.
  /// What stands in inputs beyond a sequence's end has no influence, nor a gradient other than zero. Throws c10::Error
  /// if shapes do not fit.
  Result forward(const torch::Tensor& inputs, const torch::Tensor& lengths = {}, const RecurrentState& state = {});

 private:
  /// One direction of one layer of a cell that libtorch lacks.
  struct Direction {
    torch::Tensor input_weight, hidden_weight, bias, peephole;
  };

  void add_written_parameters();
  Result run_library(const torch::Tensor& inputs, const torch::Tensor& lengths, const RecurrentState& state);
  Result run_written(const torch::Tensor& inputs, const torch::Tensor& lengths, const RecurrentState& state);

  RecurrentOptions options_;
  std::vector<Direction> directions_;  // of a cell that is written here
  torch::nn::RNN rnn_{nullptr};
  torch::nn::GRU gru_{nullptr};
  torch::nn::LSTM lstm_{nullptr};
};
TORCH_MODULE(Recurrent);

}  // namespace equivec
