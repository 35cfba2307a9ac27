#pragma once

#include "equivec/sequence/options.hpp"
#include "src/sequence/crf.hpp"
#include "src/sequence/network.hpp"
#include "src/sequence/recurrent.hpp"

#include <torch/nn/modules/linear.h>

#include <cstdint>
#include <span>
#include <vector>

namespace equivec {

/// Many to many of equal length: the state of each word to a tag, by a softmax of its own or by a conditional random
/// field over all of the sentence.
class SequenceTagger : public SequenceNetwork {
 public:
  SequenceTagger(TokenVectors vectors, const SequenceModelOptions& options, std::int64_t tags, const TagRules& rules);

  Loss loss(const EncodedExamples& examples, const SequenceBatch& batch) override;
  /// The most probable tags of each text.
  std::vector<std::vector<std::int64_t>> tags(std::span<const Tokens* const> texts);

 private:
  /// texts x longest x tags.
  torch::Tensor emissions(std::span<const Tokens* const> texts, const torch::Tensor& lengths);

  double dropout_;
  Recurrent layers_;
  torch::nn::Linear output_;
  Crf crf_{nullptr};
};

}  // namespace equivec
