#pragma once

#include "equivec/vocabulary.hpp"
#include "src/letter_case.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace equivec {

/// The words of a vocabulary by the rule of an evaluation: which of them count, and in which case. The vocabulary must
/// outlive it.
class WordLookup {
 public:
  WordLookup(const Vocabulary& vocabulary, std::size_t restrict, bool fold_case)
      : vocabulary_(vocabulary),
        fold_case_(fold_case),
        size_(restrict == 0 ? vocabulary.size() : std::min(restrict, vocabulary.size())) {
    if (!fold_case_) return;
    alike_.reserve(size_);
    for (std::size_t row = 0; row < size_; ++row)
      alike_[lowered(vocabulary.word(word_id(row)))].push_back(word_id(row));
  }

  std::size_t size() const { return size_; }  ///< words that count

  std::optional<WordId> find(const std::string& word) const {
    if (fold_case_) {
      const auto found = alike_.find(lowered(word));
      return found == alike_.end() ? std::nullopt : std::optional(found->second.front());
    }
    const auto id = vocabulary_.find(word);
    return id && index(*id) < size_ ? id : std::nullopt;
  }

  /// All words that count as the same as `word`.
  void append_alike(WordId word, std::vector<WordId>& words) const {
    if (!fold_case_) return words.push_back(word);
    const auto& alike = alike_.at(lowered(vocabulary_.word(word)));
    words.insert(words.end(), alike.begin(), alike.end());
  }

  bool same(WordId a, WordId b) const {
    return a == b || (fold_case_ && lowered(vocabulary_.word(a)) == lowered(vocabulary_.word(b)));
  }

 private:
  const Vocabulary& vocabulary_;
  bool fold_case_;
  std::size_t size_;
  std::unordered_map<std::string, std::vector<WordId>> alike_;
};

}  // namespace equivec
