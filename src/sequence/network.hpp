#pragma once

#include "equivec/base/rng.hpp"
#include "equivec/sequence/options.hpp"
#include "src/sequence/recurrent.hpp"
#include "src/sequence/token_vectors.hpp"
#include "src/sequence/tokens.hpp"

#include <torch/nn/module.h>

#include <cstddef>
#include <span>
#include <vector>

namespace equivec {

/// What one step of training sees: numbers of examples, or of a text's windows.
using SequenceBatch = std::vector<std::size_t>;

/// A network for one task, with what training asks of it. Drops out while it is in training mode.
class SequenceNetwork : public torch::nn::Module {
 public:
  struct Loss {
    torch::Tensor mean;  ///< over the items; a scalar
    double items;        ///< texts, words or units
  };

  explicit SequenceNetwork(TokenVectors vectors) : vectors_(register_module("vectors", std::move(vectors))) {}

  TokenVectorsImpl& vectors() { return *vectors_; }
  const TokenVectorsImpl& vectors() const { return *vectors_; }

  /// All examples in batches of such a size, of about equal length each; in an order that is drawn, or, if `rng` is
  /// null, from the shortest to the longest.
  virtual std::vector<SequenceBatch> batches(const EncodedExamples& examples, std::size_t size, Rng* rng);

  /// Loss of a batch of batches(), which are given one after the other.
  virtual Loss loss(const EncodedExamples& examples, const SequenceBatch& batch) = 0;

 protected:
  TokenVectors vectors_;
};

/// The recurrent layers that a model's options ask for.
RecurrentOptions recurrent_options(const SequenceModelOptions& options, std::int64_t input, bool bidirectional);

/// The texts of a batch.
std::vector<const Tokens*> texts_of(const EncodedExamples& examples, const SequenceBatch& batch);
/// Their lengths: int64, on the CPU.
torch::Tensor lengths_of(std::span<const Tokens* const> texts);
/// texts x longest, bool: true before the end of each.
torch::Tensor mask_of(const torch::Tensor& lengths, std::int64_t longest);
/// Stands for a label beyond the end of a row.
inline constexpr std::int64_t no_label = -100;
/// Mean log-loss of labels (rows x steps, no_label is passed over) by scores (rows x steps x labels).
torch::Tensor log_loss_of(const torch::Tensor& scores, const torch::Tensor& labels);
/// Rows of numbers, filled up: rows x longest, int64.
torch::Tensor padded(std::span<const std::vector<std::int64_t>* const> rows, std::int64_t filling);

}  // namespace equivec
