#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/phrases.hpp"
#include "equivec/counts/text_summary.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/text/text_options.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Mentioned here, and not to be linked.
namespace equivec {
class VocabularyBuilder;
class VocabularyWriter;
class WordIndex;
}  // namespace equivec

namespace EQUIVEC_EXPORT equivec {

/// Which words of a corpus become the vocabulary.
struct VocabularyOptions {
  TextOptions text = {};                ///< what a word is
  std::optional<Phrases> phrases = {};  ///< words that follow each other and become one word, before it is counted
  int min_count = 5;                    ///< rarer words are left out
  int max_size = 0;                     ///< keep only the most frequent, special tokens included; 0 keeps all
  /// Words that are kept whatever their counts (they still count towards max_size), and words that are left out
  /// whatever theirs. Each is written as in a text: `text` is applied to it. A word must not be in both.
  std::vector<std::string> keep = {}, drop = {};
  std::string unknown = {};  ///< all words left out become this one word; empty: they vanish, as in word2vec.c
  int threads = 0;           ///< 0: all cores. The result is the same for any number
  /// Bytes that reading a text may take, for its words and, where they are kept, its ids; what is more goes to
  /// temporary files (in TMPDIR). 0: three quarters of what the process may have. The result is the same for any
  /// number.
  std::uint64_t memory = 0;
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const VocabularyOptions& options);

/// Words that a vocabulary finds though it does not hold them, such as those that have vectors from their n-grams. Any
/// thread may ask.
class FurtherWords {
 public:
  virtual ~FurtherWords() = default;
  virtual std::optional<std::uint32_t> find(
      std::string_view word) const = 0;                           ///< a number from 0 that stays the word's
  virtual std::string_view word(std::uint32_t number) const = 0;  ///< of a number found; valid as long as this is
};

/// Words in a fixed order, with their counts. A word is any nonempty byte string. Immutable, cheap to copy, safe to
/// share between threads.
class Vocabulary {
 public:
  struct Entry {
    std::string word;
    std::uint64_t count = 0;
  };

  Vocabulary();
  /// Keeps the given order. Throws Error if a word is empty or occurs twice, or if there are more than 2^32 - 2 words.
  explicit Vocabulary(std::span<const Entry> entries);
  /// The same over memory that `owner` keeps alive, without copying it: word i is the bytes [offsets[i], offsets[i+1])
  /// of `bytes`. offsets has one element more than counts. Also throws Error if the offsets do not ascend within
  /// `bytes`.
  Vocabulary(std::span<const std::int64_t> offsets, std::span<const std::int64_t> counts, std::string_view bytes,
             std::shared_ptr<const void> owner);

  /// The same without reading the words until find() is first called, so that a large file is opened at once. The
  /// tables may change while they are used, as a mapped file may: a word whose place is outside of `bytes` is empty.
  /// `source` names the file in messages.
  static Vocabulary of_file(std::span<const std::int64_t> offsets, std::span<const std::int64_t> counts,
                            std::string_view bytes, std::shared_ptr<const void> owner, std::string source);

  std::size_t size() const noexcept;
  std::string_view word(WordId id) const noexcept;  ///< REQUIRES: index(id) < size(), or find() gave it
  std::uint64_t count(WordId id) const noexcept;    ///< 0 if unknown
  std::uint64_t total_count() const noexcept;       ///< sum of all counts
  /// Empty for a word that is not in the vocabulary; that is no error. Throws Error if the vocabulary is of a file that
  /// holds a word twice, which is found out by the first call.
  std::optional<WordId> find(std::string_view word) const;
  /// The same for several words, which is faster than one after the other.
  std::vector<std::optional<WordId>> find(std::span<const std::string_view> words) const;

  /// The same words; find() also finds further ones, with ids from size() on, for which word() works and count() is 0.
  /// Nothing else knows of them.
  Vocabulary with_further(std::shared_ptr<const FurtherWords> further) const;

  /// The tables as in the third constructor, for writers.
  std::span<const std::int64_t> offsets() const noexcept;
  std::span<const std::int64_t> counts() const noexcept;
  std::string_view bytes() const noexcept;

 private:
  std::optional<WordId> id_of(std::uint32_t number, std::string_view word) const;

  friend class VocabularyBuilder;
  friend class VocabularyWriter;
  struct Storage;

  /// As the third constructor, but does not check the tables, and reads the words only when find() is called first.
  static Vocabulary of_different_words(std::span<const std::int64_t> offsets, std::span<const std::int64_t> counts,
                                       std::string_view bytes, std::shared_ptr<const void> owner);
  /// The same with the index of the words.
  static Vocabulary of_different_words(std::span<const std::int64_t> offsets, std::span<const std::int64_t> counts,
                                       std::string_view bytes, std::shared_ptr<const void> owner, WordIndex&& index);

  std::shared_ptr<const Storage> storage_;
  std::shared_ptr<const FurtherWords> further_;
};

/// Counts the words of a corpus, on several threads. Most frequent first, ties in byte order. The special tokens are
/// exempt from min_count and max_size; there is no unknown word if nothing was left out. Progress counts bytes. Throws
/// Error if no word is left or a temporary file cannot be written; Cancelled. If `summary` is given, it is told what
/// was read.
Vocabulary count_words(const Corpus& corpus, const VocabularyOptions& options = {}, Progress* progress = nullptr,
                       TextSummary* summary = nullptr);

/// A list of words from a file, for VocabularyOptions::keep and drop: one a line; empty lines are none. Throws Error
/// with file and line for a line of several words.
std::vector<std::string> read_word_list(const std::filesystem::path& file);

/// Reads "word count" lines, the format of word2vec.c and GloVe; a line without a count has count 0. Keeps the order.
/// Throws Error with file and line.
Vocabulary read_vocabulary(const std::filesystem::path& file);
/// Writes a temporary file beside `file` and renames it. Throws Error.
void write_vocabulary(const std::filesystem::path& file, const Vocabulary& vocabulary);
/// The same as one of several files that appear together.
void write_vocabulary(OutputFiles& files, const std::filesystem::path& file, const Vocabulary& vocabulary);

/// True if at least one word in a hundred has a letter A-Z; false for an empty vocabulary. May read all words.
bool is_cased(const Vocabulary& vocabulary);

}  // namespace equivec
