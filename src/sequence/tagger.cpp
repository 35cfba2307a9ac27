#include "src/sequence/tagger.hpp"

#include <torch/nn/functional.h>

#include <utility>

namespace equivec {

SequenceTagger::SequenceTagger(TokenVectors vectors, const SequenceModelOptions& options, std::int64_t tags,
                               const TagRules& rules)
    : SequenceNetwork(std::move(vectors)),
      dropout_(options.dropout),
      layers_(
          register_module("layers", Recurrent(recurrent_options(options, vectors_->width(), options.bidirectional)))),
      output_(register_module("output", torch::nn::Linear(options.hidden * (options.bidirectional ? 2 : 1), tags))) {
  if (options.crf) crf_ = register_module("crf", Crf(tags, rules));
}

torch::Tensor SequenceTagger::emissions(std::span<const Tokens* const> texts, const torch::Tensor& lengths) {
  const auto dropped = [&](const torch::Tensor& input) { return torch::dropout(input, dropout_, is_training()); };
  return output_->forward(dropped(layers_->forward(dropped(vectors_->forward(texts)), lengths).outputs));
}

SequenceNetwork::Loss SequenceTagger::loss(const EncodedExamples& examples, const SequenceBatch& batch) {
  const std::vector<const Tokens*> texts = texts_of(examples, batch);
  const torch::Tensor lengths = lengths_of(texts);
  std::vector<const std::vector<std::int64_t>*> rows;
  for (const std::size_t i : batch) rows.push_back(&examples.outputs[i]);
  const double words = lengths.sum().item<double>();
  const torch::Tensor scores = emissions(texts, lengths);
  if (crf_) return {-crf_->log_likelihood(scores, padded(rows, 0), lengths).sum() / words, words};
  return {log_loss_of(scores, padded(rows, no_label)), words};
}

std::vector<std::vector<std::int64_t>> SequenceTagger::tags(std::span<const Tokens* const> texts) {
  const torch::Tensor lengths = lengths_of(texts);
  const torch::Tensor scores = emissions(texts, lengths);
  if (crf_) return crf_->decode(scores, lengths);
  const torch::Tensor best = scores.argmax(2).contiguous();
  std::vector<std::vector<std::int64_t>> result;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::int64_t* const row = best.data_ptr<std::int64_t>() + static_cast<std::int64_t>(i) * best.size(1);
    result.emplace_back(row, row + texts[i]->size());
  }
  return result;
}

}  // namespace equivec
