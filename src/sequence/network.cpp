#include "src/sequence/network.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace equivec {

namespace {

template <class T>
void shuffle(std::vector<T>& items, Rng& rng) {
  for (std::size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1], items[rng.below(static_cast<std::uint32_t>(i))]);
}

// Within so many batches' examples those of about equal length are put together: the rest of the order is drawn.
constexpr std::size_t batches_sorted_together = 50;

}  // namespace

std::vector<SequenceBatch> SequenceNetwork::batches(const EncodedExamples& examples, std::size_t size, Rng* rng) {
  std::vector<std::size_t> order(examples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (rng) shuffle(order, *rng);
  const auto length = [&](std::size_t i) { return examples.inputs[i].size(); };
  const std::size_t together = rng ? batches_sorted_together * size : order.size();
  std::vector<SequenceBatch> result;
  for (std::size_t begin = 0; begin < order.size(); begin += together) {
    const std::span<std::size_t> part = std::span(order).subspan(begin, std::min(together, order.size() - begin));
    std::ranges::stable_sort(part, {}, length);
    for (std::size_t i = 0; i < part.size(); i += size) {
      const std::span<std::size_t> batch = part.subspan(i, std::min(size, part.size() - i));
      result.emplace_back(batch.begin(), batch.end());
    }
  }
  if (rng) shuffle(result, *rng);
  return result;
}

RecurrentOptions recurrent_options(const SequenceModelOptions& options, std::int64_t input, bool bidirectional) {
  return {.cell = options.cell,
          .input = input,
          .hidden = options.hidden,
          .layers = options.layers,
          .bidirectional = bidirectional,
          .dropout = options.layers > 1 ? options.dropout : 0};
}

std::vector<const Tokens*> texts_of(const EncodedExamples& examples, const SequenceBatch& batch) {
  std::vector<const Tokens*> texts;
  for (const std::size_t i : batch) texts.push_back(&examples.inputs[i]);
  return texts;
}

torch::Tensor lengths_of(std::span<const Tokens* const> texts) {
  torch::Tensor lengths = torch::empty({static_cast<std::int64_t>(texts.size())}, torch::kInt64);
  for (std::size_t i = 0; i < texts.size(); ++i)
    lengths.data_ptr<std::int64_t>()[i] = static_cast<std::int64_t>(texts[i]->size());
  return lengths;
}

torch::Tensor mask_of(const torch::Tensor& lengths, std::int64_t longest) {
  return torch::arange(longest).unsqueeze(0) < lengths.unsqueeze(1);
}

torch::Tensor log_loss_of(const torch::Tensor& scores, const torch::Tensor& labels) {
  return torch::nll_loss(torch::log_softmax(scores, 2).flatten(0, 1), labels.flatten(), {}, torch::Reduction::Mean,
                         no_label);
}

torch::Tensor padded(std::span<const std::vector<std::int64_t>* const> rows, std::int64_t filling) {
  std::size_t longest = 1;
  for (const std::vector<std::int64_t>* row : rows) longest = std::max(longest, row->size());
  torch::Tensor result =
      torch::full({static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(longest)}, filling, torch::kInt64);
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::ranges::copy(*rows[i], result.data_ptr<std::int64_t>() + i * longest);
  return result;
}

}  // namespace equivec
