#pragma once

#include "equivec/base/types.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/text/text_options.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/downstream/text_pieces.hpp"
#include "src/text/text_rules.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// Finds the words of texts: as the tokenizer of a static sentence model cuts them, if the vectors came with one; else
/// as their training found them, by the TextOptions that their metadata tell, and joined to phrases that are in the
/// vocabulary, if they tell of phrases. Where they tell nothing, words are what stands between white space. The
/// embeddings must outlive it; several threads may use it.
class TextWords {
 public:
  /// cuts_texts: false if only find() will be called. Throws Error for a tokenizer whose rules are not known.
  explicit TextWords(const Embeddings& embeddings, bool cuts_texts = true);

  /// The words of the text in order, whether found or not. The tokenizer is not asked.
  std::vector<std::string> split(std::string_view text) const;
  /// The words of the text in order, empty for one that is not found.
  std::vector<std::optional<WordId>> of(std::string_view text) const;
  /// As written; a word that is not found so is looked up with A-Z as a-z if the vocabulary is uncased.
  std::vector<std::optional<WordId>> find(std::span<const std::string_view> words) const;

 private:
  bool is_phrase(std::string_view word) const;
  std::vector<std::string> with_phrases(std::vector<std::string> words) const;

  const Vocabulary& vocabulary_;
  std::optional<TextPieces> pieces_;
  TextRules rules_;
  bool plain_;  // the rules change nothing
  bool cased_, joins_phrases_;
};

}  // namespace equivec
