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

  /// Calls on_word(std::optional<WordId>) for each word of the text, which is empty for one that is not found.
  template <class OnWord>
  void for_each(std::string_view text, const OnWord& on_word) const {
    const auto look_up = [&](std::string_view word) { on_word(find(word)); };
    if (pieces_) {
      for (const std::optional<WordId> word : pieces_->of(text)) on_word(word);
    } else if (joins_phrases_) {
      for (const std::string& word : phrases_of(text)) look_up(word);
    } else if (plain_) {
      tokenize(text, look_up, [] {});
    } else {
      TextRules::Scratch scratch;
      tokenize(rules_.apply(text, scratch).text, look_up, [] {});
    }
  }
  /// As written; if that is not found and the vocabulary is uncased, with A-Z as a-z.
  std::optional<WordId> find(std::string_view word) const;

 private:
  bool is_phrase(std::string_view word) const;
  std::vector<std::string> phrases_of(std::string_view text) const;

  const Vocabulary& vocabulary_;
  std::optional<TextPieces> pieces_;
  TextRules rules_;
  bool plain_;  // the rules change nothing
  bool cased_, joins_phrases_;
};

}  // namespace equivec
