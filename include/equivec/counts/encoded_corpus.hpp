#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace equivec {

/// A corpus as word ids, read once so that training need not parse text again.
/// Words outside the vocabulary are gone, or are the unknown word where there is one. Sentences are separated by
/// `sentence_end`, which encode() puts after the last one too and never twice in a row. Immutable, cheap to copy;
/// chunks may be read by all threads.
class EncodedCorpus {
 public:
  /// Marks the end of a sentence; no word has this number.
  static constexpr WordId sentence_end{0xFFFFFFFFu};
  /// Ids in a chunk, sentence ends included. Chunks are numbered from the start of the corpus, so that what is done
  /// with a chunk can depend on its number and never on the thread that does it.
  static constexpr std::size_t chunk_size = 65536;

  /// Ids as a caller has them. Throws Error if an id is neither `sentence_end` nor below `words`.
  EncodedCorpus(std::vector<WordId> ids, std::size_t words);

  std::span<const WordId> ids() const noexcept { return ids_; }
  /// True if the ids stand in a temporary file, since they take more than VocabularyOptions::memory.
  bool mapped() const noexcept { return mapped_; }
  std::size_t chunks() const noexcept { return (ids_.size() + chunk_size - 1) / chunk_size; }
  std::span<const WordId> chunk(std::size_t number) const;  ///< REQUIRES: number < chunks()
  std::uint64_t words() const noexcept { return words_; }   ///< ids that are words, the end token included
  std::uint64_t tokens() const noexcept {
    return tokens_;
  }  ///< words of the text, those outside the vocabulary included
  /// "xxh64:" and 16 hexadecimal digits: the hash of the decompressed text (of all files, one after the other), as
  /// `xxhsum -H1` prints it; empty when unknown.
  const std::string& hash() const noexcept { return hash_; }

 private:
  friend class Encoder;
  EncodedCorpus() = default;

  std::shared_ptr<const void> owner_;  // of the ids
  std::span<const WordId> ids_;
  bool mapped_ = false;
  std::uint64_t words_ = 0, tokens_ = 0;
  std::string hash_;
};

/// Reads the corpus on options.threads threads; the result is the same for any number. Of the options only `unknown`,
/// `end_token` (words of the vocabulary, or empty), `threads` and `memory` matter here. Progress counts bytes.
/// Throws Error if the end token is not in the vocabulary or no word of the corpus is; Cancelled if asked to stop.
/// Where the unknown token is no word of the vocabulary (nothing was rare enough), other words vanish.
EncodedCorpus encode(const Corpus& corpus, const Vocabulary& vocabulary, const VocabularyOptions& options = {},
                     Progress* progress = nullptr);

/// What training learns from: a text as ids, and the words they stand for.
struct TrainingText {
  Vocabulary vocabulary;
  EncodedCorpus corpus;
};

/// What count_words() and then encode() give, and throw, with the same options, for less than half the time: the text
/// is read once.
TrainingText read_corpus(const Corpus& corpus, const VocabularyOptions& options = {}, Progress* progress = nullptr);

}  // namespace equivec
