#include "src/sequence/classifier.hpp"

#include <torch/nn/functional.h>

#include <utility>

namespace equivec {

namespace {

/// texts x numbers of a state.
torch::Tensor pooled(const Recurrent::Impl::Result& result, const torch::Tensor& lengths, Pooling pooling,
                     std::int64_t directions) {
  if (pooling == Pooling::last) {
    const torch::Tensor& states = result.state[0];  // those of the last layer come last
    const std::int64_t count = states.size(0);
    return directions == 1 ? states[count - 1] : torch::cat({states[count - 2], states[count - 1]}, 1);
  }
  if (pooling == Pooling::mean) return result.outputs.sum(1) / lengths.unsqueeze(1);
  const torch::Tensor inside = mask_of(lengths, result.outputs.size(1)).unsqueeze(2);
  return std::get<0>(result.outputs.masked_fill(~inside, -1e9).max(1));
}

}  // namespace

SequenceClassifier::SequenceClassifier(TokenVectors vectors, const SequenceModelOptions& options, std::int64_t classes)
    : SequenceNetwork(std::move(vectors)),
      pooling_(options.pooling),
      dropout_(options.dropout),
      directions_(options.bidirectional ? 2 : 1),
      layers_(
          register_module("layers", Recurrent(recurrent_options(options, vectors_->width(), options.bidirectional)))),
      output_(register_module("output", torch::nn::Linear(options.hidden * directions_, classes))) {}

torch::Tensor SequenceClassifier::log_probabilities(std::span<const Tokens* const> texts) {
  const torch::Tensor lengths = lengths_of(texts);
  const auto dropped = [&](const torch::Tensor& input) { return torch::dropout(input, dropout_, is_training()); };
  const Recurrent::Impl::Result result = layers_->forward(dropped(vectors_->forward(texts)), lengths);
  return torch::log_softmax(output_->forward(dropped(pooled(result, lengths, pooling_, directions_))), 1);
}

SequenceNetwork::Loss SequenceClassifier::loss(const EncodedExamples& examples, const SequenceBatch& batch) {
  torch::Tensor classes = torch::empty({static_cast<std::int64_t>(batch.size())}, torch::kInt64);
  for (std::size_t i = 0; i < batch.size(); ++i) classes.data_ptr<std::int64_t>()[i] = examples.outputs[batch[i]][0];
  return {torch::nll_loss(log_probabilities(texts_of(examples, batch)), classes), static_cast<double>(batch.size())};
}

}  // namespace equivec
