#pragma once

#include "equivec/sequence/options.hpp"
#include "src/sequence/network.hpp"
#include "src/sequence/recurrent.hpp"

#include <torch/nn/modules/linear.h>

#include <cstdint>
#include <span>

namespace equivec {

/// Many to one: the states of all words, pooled, to a softmax over classes.
class SequenceClassifier : public SequenceNetwork {
 public:
  SequenceClassifier(TokenVectors vectors, const SequenceModelOptions& options, std::int64_t classes);

  Loss loss(const EncodedExamples& examples, const SequenceBatch& batch) override;
  /// texts x classes, ln P.
  torch::Tensor log_probabilities(std::span<const Tokens* const> texts);

 private:
  Pooling pooling_;
  double dropout_;
  std::int64_t directions_;
  Recurrent layers_;
  torch::nn::Linear output_;
};

}  // namespace equivec
