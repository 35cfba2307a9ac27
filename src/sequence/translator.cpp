#include "src/sequence/translator.hpp"

#include <torch/nn/functional.h>

#include <algorithm>
#include <utility>

namespace equivec {

namespace {

std::int64_t states_of(CellKind cell) { return cell == CellKind::lstm || cell == CellKind::peephole_lstm ? 2 : 1; }

}  // namespace

Translator::Translator(TokenVectors vectors, const SequenceModelOptions& options, std::int64_t labels)
    : SequenceNetwork(std::move(vectors)),
      attends_(options.encoder == SequenceEncoder::attention),
      dropout_(options.dropout),
      layers_(options.layers),
      states_(states_of(options.cell)),
      labels_(register_module("labels", torch::nn::Embedding(labels, options.dimension))) {
  std::int64_t source = vectors_->width(), context = 0;
  if (attends_) {
    encoder_ =
        register_module("encoder", Recurrent(recurrent_options(options, vectors_->width(), options.bidirectional)));
    source = context = options.hidden * (options.bidirectional ? 2 : 1);
    attention_ = register_module("attention", AdditiveAttention(options.hidden, context, options.hidden));
  }
  start_ = register_module("start", torch::nn::Linear(source, states_ * layers_ * options.hidden));
  decoder_ = register_module("decoder", Recurrent(recurrent_options(options, options.dimension + context, false)));
  output_ = register_module("output", torch::nn::Linear(options.hidden + context + options.dimension, labels));
}

Translator::Source Translator::read(std::span<const Tokens* const> sources) {
  const torch::Tensor lengths = lengths_of(sources);
  const torch::Tensor inputs = torch::dropout(vectors_->forward(sources), dropout_, is_training());
  Source source;
  torch::Tensor summary = inputs;
  if (attends_) {
    source.keys = summary = encoder_->forward(inputs, lengths).outputs;
    source.prepared = attention_->prepare(source.keys);
    source.mask = mask_of(lengths, inputs.size(1));
  }
  // Beyond the end of a source stand zeros.
  const torch::Tensor mean = summary.sum(1) / lengths.unsqueeze(1);
  const torch::Tensor start = torch::tanh(start_->forward(mean)).view({mean.size(0), states_, layers_, -1});
  for (std::int64_t i = 0; i < states_; ++i) source.state.push_back(start.select(1, i).transpose(0, 1).contiguous());
  return source;
}

Translator::Step Translator::step(const torch::Tensor& previous, const RecurrentState& state, const Source& source) {
  const torch::Tensor label = torch::dropout(labels_->forward(previous), dropout_, is_training());
  std::vector<torch::Tensor> input = {label};
  if (attends_)
    input.push_back(attention_->forward(state[0][layers_ - 1], source.prepared, source.keys, source.mask).context);
  Recurrent::Impl::Result result = decoder_->forward(torch::cat(input, 1).unsqueeze(1), {}, state);
  input.push_back(result.outputs.select(1, 0));
  return {output_->forward(torch::dropout(torch::cat(input, 1), dropout_, is_training())), std::move(result.state)};
}

SequenceNetwork::Loss Translator::loss(const EncodedExamples& examples, const SequenceBatch& batch) {
  std::vector<std::vector<std::int64_t>> before, after;
  double items = 0;
  for (const std::size_t i : batch) {
    before.push_back({mark});
    before.back().insert(before.back().end(), examples.outputs[i].begin(), examples.outputs[i].end());
    after.push_back(examples.outputs[i]);
    after.back().push_back(mark);
    items += static_cast<double>(after.back().size());
  }
  const auto tensor_of = [](const std::vector<std::vector<std::int64_t>>& rows, std::int64_t filling) {
    std::vector<const std::vector<std::int64_t>*> pointers;
    for (const std::vector<std::int64_t>& row : rows) pointers.push_back(&row);
    return padded(pointers, filling);
  };
  const torch::Tensor given = tensor_of(before, mark), wanted = tensor_of(after, no_label);
  const Source source = read(texts_of(examples, batch));
  RecurrentState state = source.state;
  std::vector<torch::Tensor> scores;
  for (std::int64_t t = 0; t < given.size(1); ++t) {
    Step next = step(given.select(1, t), state, source);
    scores.push_back(std::move(next.scores));
    state = std::move(next.state);
  }
  return {log_loss_of(torch::stack(scores, 1), wanted), items};
}

/// One source's targets, for a search.
class SourceTargets : public NextTokens {
 public:
  SourceTargets(Translator& translator, const Tokens& source) : translator_(translator) {
    const Tokens* const text = &source;
    source_ = translator_.read({&text, 1});
    state_ = source_.state;
  }

  std::size_t size() const override { return static_cast<std::size_t>(translator_.labels_->options.num_embeddings()); }
  void restart() override { state_ = source_.state; }

  void advance(std::span<const std::size_t> parents, std::span<const TokenNumber> tokens,
               std::span<float> log_probabilities) override {
    const auto rows = static_cast<std::int64_t>(parents.size());
    torch::Tensor before = torch::empty({rows}, torch::kInt64), previous = torch::empty({rows}, torch::kInt64);
    std::ranges::copy(parents, before.data_ptr<std::int64_t>());
    std::ranges::copy(tokens, previous.data_ptr<std::int64_t>());
    RecurrentState state;
    for (const torch::Tensor& each : state_) state.push_back(each.index_select(1, before));
    Translator::Source source = source_;
    if (source.keys.defined()) {
      source.keys = source.keys.expand({rows, -1, -1});
      source.prepared = source.prepared.expand({rows, -1, -1});
      source.mask = source.mask.expand({rows, -1});
    }
    Translator::Step step = translator_.step(previous, state, source);
    state_ = std::move(step.state);
    const torch::Tensor logs = torch::log_softmax(step.scores, 1).contiguous();
    std::copy_n(logs.data_ptr<float>(), log_probabilities.size(), log_probabilities.begin());
  }

 private:
  Translator& translator_;
  Translator::Source source_;
  RecurrentState state_;
};

std::unique_ptr<NextTokens> Translator::targets_of(const Tokens& source) {
  return std::make_unique<SourceTargets>(*this, source);
}

}  // namespace equivec
