#include "src/sequence/token_vectors.hpp"

#include "equivec/base/error.hpp"
#include "src/base/suggestion.hpp"

#include <torch/nn/functional.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace equivec {

TokenVectorsImpl::TokenVectorsImpl(const Embeddings& vectors, std::span<const WordId> trained,
                                   std::vector<std::string> characters, const SequenceModelOptions& options)
    : vectors_(vectors.with_composed_words()),
      words_(vectors_, false),
      width_(vectors.dimension()),
      own_rows_(vectors.size()),
      characters_(std::move(characters)) {
  const auto dimension = static_cast<std::int64_t>(vectors.dimension());
  torch::Tensor own = torch::empty({1 + static_cast<std::int64_t>(trained.size()), dimension});
  // As the vectors of words are at first where they are drawn.
  own[0].uniform_(-std::sqrt(3.0 / static_cast<double>(dimension)), std::sqrt(3.0 / static_cast<double>(dimension)));
  for (std::size_t i = 0; i < trained.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i) + 1;
    own_rows_[index(trained[i])] = row;
    copy_vector(static_cast<std::int64_t>(index(trained[i])), std::string(vectors_.vocabulary().word(trained[i])),
                own.data_ptr<float>() + row * dimension);
  }
  own_ = register_parameter("own", own);
  if (options.character_encoder == CharacterEncoderKind::none) return;
  for (const std::string& character : characters_)
    character_numbers_.emplace(character, static_cast<std::int64_t>(character_numbers_.size()) + 1);
  encoder_ = register_module("characters", CharacterEncoder(CharacterEncoderOptions{
                                               .kind = options.character_encoder,
                                               .characters = static_cast<std::int64_t>(characters_.size()) + 1,
                                               .dimension = options.character_dimension,
                                               .outputs = options.character_outputs}));
  width_ += options.character_outputs;
}

Tokens TokenVectorsImpl::tokens_of(std::vector<std::string> words) const {
  const std::vector<std::string_view> views(words.begin(), words.end());
  Tokens tokens{.words = {}, .rows = {}};
  for (const std::optional<WordId> id : words_.find(views))
    tokens.rows.push_back(id ? static_cast<std::int64_t>(index(*id)) : Tokens::unknown);
  tokens.words = std::move(words);
  return tokens;
}

void TokenVectorsImpl::copy_vector(std::int64_t row, const std::string& word, float* to) const {
  const std::span<const float> vector = vectors_[word_id(static_cast<std::size_t>(row))];
  if (!std::ranges::all_of(vector, [](float value) { return std::isfinite(value); }))
    throw Error("the vector of '" + escaped(word) + "' is not finite; convert the vectors with --not-finite drop");
  std::ranges::copy(vector, to);
}

torch::Tensor TokenVectorsImpl::forward(std::span<const Tokens* const> texts) {
  std::int64_t longest = 1;
  for (const Tokens* text : texts) longest = std::max(longest, static_cast<std::int64_t>(text->size()));
  const auto count = static_cast<std::int64_t>(texts.size());
  const std::int64_t dimension = vectors_.dimension();
  torch::Tensor fixed = torch::zeros({count * longest, dimension});
  torch::Tensor own = torch::full({count * longest}, -1, torch::kInt64);
  std::int64_t* const rows = own.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < texts[static_cast<std::size_t>(i)]->size(); ++k) {
      const Tokens& text = *texts[static_cast<std::size_t>(i)];
      const std::int64_t place = i * longest + static_cast<std::int64_t>(k), row = text.rows[k];
      const bool composed = row >= static_cast<std::int64_t>(own_rows_.size());
      if (row == Tokens::unknown || (!composed && own_rows_[static_cast<std::size_t>(row)] > 0))
        rows[place] = row == Tokens::unknown ? 0 : own_rows_[static_cast<std::size_t>(row)];
      else
        copy_vector(row, text.words[k], fixed.data_ptr<float>() + place * dimension);
    }
  const torch::Tensor is_own = (own >= 0).unsqueeze(1);
  torch::Tensor result =
      torch::where(is_own, torch::embedding(own_, own.clamp_min(0)), fixed).view({count, longest, dimension});
  if (encoder_) result = torch::cat({result, character_vectors(texts, longest)}, 2);
  return result;
}

torch::Tensor TokenVectorsImpl::character_vectors(std::span<const Tokens* const> texts, std::int64_t longest) {
  // Each word once, however often it occurs in the batch.
  std::unordered_map<std::string_view, std::int64_t> numbers;
  std::vector<std::vector<std::int64_t>> words = {{0}};  // the first stands beyond the end of a text
  torch::Tensor places = torch::zeros({static_cast<std::int64_t>(texts.size()) * longest}, torch::kInt64);
  std::size_t most = 1;
  for (std::size_t i = 0; i < texts.size(); ++i)
    for (std::size_t k = 0; k < texts[i]->size(); ++k) {
      const std::string& word = texts[i]->words[k];
      const auto [found, is_new] = numbers.emplace(word, static_cast<std::int64_t>(words.size()));
      if (is_new) {
        std::vector<std::int64_t> characters;
        for (const std::string& character : units_of(word, SequenceUnits::characters)) {
          const auto known = character_numbers_.find(character);
          characters.push_back(known == character_numbers_.end() ? 0 : known->second);
        }
        characters.resize(std::min<std::size_t>(characters.size(), longest_word));
        most = std::max(most, characters.size());
        words.push_back(std::move(characters));
      }
      places.data_ptr<std::int64_t>()[static_cast<std::int64_t>(i) * longest + static_cast<std::int64_t>(k)] =
          found->second;
    }
  torch::Tensor characters =
      torch::zeros({static_cast<std::int64_t>(words.size()), static_cast<std::int64_t>(most)}, torch::kInt64);
  torch::Tensor lengths = torch::empty({static_cast<std::int64_t>(words.size())}, torch::kInt64);
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::ranges::copy(words[i], characters.data_ptr<std::int64_t>() + i * most);
    lengths.data_ptr<std::int64_t>()[i] = static_cast<std::int64_t>(words[i].size());
  }
  const torch::Tensor padded = (places > 0).unsqueeze(1);
  const torch::Tensor encoded = encoder_->forward(characters, lengths).index_select(0, places);
  return torch::where(padded, encoded, torch::zeros_like(encoded))
      .view({static_cast<std::int64_t>(texts.size()), longest, -1});
}

Embeddings TokenVectorsImpl::trained_vectors() const {
  if (own_.size(0) == 1) return vectors_;
  Matrix matrix = vectors_.matrix();
  const torch::Tensor own = own_.detach().contiguous();
  for (std::size_t i = 0; i < own_rows_.size(); ++i)
    if (own_rows_[i] > 0)
      std::copy_n(own.data_ptr<float>() + own_rows_[i] * matrix.cols(), matrix.cols(),
                  matrix.data() + static_cast<Eigen::Index>(i) * matrix.cols());
  std::optional<Subwords> subwords;
  if (vectors_.subwords()) subwords = *vectors_.subwords();
  return vectors_.with_vectors(std::move(matrix)).with_subwords(std::move(subwords));
}

torch::Tensor TokenVectorsImpl::unknown() const { return own_.detach().narrow(0, 0, 1).clone(); }

void TokenVectorsImpl::set_unknown(const torch::Tensor& vector) {
  const torch::NoGradGuard no_gradient;
  own_.narrow(0, 0, 1).copy_(vector);
}

}  // namespace equivec
