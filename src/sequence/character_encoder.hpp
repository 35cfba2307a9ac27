#pragma once

#include "equivec/sequence/character_encoder_kind.hpp"
#include "src/sequence/recurrent.hpp"

#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/embedding.h>

#include <cstdint>

namespace equivec {

struct CharacterEncoderOptions {
  CharacterEncoderKind kind = CharacterEncoderKind::convolution;  ///< not none
  std::int64_t characters = 0;                                    ///< how many there are, at least 1; numbered from 0
  std::int64_t dimension = 25;                                    ///< of a character's vector, at least 1
  std::int64_t outputs = 50;  ///< of a word's vector, at least 1; for lstm even, half of them of each direction
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const CharacterEncoderOptions& options);

/// Vectors of words from their characters. The convolution sees a vector of zeros before and after each word, as in the
/// paper. Characters' vectors begin uniform in -sqrt(3 / dimension)..sqrt(3 / dimension), as there.
class CharacterEncoderImpl : public torch::nn::Module {
 public:
  /// Throws OptionError.
  explicit CharacterEncoderImpl(const CharacterEncoderOptions& options);

  /// characters: words x longest, int64, 0..characters-1 (also beyond a word's end, where they have no influence).
  /// lengths: words, int64, on the CPU, each 1..longest. Returns words x outputs.
  torch::Tensor forward(const torch::Tensor& characters, const torch::Tensor& lengths);

 private:
  torch::nn::Embedding vectors_{nullptr};
  torch::nn::Conv1d filters_{nullptr};
  Recurrent layers_{nullptr};
};
TORCH_MODULE(CharacterEncoder);

}  // namespace equivec
