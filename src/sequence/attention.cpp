#include "src/sequence/attention.hpp"

#include "equivec/base/error.hpp"

#include <cmath>
#include <limits>

namespace equivec {

AdditiveAttentionImpl::AdditiveAttentionImpl(std::int64_t query, std::int64_t key, std::int64_t hidden) {
  require_at_least("query", static_cast<double>(query), 1);
  require_at_least("key", static_cast<double>(key), 1);
  require_at_least("hidden", static_cast<double>(hidden), 1);
  // As libtorch's linear layers begin: uniform, by the number of inputs.
  const auto uniform = [](torch::IntArrayRef shape) {
    const double bound = 1 / std::sqrt(static_cast<double>(shape.back()));
    return torch::empty(shape).uniform_(-bound, bound);
  };
  query_weight_ = register_parameter("query_weight", uniform({hidden, query}));
  key_weight_ = register_parameter("key_weight", uniform({hidden, key}));
  score_weight_ = register_parameter("score_weight", uniform({hidden}));
}

torch::Tensor AdditiveAttentionImpl::prepare(const torch::Tensor& keys) { return torch::linear(keys, key_weight_); }

AdditiveAttentionImpl::Result AdditiveAttentionImpl::forward(const torch::Tensor& query, const torch::Tensor& prepared,
                                                             const torch::Tensor& keys, const torch::Tensor& mask) {
  const torch::Tensor hidden = torch::tanh(prepared + torch::linear(query, query_weight_).unsqueeze(1));
  torch::Tensor scores = torch::matmul(hidden, score_weight_);
  if (mask.defined()) scores = scores.masked_fill(mask.logical_not(), -std::numeric_limits<double>::infinity());
  const torch::Tensor weights = torch::softmax(scores, 1);
  return {torch::bmm(weights.unsqueeze(1), keys).squeeze(1), weights};
}

}  // namespace equivec
