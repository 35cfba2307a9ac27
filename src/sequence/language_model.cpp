#include "src/sequence/language_model.hpp"

#include <torch/nn/functional.h>

#include <algorithm>
#include <utility>

namespace equivec {

namespace {

// Streams into which a text is cut to be scored: fewer see more of what stands before, more take less time.
constexpr std::size_t scored_streams = 16, shortest_scored = 1000;

Tokens part_of(const Tokens& tokens, std::size_t begin, std::size_t size) {
  const auto first = static_cast<std::ptrdiff_t>(begin), last = static_cast<std::ptrdiff_t>(begin + size);
  return {{tokens.words.begin() + first, tokens.words.begin() + last},
          {tokens.rows.begin() + first, tokens.rows.begin() + last}};
}

}  // namespace

LanguageModel::LanguageModel(TokenVectors vectors, const SequenceModelOptions& options, std::int64_t units, int window)
    : SequenceNetwork(std::move(vectors)),
      dropout_(options.dropout),
      window_(static_cast<std::size_t>(window)),
      layers_(register_module("layers", Recurrent(recurrent_options(options, vectors_->width(), false)))),
      output_(register_module("output", torch::nn::Linear(options.hidden, units))) {}

std::vector<SequenceBatch> LanguageModel::batches(const EncodedExamples& stream, std::size_t size, Rng*) {
  const std::size_t predicted = stream.inputs[0].size() - 1;
  streams_ = std::clamp<std::size_t>(predicted / window_, 1, size);
  length_ = predicted / streams_;
  std::vector<SequenceBatch> windows;
  for (std::size_t begin = 0; begin < length_; begin += window_) windows.push_back({begin});
  return windows;
}

torch::Tensor LanguageModel::scores(const Tokens& stream, std::size_t offset, std::size_t begin, std::size_t size) {
  std::vector<Tokens> parts;
  for (std::size_t i = 0; i < streams_; ++i) parts.push_back(part_of(stream, offset + i * length_ + begin, size));
  std::vector<const Tokens*> texts;
  for (const Tokens& part : parts) texts.push_back(&part);
  const auto dropped = [&](const torch::Tensor& input) { return torch::dropout(input, dropout_, is_training()); };
  if (begin == 0) state_.clear();
  Recurrent::Impl::Result result = layers_->forward(dropped(vectors_->forward(texts)), {}, state_);
  state_.clear();
  for (const torch::Tensor& each : result.state) state_.push_back(each.detach());
  return output_->forward(dropped(result.outputs));
}

SequenceNetwork::Loss LanguageModel::loss(const EncodedExamples& stream, const SequenceBatch& batch) {
  const std::size_t begin = batch[0], size = std::min(window_, length_ - begin);
  const torch::Tensor logits = scores(stream.inputs[0], 0, begin, size);
  torch::Tensor next =
      torch::empty({static_cast<std::int64_t>(streams_), static_cast<std::int64_t>(size)}, torch::kInt64);
  for (std::size_t i = 0; i < streams_; ++i)
    std::copy_n(stream.outputs[0].begin() + static_cast<std::ptrdiff_t>(i * length_ + begin + 1), size,
                next.data_ptr<std::int64_t>() + i * size);
  return {log_loss_of(logits, next), static_cast<double>(streams_ * size)};
}

std::vector<double> LanguageModel::log_losses(const EncodedExamples& stream) {
  const std::size_t predicted = stream.inputs[0].size() - 1;
  std::vector<double> losses(predicted);
  const auto score = [&](std::size_t offset, std::size_t streams, std::size_t length) {
    streams_ = streams, length_ = length;
    for (std::size_t begin = 0; begin < length; begin += window_) {
      const std::size_t size = std::min(window_, length - begin);
      const torch::Tensor logs = torch::log_softmax(scores(stream.inputs[0], offset, begin, size), 2);
      const auto values = logs.accessor<float, 3>();
      for (std::size_t i = 0; i < streams; ++i)
        for (std::size_t k = 0; k < size; ++k) {
          const std::size_t place = offset + i * length + begin + k;
          const std::int64_t label = std::max<std::int64_t>(stream.outputs[0][place + 1], 0);
          losses[place] =
              -static_cast<double>(values[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(k)][label]);
        }
    }
  };
  const std::size_t streams = std::clamp<std::size_t>(predicted / shortest_scored, 1, scored_streams),
                    length = predicted / streams;
  score(0, streams, length);
  if (streams * length < predicted) score(streams * length, 1, predicted - streams * length);
  return losses;
}

LanguageModel::Next LanguageModel::next(const Tokens& units, const RecurrentState& state) {
  const Tokens* const text = &units;
  const Recurrent::Impl::Result result = layers_->forward(vectors_->forward({&text, 1}), {}, state);
  return {torch::log_softmax(output_->forward(result.outputs[0][-1]), 0), result.state};
}

}  // namespace equivec
