#include "src/sequence/recurrent.hpp"

#include "equivec/base/error.hpp"

#include <torch/nn/functional/dropout.h>
#include <torch/nn/init.h>
#include <torch/nn/utils/rnn.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>

namespace equivec {

namespace {

namespace packing = torch::nn::utils::rnn;

bool is_lstm(CellKind cell) { return cell == CellKind::lstm || cell == CellKind::peephole_lstm; }

bool is_written_here(CellKind cell) { return cell == CellKind::simplified_gru || cell == CellKind::peephole_lstm; }

void check_shapes(const RecurrentOptions& options, const torch::Tensor& inputs, const torch::Tensor& lengths,
                  const RecurrentState& state) {
  TORCH_CHECK(inputs.dim() == 3 && inputs.size(2) == options.input && inputs.size(0) > 0 && inputs.size(1) > 0,
              "inputs must be batch x time x ", options.input, ", not ", inputs.sizes());
  if (lengths.defined()) {
    TORCH_CHECK(lengths.dim() == 1 && lengths.size(0) == inputs.size(0) && lengths.dtype() == torch::kInt64 &&
                    lengths.device().is_cpu(),
                "there must be one length for each sequence, int64 and on the CPU");
    TORCH_CHECK(lengths.min().item<std::int64_t>() >= 1 && lengths.max().item<std::int64_t>() <= inputs.size(1),
                "lengths must be between 1 and ", inputs.size(1));
  }
  if (state.empty()) return;
  const std::int64_t rows = options.layers * (options.bidirectional ? 2 : 1);
  TORCH_CHECK(state.size() == (is_lstm(options.cell) ? 2 : 1), "a state of another kind of cell");
  for (const torch::Tensor& part : state)
    TORCH_CHECK(part.sizes() == torch::IntArrayRef({rows, inputs.size(0), options.hidden}), "a state of ",
                part.sizes());
}

/// Where sequences end, in tensors of time x batch x anything.
class Ends {
 public:
  /// Without lengths all sequences end with the tensor.
  Ends(const torch::Tensor& lengths, std::int64_t time, torch::Device device) {
    if (!lengths.defined() || lengths.min().item<std::int64_t>() == time) return;
    const std::int64_t batch = lengths.size(0);
    const torch::Tensor step = torch::arange(time).unsqueeze(1);  // time x 1
    const torch::Tensor column = torch::arange(batch);
    const torch::Tensor outside = step >= lengths;  // time x batch
    outside_ = outside.unsqueeze(2).to(device);
    last_ = ((lengths - 1) * batch + column).to(device);
    reversed_ = (torch::where(outside, step, lengths - 1 - step) * batch + column).flatten().to(device);
  }

  /// With zeros beyond the ends.
  torch::Tensor cleared(const torch::Tensor& values) const {
    return outside_.defined() ? values.masked_fill(outside_, 0) : values;
  }

  /// Each sequence backwards; what stands beyond its end stays there.
  torch::Tensor reversed(const torch::Tensor& values) const {
    if (!outside_.defined()) return values.flip(0);
    return values.flatten(0, 1).index_select(0, reversed_).view_as(values);
  }

  /// batch x anything: each sequence's last step.
  torch::Tensor last(const torch::Tensor& values) const {
    return outside_.defined() ? values.flatten(0, 1).index_select(0, last_) : values[-1];
  }

 private:
  torch::Tensor outside_, last_, reversed_;
};

/// h, and of an LSTM c, after every step: time x batch x hidden.
using Steps = std::vector<torch::Tensor>;

/// projected: for each step W x + b, batch x 2 hidden. unbind() and split() have gradients that are written once,
/// where those of slices would fill a whole tensor for each step.
Steps run_simplified_gru(const torch::Tensor& projected, const torch::Tensor& hidden_weight, torch::Tensor c) {
  const torch::Tensor weight = hidden_weight.t();
  std::vector<torch::Tensor> states;
  for (const torch::Tensor& step : projected.unbind(0)) {
    const std::vector<torch::Tensor> parts = torch::addmm(step, c, weight).chunk(2, 1);
    c = torch::lerp(c, torch::tanh(parts[1]), torch::sigmoid(parts[0]));
    states.push_back(c);
  }
  return {torch::stack(states)};
}

Steps run_peephole_lstm(const torch::Tensor& projected, const torch::Tensor& hidden_weight,
                        const torch::Tensor& peephole, torch::Tensor h, torch::Tensor c) {
  const torch::Tensor weight = hidden_weight.t();
  const std::vector<torch::Tensor> views = peephole.unbind(0);
  std::vector<torch::Tensor> hidden, cells;
  for (const torch::Tensor& step : projected.unbind(0)) {
    const std::vector<torch::Tensor> parts = torch::addmm(step, h, weight).chunk(4, 1);
    const torch::Tensor input_gate = torch::sigmoid(torch::addcmul(parts[0], c, views[0]));
    const torch::Tensor forget_gate = torch::sigmoid(torch::addcmul(parts[1], c, views[1]));
    c = torch::addcmul(forget_gate * c, input_gate, torch::tanh(parts[2]));
    h = torch::sigmoid(torch::addcmul(parts[3], c, views[2])) * torch::tanh(c);
    hidden.push_back(h);
    cells.push_back(c);
  }
  return {torch::stack(hidden), torch::stack(cells)};
}

/// libtorch's modules of one kind share their options but no class.
template <class Options>
Options library_options(const RecurrentOptions& options) {
  return Options(options.input, options.hidden)
      .num_layers(options.layers)
      .bidirectional(options.bidirectional)
      .dropout(options.layers > 1 ? options.dropout : 0)  // it warns of a dropout without effect
      .batch_first(true);
}

torch::Tensor first_of(const RecurrentState& state) { return state.empty() ? torch::Tensor() : state[0]; }

torch::optional<std::tuple<torch::Tensor, torch::Tensor>> pair_of(const RecurrentState& state) {
  if (state.empty()) return torch::nullopt;
  return std::tuple(state[0], state[1]);
}

}  // namespace

void validate(const RecurrentOptions& options) {
  require_at_least("input", static_cast<double>(options.input), 1);
  require_at_least("hidden", static_cast<double>(options.hidden), 1);
  require_at_least("layers", static_cast<double>(options.layers), 1);
  if (!(options.dropout >= 0 && options.dropout < 1))
    throw OptionError("dropout must be at least 0 and below 1, got " + std::to_string(options.dropout));
}

RecurrentImpl::RecurrentImpl(const RecurrentOptions& options) : options_(options) {
  validate(options);
  switch (options.cell) {
    case CellKind::rnn:
      rnn_ = register_module("rnn", torch::nn::RNN(library_options<torch::nn::RNNOptions>(options)));
      return;
    case CellKind::gru:
      gru_ = register_module("gru", torch::nn::GRU(library_options<torch::nn::GRUOptions>(options)));
      return;
    case CellKind::lstm:
      lstm_ = register_module("lstm", torch::nn::LSTM(library_options<torch::nn::LSTMOptions>(options)));
      return;
    case CellKind::simplified_gru:
    case CellKind::peephole_lstm:
      add_written_parameters();
      return;
  }
}

void RecurrentImpl::add_written_parameters() {
  const std::int64_t gates = is_lstm(options_.cell) ? 4 : 2, directions = options_.bidirectional ? 2 : 1;
  const double bound = 1 / std::sqrt(static_cast<double>(options_.hidden));
  const auto add = [&](const std::string& name, torch::IntArrayRef shape) {
    return register_parameter(name, torch::empty(shape).uniform_(-bound, bound));
  };
  for (std::int64_t i = 0; i < options_.layers * directions; ++i) {
    const std::string suffix = "_l" + std::to_string(i / directions) + (i % directions ? "_reverse" : "");
    const std::int64_t input = i < directions ? options_.input : options_.hidden * directions;
    Direction direction;
    direction.input_weight = add("weight_ih" + suffix, {gates * options_.hidden, input});
    direction.hidden_weight = add("weight_hh" + suffix, {gates * options_.hidden, options_.hidden});
    direction.bias = add("bias" + suffix, {gates * options_.hidden});
    if (is_lstm(options_.cell)) direction.peephole = add("weight_peephole" + suffix, {3, options_.hidden});
    directions_.push_back(direction);
  }
}

RecurrentImpl::Result RecurrentImpl::forward(const torch::Tensor& inputs, const torch::Tensor& lengths,
                                             const RecurrentState& state) {
  check_shapes(options_, inputs, lengths, state);
  return is_written_here(options_.cell) ? run_written(inputs, lengths, state) : run_library(inputs, lengths, state);
}

RecurrentImpl::Result RecurrentImpl::run_library(const torch::Tensor& inputs, const torch::Tensor& lengths,
                                                 const RecurrentState& state) {
  if (!lengths.defined() || lengths.min().item<std::int64_t>() == inputs.size(1)) {
    if (lstm_) {
      const auto [outputs, last] = lstm_->forward(inputs, pair_of(state));
      return {outputs, {std::get<0>(last), std::get<1>(last)}};
    }
    const auto [outputs, last] = rnn_ ? rnn_->forward(inputs, first_of(state)) : gru_->forward(inputs, first_of(state));
    return {outputs, {last}};
  }
  const packing::PackedSequence packed = packing::pack_padded_sequence(inputs, lengths, true, false);
  const auto unpacked = [&](const packing::PackedSequence& outputs) {
    return std::get<0>(packing::pad_packed_sequence(outputs, true, 0, inputs.size(1)));
  };
  if (lstm_) {
    const auto [outputs, last] = lstm_->forward_with_packed_input(packed, pair_of(state));
    return {unpacked(outputs), {std::get<0>(last), std::get<1>(last)}};
  }
  const auto [outputs, last] = rnn_ ? rnn_->forward_with_packed_input(packed, first_of(state))
                                    : gru_->forward_with_packed_input(packed, first_of(state));
  return {unpacked(outputs), {last}};
}

RecurrentImpl::Result RecurrentImpl::run_written(const torch::Tensor& inputs, const torch::Tensor& lengths,
                                                 const RecurrentState& state) {
  const std::int64_t directions = options_.bidirectional ? 2 : 1;
  const Ends ends(lengths, inputs.size(1), inputs.device());
  std::vector<RecurrentState> last(is_lstm(options_.cell) ? 2 : 1);
  torch::Tensor values = ends.cleared(inputs.transpose(0, 1).contiguous());
  for (std::int64_t layer = 0; layer < options_.layers; ++layer) {
    if (layer > 0) values = torch::dropout(values, options_.dropout, is_training());
    std::vector<torch::Tensor> outputs;
    for (std::int64_t i = 0; i < directions; ++i) {
      const std::int64_t row = layer * directions + i;
      const Direction& with = directions_[static_cast<std::size_t>(row)];
      const auto first = [&](std::size_t part) {
        return state.empty() ? inputs.new_zeros({inputs.size(0), options_.hidden}) : state[part][row];
      };
      const torch::Tensor projected =
          torch::linear(i == 0 ? values : ends.reversed(values), with.input_weight, with.bias);
      const Steps steps = is_lstm(options_.cell)
                              ? run_peephole_lstm(projected, with.hidden_weight, with.peephole, first(0), first(1))
                              : run_simplified_gru(projected, with.hidden_weight, first(0));
      for (std::size_t part = 0; part < steps.size(); ++part) last[part].push_back(ends.last(steps[part]));
      outputs.push_back(i == 0 ? steps[0] : ends.reversed(steps[0]));
    }
    values = ends.cleared(directions == 1 ? outputs[0] : torch::cat(outputs, 2));
  }
  RecurrentState result;
  for (const RecurrentState& part : last) result.push_back(torch::stack(part));
  return {values.transpose(0, 1).contiguous(), result};
}

}  // namespace equivec
