#pragma once

#include "equivec/base/types.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/text/text_options.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/text/text_rules.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// Finds the words of texts as the training of the vectors found them: by the TextOptions that their metadata tell, and
/// joined to phrases that are in the vocabulary, if they tell of phrases. Where they tell nothing, words are what
/// stands between white space. The embeddings must outlive it; several threads may use it.
class TextWords {
 public:
  explicit TextWords(const Embeddings& embeddings);

  /// Calls on_word(std::string_view) for each word of the text.
  template <class OnWord>
  void for_each(std::string_view text, const OnWord& on_word) const {
    if (joins_phrases_) {
      for (const std::string& word : phrases_of(text)) on_word(std::string_view(word));
    } else if (plain_) {
      tokenize(text, on_word, [] {});
    } else {
      TextRules::Scratch scratch;
      tokenize(rules_.apply(text, scratch).text, on_word, [] {});
    }
  }
  /// As written; if that is not found and the vocabulary is uncased, with A-Z as a-z.
  std::optional<WordId> find(std::string_view word) const;

 private:
  bool is_phrase(std::string_view word) const;
  std::vector<std::string> phrases_of(std::string_view text) const;

  const Vocabulary& vocabulary_;
  TextRules rules_;
  bool plain_;  // the rules change nothing
  bool cased_, joins_phrases_;
};

}  // namespace equivec
