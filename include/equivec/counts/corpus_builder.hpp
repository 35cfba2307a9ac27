#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/text/corpus.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace EQUIVEC_EXPORT equivec {

/// Makes a corpus of words that a program has already: lists of tokens, walks in a graph, playlists. The words are kept
/// as numbers, four bytes each, and every different word once. Used by one thread.
class CorpusBuilder {
 public:
  /// memory: bytes that the numbers may take; what is more goes to an unlinked file in TMPDIR. 0: three quarters of
  /// what the process may have.
  explicit CorpusBuilder(std::uint64_t memory = 0);
  CorpusBuilder(CorpusBuilder&&) noexcept;
  CorpusBuilder& operator=(CorpusBuilder&&) noexcept;
  ~CorpusBuilder();

  /// The number of a word, any bytes but none, which may contain white space; a new word gets the next number, from 0.
  /// Throws Error if the word is empty or there are more than 2^32 - 3 different ones.
  std::uint32_t number_of(std::string_view word);
  /// Adds a word to the sentence by its number. REQUIRES: number_of() has returned it. Throws Error if a temporary file
  /// cannot be written.
  void add(std::uint32_t number);
  void add(std::string_view word) { add(number_of(word)); }
  /// The next word begins a sentence. Sentences without a word leave no trace.
  void end_sentence();

  /// Adds sentences whose words are integers of at least 0, each `length` of them in a row or fewer: -1 ends a
  /// sentence, and what follows in the row is not read. The words are the decimals of the integers. Throws Error naming
  /// the row, counted over all calls, and the column of an integer below -1, or if integers.size() is not a multiple of
  /// `length`.
  void add_walks(std::span<const std::int64_t> integers, std::size_t length);

  std::uint64_t tokens() const noexcept;

  /// Ends the last sentence. `name` is for messages. Throws Error if there is no word; Cancelled.
  Corpus finish(std::string name = "the corpus", const Progress* progress = nullptr) &&;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace equivec
