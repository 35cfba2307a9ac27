#pragma once

#include "equivec/sequence/beam_search.hpp"
#include "equivec/sequence/options.hpp"
#include "src/sequence/attention.hpp"
#include "src/sequence/network.hpp"
#include "src/sequence/recurrent.hpp"

#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace equivec {

/// A sequence to a sequence (Bahdanau, Cho and Bengio 2014). The source is read in both directions; the target's next
/// unit depends on those before, by recurrent layers, and on the source's states, by attention. With
/// SequenceEncoder::mean the mean of the source's vectors begins the target, and nothing is looked at again.
class Translator : public SequenceNetwork {
 public:
  /// The label that begins and ends a target.
  static constexpr std::int64_t mark = 0;

  /// labels: of the target, the mark included.
  Translator(TokenVectors vectors, const SequenceModelOptions& options, std::int64_t labels);

  Loss loss(const EncodedExamples& examples, const SequenceBatch& batch) override;

  /// The targets of one source, which is referred to while it is asked.
  std::unique_ptr<NextTokens> targets_of(const Tokens& source);

 private:
  friend class SourceTargets;

  struct Source {
    torch::Tensor keys, prepared, mask;  // undefined where there is no attention
    RecurrentState state;                // before the target's first unit
  };
  struct Step {
    torch::Tensor scores;  // batch x labels
    RecurrentState state;
  };

  Source read(std::span<const Tokens* const> sources);
  /// previous: the label before, of each target.
  Step step(const torch::Tensor& previous, const RecurrentState& state, const Source& source);

  bool attends_;
  double dropout_;
  std::int64_t layers_, states_;  // of the target: layers, and tensors of a state
  Recurrent encoder_{nullptr};
  AdditiveAttention attention_{nullptr};
  torch::nn::Linear start_{nullptr};
  torch::nn::Embedding labels_;
  Recurrent decoder_{nullptr};
  torch::nn::Linear output_{nullptr};
};

}  // namespace equivec
