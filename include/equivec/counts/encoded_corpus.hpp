#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/communicator.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/text_summary.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/text/text_options.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

// Mentioned here, and not to be linked.
namespace equivec {
class Encoder;
class SharedEncoding;
}  // namespace equivec

namespace EQUIVEC_EXPORT equivec {

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
  /// Of a chunk that one of several ranks has, so many ids before and after it are there too, where the text has them.
  static constexpr std::size_t context_size = 1024;

  /// From ids made by the caller. Throws Error if an id is neither `sentence_end` nor below `words`.
  EncodedCorpus(std::vector<WordId> ids, std::size_t words);

  /// Those that are here: all, or those of this rank's chunks, each chunk in its context: context_size + chunk_size +
  /// context_size ids, of which those beyond the text are sentence ends.
  std::span<const WordId> ids() const noexcept { return ids_; }
  std::uint64_t size() const noexcept { return size_; }    ///< ids of the text, on whatever rank
  Communicator* ranks() const noexcept { return ranks_; }  ///< that share it; null: all of it is here
  /// True if the ids stand in a temporary file, since they would take more memory than they may.
  bool mapped() const noexcept { return mapped_; }
  std::size_t chunks() const noexcept { return (size_ + chunk_size - 1) / chunk_size; }  ///< of the text
  bool has_chunk(std::size_t number) const noexcept;                                     ///< whether it is here
  std::span<const WordId> chunk(std::size_t number) const;  ///< REQUIRES: number < chunks(), has_chunk(number)
  /// Ids that follow each other in the text.
  struct Stretch {
    std::span<const WordId> ids;
    std::size_t first = 0;  ///< the place in the text of ids[0]
  };
  /// A chunk, and what is here of the text around it. REQUIRES: as chunk()
  Stretch around(std::size_t number) const;
  std::uint64_t words() const noexcept { return words_; }  ///< ids that are words, including the end token
  std::uint64_t tokens() const noexcept {
    return tokens_;
  }  ///< words of the text, including those outside the vocabulary
  /// "xxh64:" and 16 hexadecimal digits: the hash of the decompressed text (all files concatenated), as `xxhsum -H1`
  /// prints it; empty if unknown.
  const std::string& hash() const noexcept { return hash_; }

 private:
  friend class Encoder;
  friend class SharedEncoding;
  friend EncodedCorpus resampled(const EncodedCorpus& corpus, std::uint64_t seed);
  EncodedCorpus() = default;

  std::shared_ptr<const void> owner_;  // of the ids
  std::span<const WordId> ids_;
  std::uint64_t size_ = 0;
  Communicator* ranks_ = nullptr;
  bool mapped_ = false;
  std::uint64_t words_ = 0, tokens_ = 0;
  std::string hash_;
};

/// A bootstrap resample of a text (Efron 1979), of about as many words: pieces of it drawn with replacement, each of
/// whole sentences with 1,000 words or more, since words that follow each other belong together (the block bootstrap of
/// Künsch 1989). A longer sentence is a piece by itself, or cut to pieces of 1,000 words. The same for the same seed.
/// hash() says that it is a resample. In memory.
EncodedCorpus resampled(const EncodedCorpus& corpus, std::uint64_t seed);

/// How a text becomes ids.
struct EncodeOptions {
  TextOptions text = {};                ///< what a word is
  std::optional<Phrases> phrases = {};  ///< as in VocabularyOptions
  std::string unknown = {};  ///< words outside the vocabulary become this one; empty: they vanish, as in word2vec.c
  int threads = 0;           ///< 0: all cores. The result is the same for any number
  std::uint64_t memory = 0;  ///< as in VocabularyOptions; ids that would take more are kept in a file in TMPDIR

  EncodeOptions() = default;
  /// The same text, phrases, unknown word, threads and memory as in counting.
  EncodeOptions(const VocabularyOptions& counting)
      : text(counting.text),
        phrases(counting.phrases),
        unknown(counting.unknown),
        threads(counting.threads),
        memory(counting.memory) {}
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const EncodeOptions& options);

/// Reads the corpus on options.threads threads. Progress counts bytes. If the unknown word is not in the vocabulary
/// (nothing was rare enough when it was counted), other words vanish. Throws Error if the end token is not in the
/// vocabulary or no word of the corpus is; Cancelled if asked to stop. If `summary` is given, it is told what was read.
EncodedCorpus encode(const Corpus& corpus, const Vocabulary& vocabulary, const EncodeOptions& options = {},
                     Progress* progress = nullptr, TextSummary* summary = nullptr);

/// The input of training: a text as ids, and the vocabulary that they refer to.
struct TrainingText {
  Vocabulary vocabulary;
  EncodedCorpus corpus;
};

/// resampled() text, with the same words in the same order, which are counted in it: some may be missing.
TrainingText resampled(const TrainingText& text, std::uint64_t seed);

/// What count_words() and then encode() give, and throw, with the same options, in less than half the time: the text is
/// read once, or, if its different words take more than options.memory, twice.
TrainingText read_corpus(const Corpus& corpus, const VocabularyOptions& options = {}, Progress* progress = nullptr,
                         TextSummary* summary = nullptr);

}  // namespace equivec
