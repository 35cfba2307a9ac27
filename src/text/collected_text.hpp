#pragma once

#include "equivec/base/types.hpp"
#include "equivec/text/corpus.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// A text that a program gave word by word: what CorpusBuilder makes, and a Corpus may hold in place of files.
struct CollectedText {
  std::string bytes;                  ///< of the different words, in the order of their numbers
  std::vector<std::size_t> ends;      ///< of each word in `bytes`
  std::vector<std::uint64_t> counts;  ///< of each word

  std::shared_ptr<const void> owner;  ///< of the ids
  /// Numbers of words, from 0, with EncodedCorpus::sentence_end after each sentence, which has a word at least.
  std::span<const WordId> ids;
  std::uint64_t tokens = 0, sentences = 0;
  std::string hash;  ///< of the text that the words are when written with blanks between them, a sentence a line

  std::string_view word(std::size_t number) const noexcept {
    const std::size_t begin = number == 0 ? 0 : ends[number - 1];
    return std::string_view(bytes).substr(begin, ends[number] - begin);
  }
};

/// The words that the corpus holds; null if it holds files or a string.
const CollectedText* collected_text(const Corpus& corpus) noexcept;

}  // namespace equivec
