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
/// Words outside the vocabulary are dropped, or replaced by the unknown word if there is one. Sentences are separated
/// by `sentence_end`, which encode() also puts after the last one and never twice in a row. Immutable, cheap to copy;
/// chunks may be read by all threads.
class EncodedCorpus {
 public:
  /// Marks the end of a sentence; no word has this number.
  static constexpr WordId sentence_end{0xFFFFFFFFu};
  /// Ids in a chunk, sentence ends included. Chunks are numbered from the start of the corpus, so that work on a chunk
  /// can depend on its number instead of on the thread that does it.
  static constexpr std::size_t chunk_size = 65536;

  /// From ids made by the caller. Throws Error if an id is neither `sentence_end` nor below `words`.
  EncodedCorpus(std::vector<WordId> ids, std::size_t words);

  std::span<const WordId> ids() const noexcept { return ids_; }
  /// True if the ids are in a temporary file because they take more than VocabularyOptions::memory.
  bool mapped() const noexcept { return mapped_; }
  std::size_t chunks() const noexcept { return (ids_.size() + chunk_size - 1) / chunk_size; }
  std::span<const WordId> chunk(std::size_t number) const;  ///< REQUIRES: number < chunks()
  std::uint64_t words() const noexcept { return words_; }   ///< ids that are words, including the end token
  std::uint64_t tokens() const noexcept {
    return tokens_;
  }  ///< words of the text, including those outside the vocabulary
  /// "xxh64:" and 16 hexadecimal digits: the hash of the decompressed text (all files concatenated), as `xxhsum -H1`
  /// prints it; empty if unknown.
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
/// `end_token` (words of the vocabulary, or empty), `threads` and `memory` are used. Progress counts bytes.
/// If the unknown token is not in the vocabulary (nothing was rare enough), words outside it are dropped.
/// Throws Error if the end token is not in the vocabulary or no word of the corpus is; Cancelled.
EncodedCorpus encode(const Corpus& corpus, const Vocabulary& vocabulary, const VocabularyOptions& options = {},
                     Progress* progress = nullptr);

/// The input of training: a text as ids, and the vocabulary that they refer to.
struct TrainingText {
  Vocabulary vocabulary;
  EncodedCorpus corpus;
};

/// The same result and errors as count_words() followed by encode() with the same options, in less than half the time:
/// the text is read once.
TrainingText read_corpus(const Corpus& corpus, const VocabularyOptions& options = {}, Progress* progress = nullptr);

}  // namespace equivec
