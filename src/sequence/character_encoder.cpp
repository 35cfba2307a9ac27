#include "src/sequence/character_encoder.hpp"

#include "equivec/base/error.hpp"

#include <cmath>
#include <limits>
#include <string>

namespace equivec {

void validate(const CharacterEncoderOptions& options) {
  if (options.kind == CharacterEncoderKind::none)
    throw OptionError("a character encoder must be of some kind, got none");
  require_at_least("characters", static_cast<double>(options.characters), 1);
  require_at_least("character_dimension", static_cast<double>(options.dimension), 1);
  require_at_least("character_outputs", static_cast<double>(options.outputs), 1);
  if (options.kind == CharacterEncoderKind::lstm && options.outputs % 2 != 0)
    throw OptionError("character_outputs must be even for lstm, half of them of each direction, got " +
                      std::to_string(options.outputs));
}

CharacterEncoderImpl::CharacterEncoderImpl(const CharacterEncoderOptions& options) {
  validate(options);
  vectors_ = register_module("vectors", torch::nn::Embedding(options.characters, options.dimension));
  const double bound = std::sqrt(3.0 / static_cast<double>(options.dimension));
  const torch::NoGradGuard no_gradients;
  vectors_->weight.uniform_(-bound, bound);
  if (options.kind == CharacterEncoderKind::convolution)
    filters_ = register_module(
        "filters", torch::nn::Conv1d(torch::nn::Conv1dOptions(options.dimension, options.outputs, 3).padding(1)));
  else
    layers_ = register_module(
        "layers",
        Recurrent(RecurrentOptions{
            .cell = CellKind::lstm, .input = options.dimension, .hidden = options.outputs / 2, .bidirectional = true}));
}

torch::Tensor CharacterEncoderImpl::forward(const torch::Tensor& characters, const torch::Tensor& lengths) {
  TORCH_CHECK(characters.dim() == 2 && lengths.dim() == 1 && lengths.size(0) == characters.size(0),
              "characters must be words x longest, with a length for each word");
  TORCH_CHECK(lengths.min().item<std::int64_t>() >= 1 && lengths.max().item<std::int64_t>() <= characters.size(1),
              "lengths must be between 1 and ", characters.size(1));
  const torch::Tensor vectors = vectors_->forward(characters);  // words x longest x dimension
  if (layers_) {
    const torch::Tensor last = layers_->forward(vectors, lengths).state[0];
    return torch::cat({last[0], last[1]}, 1);
  }
  const torch::Tensor outside =
      (torch::arange(characters.size(1)).unsqueeze(0) >= lengths.unsqueeze(1)).to(characters.device());
  const torch::Tensor answers = filters_->forward(vectors.masked_fill(outside.unsqueeze(2), 0).transpose(1, 2));
  return answers.masked_fill(outside.unsqueeze(1), -std::numeric_limits<double>::infinity()).amax(2);
}

}  // namespace equivec
