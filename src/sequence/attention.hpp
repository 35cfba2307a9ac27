#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>

namespace equivec {

/// Additive attention (Bahdanau, Cho and Bengio 2014, "Neural Machine Translation by Jointly Learning to Align and
/// Translate", arXiv:1409.0473, section 3.1 and A.1.2): the score of a key h for a query s is v' tanh(W s + U h), the
/// weights of the keys are the softmax of their scores, and the context is the sum of the keys so weighted. Parameters:
/// query_weight W (hidden x query), key_weight U (hidden x key), score_weight v (hidden).
class AdditiveAttentionImpl : public torch::nn::Module {
 public:
  struct Result {
    torch::Tensor context;  ///< batch x key
    torch::Tensor weights;  ///< batch x time; exactly 0 where the mask is false, of sum 1
  };

  /// How many numbers a query, a key and the layer between have, each at least 1. Throws OptionError.
  AdditiveAttentionImpl(std::int64_t query, std::int64_t key, std::int64_t hidden);

  /// U h, once for all queries of a sequence. keys: batch x time x key; returns batch x time x hidden.
  torch::Tensor prepare(const torch::Tensor& keys);

  /// query: batch x query. prepared: of prepare(keys). mask: batch x time, bool, true where a key is to be seen, at
  /// least one in each row; undefined: all. Keys that are not seen must be finite numbers.
  Result forward(const torch::Tensor& query, const torch::Tensor& prepared, const torch::Tensor& keys,
                 const torch::Tensor& mask = {});

 private:
  torch::Tensor query_weight_, key_weight_, score_weight_;
};
TORCH_MODULE(AdditiveAttention);

}  // namespace equivec
