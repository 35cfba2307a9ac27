#pragma once

#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/base/characters.hpp"
#include "src/vectors/finite.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace equivec {

/// Looks up words by the rules of an evaluation: only the first `restrict` words of the vocabulary (0: all, and words
/// composed from n-grams if the embeddings find those), with or without case folding. The embeddings must outlive it. A
/// word that is found has a finite vector: else Error.
class WordLookup {
 public:
  WordLookup(const Embeddings& embeddings, std::size_t restrict, bool fold_case)
      : embeddings_(embeddings),
        vocabulary_(embeddings.vocabulary()),
        fold_case_(fold_case),
        composes_(restrict == 0),
        size_(restrict == 0 ? embeddings.size() : std::min(restrict, embeddings.size())) {
    if (!fold_case_) return;
    for (std::size_t row = 0; row < size_; ++row)
      if (const std::string_view word = vocabulary_.word(word_id(row)); std::ranges::any_of(word, is_upper))
        folded_[lowered(word)].push_back(word_id(row));
  }

  std::size_t size() const { return size_; }                             ///< number of words used
  bool can_be_answer(WordId word) const { return index(word) < size_; }  ///< not so composed words

  std::optional<WordId> find(const std::string& word) const {
    std::optional<WordId> found = fold_case_ ? find_folded(word) : find_as_written(word);
    if (!found && composes_) found = vocabulary_.find(fold_case_ && folded_.empty() ? lowered(word) : word);
    if (found) require_finite(embeddings_, *found);
    return found;
  }

  /// Appends all words that count as equal to `word`, itself included.
  void append_alike(WordId word, std::vector<WordId>& words) const {
    if (!fold_case_) return words.push_back(word);
    const std::vector<WordId> alike = all_alike(lowered(vocabulary_.word(word)));
    words.insert(words.end(), alike.begin(), alike.end());
  }

  bool same(WordId a, WordId b) const {
    return a == b || (fold_case_ && lowered(vocabulary_.word(a)) == lowered(vocabulary_.word(b)));
  }

 private:
  static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

  std::optional<WordId> find_folded(const std::string& word) const {
    const std::vector<WordId> alike = all_alike(lowered(word));
    return alike.empty() ? std::nullopt : std::optional(alike.front());
  }

  std::optional<WordId> find_as_written(std::string_view word) const {
    const auto id = vocabulary_.find(word);
    return id && index(*id) < size_ ? id : std::nullopt;
  }

  /// Ascending.
  std::vector<WordId> all_alike(const std::string& small) const {
    const auto found = folded_.find(small);
    std::vector<WordId> alike = found == folded_.end() ? std::vector<WordId>() : found->second;
    if (const auto id = find_as_written(small)) alike.insert(std::ranges::lower_bound(alike, *id), *id);
    return alike;
  }

  const Embeddings& embeddings_;
  const Vocabulary& vocabulary_;
  bool fold_case_, composes_;
  std::size_t size_;
  std::unordered_map<std::string, std::vector<WordId>> folded_;  // words with capitals; others fold to themselves
};

}  // namespace equivec
