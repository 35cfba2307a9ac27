#pragma once

#include "equivec/base/types.hpp"
#include "equivec/sequence/options.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/downstream/text_words.hpp"
#include "src/sequence/character_encoder.hpp"
#include "src/sequence/tokens.hpp"

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace equivec {

/// The vectors of texts' words: those given, but for words that are trained along, and one for all unknown words;
/// beside them what a network makes of a word's characters. Parameters: own ((1 + trained words) x dimension), of which
/// row 0 is that of unknown words.
class TokenVectorsImpl : public torch::nn::Module {
 public:
  /// trained: words of the vectors. characters: those that the network of characters knows.
  TokenVectorsImpl(const Embeddings& vectors, std::span<const WordId> trained, std::vector<std::string> characters,
                   const SequenceModelOptions& options);

  std::int64_t width() const { return width_; }  ///< numbers of a word
  const std::vector<std::string>& characters() const { return characters_; }

  /// Looks the words up. Several threads may call it.
  Tokens tokens_of(std::vector<std::string> words) const;

  /// texts x most words of one x width; zero beyond the end of a text. Throws Error for a vector that is not finite.
  torch::Tensor forward(std::span<const Tokens* const> texts);

  /// The vectors given, with those that were trained in their places.
  Embeddings trained_vectors() const;
  /// That of unknown words, 1 x dimension.
  torch::Tensor unknown() const;
  void set_unknown(const torch::Tensor& vector);

 private:
  static constexpr std::size_t longest_word = 100;  // characters that are looked at

  /// texts x most words x outputs of the network of characters.
  torch::Tensor character_vectors(std::span<const Tokens* const> texts, std::int64_t longest);
  void copy_vector(std::int64_t row, const std::string& word, float* to) const;

  Embeddings vectors_;  // finds composed words
  TextWords words_;
  std::int64_t width_;
  std::vector<std::int64_t> own_rows_;  // of each word of the vectors; 0: it has none
  std::vector<std::string> characters_;
  std::unordered_map<std::string, std::int64_t> character_numbers_;  // from 1; 0 is any other
  torch::Tensor own_;
  CharacterEncoder encoder_{nullptr};
};
TORCH_MODULE(TokenVectors);

}  // namespace equivec
