#pragma once

#include "equivec/sequence/options.hpp"
#include "src/sequence/network.hpp"
#include "src/sequence/recurrent.hpp"

#include <torch/nn/modules/linear.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace equivec {

/// The unit that stands behind each text, and before the first.
inline constexpr std::string_view end_of_text = "\n";

/// The next unit of a text. Its one example is a stream: all texts one after the other, an end of text behind each. A
/// training has as many streams side by side as a batch has examples, cut into windows; the state goes on from one
/// window to the next, the gradient does not (truncated backpropagation through time).
class LanguageModel : public SequenceNetwork {
 public:
  /// units: how many labels there are. window: units of a stream through which a gradient goes.
  LanguageModel(TokenVectors vectors, const SequenceModelOptions& options, std::int64_t units, int window);

  std::vector<SequenceBatch> batches(const EncodedExamples& stream, std::size_t size, Rng* rng) override;
  Loss loss(const EncodedExamples& stream, const SequenceBatch& batch) override;

  /// -ln P of each unit of the stream but the first, which stands before it, given those before.
  std::vector<double> log_losses(const EncodedExamples& stream);

  struct Next {
    torch::Tensor log_probabilities;  ///< of the next unit
    RecurrentState state;
  };
  /// What follows some units that follow what the state has seen.
  Next next(const Tokens& units, const RecurrentState& state);

 private:
  /// Of units [begin, begin + size) of each of the streams side by side, the first of which begins at `offset`: streams
  /// x size x units.
  torch::Tensor scores(const Tokens& stream, std::size_t offset, std::size_t begin, std::size_t size);

  double dropout_;
  std::size_t window_, streams_ = 1, length_ = 0;  // of each stream
  Recurrent layers_;
  torch::nn::Linear output_;
  RecurrentState state_;  // of all streams, after the last window
};

}  // namespace equivec
