#pragma once

#include "equivec/counts/vocabulary.hpp"
#include "src/counts/word_index.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// Makes a vocabulary, in memory, of words that come one by one and may repeat.
class VocabularyBuilder {
 public:
  VocabularyBuilder();

  void reserve(std::size_t words) {
    index_.reserve(words);
    tables_->offsets.reserve(words + 1);
    tables_->counts.reserve(words);
  }
  /// For a word that will be added soon.
  void prefetch(std::string_view word) const noexcept { index_.prefetch(word); }
  /// False if it was added before, which then changes nothing. Throws Error for more than 2^32 - 2 words. REQUIRES: not
  /// empty
  bool add(std::string_view word, std::uint64_t count);
  std::size_t size() const noexcept { return tables_->counts.size(); }
  Vocabulary vocabulary() &&;

 private:
  struct Tables {
    std::vector<std::int64_t> offsets, counts;
    std::string bytes;

    std::string_view word(std::uint32_t number) const noexcept {
      const auto begin = static_cast<std::size_t>(offsets[number]);
      return std::string_view(bytes).substr(begin, static_cast<std::size_t>(offsets[number + 1]) - begin);
    }
  };

  std::shared_ptr<Tables> tables_;
  WordIndex index_;
};

}  // namespace equivec
