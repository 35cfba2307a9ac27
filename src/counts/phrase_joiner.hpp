#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/phrases.hpp"
#include "src/counts/connector_runs.hpp"
#include "src/counts/id_store.hpp"
#include "src/counts/numbered_text.hpp"
#include "src/counts/pair_counts.hpp"
#include "src/counts/word_index.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

struct JoinOptions {
  /// What phrase_barrier becomes, the word for what is not in the vocabulary. Empty: it is dropped when the joined text
  /// is encoded.
  std::string unknown = {};
  bool end_token = false;  ///< NumberedText::end_token stands before each sentence end
  int threads = 0;
  std::uint64_t memory = 0;                  ///< as in PhraseOptions
  std::size_t piece = std::size_t{1} << 17;  ///< ids that are joined at a time; any number gives the same
};

/// The pairs that are phrases of a pass, and what they become.
class PhraseTable {
 public:
  void add(const WordPair& pair, WordId phrase);
  /// no_word if the pair is no phrase.
  WordId find(const WordPair& pair) const noexcept { return slots_.empty() ? no_word : slots_[slot_of(pair)].phrase; }

 private:
  struct Slot {
    WordPair pair;
    WordId phrase = no_word;
  };
  std::size_t slot_of(const WordPair& pair) const noexcept;

  std::vector<Slot> slots_;  // open addressing; at most half are in use
  std::size_t used_ = 0;
  std::uint64_t factor_ = seed_of_run() | 1;
};

/// A text in which phrases become words, pass after pass. Words keep their numbers; phrases that were no words get the
/// next ones.
class JoinedText {
 public:
  /// Of the options, `unknown` and `end_token` are for numbered(). Throws Error if the vocabulary and its counts are
  /// not those of the corpus, or words were dropped from it.
  JoinedText(TrainingText text, std::string delimiter, std::span<const std::string> connector_words,
             JoinOptions options);

  std::span<const WordId> ids() const noexcept { return ids_; }
  std::size_t words() const noexcept { return counts_.size(); }
  std::string_view word(WordId id) const noexcept;
  std::uint64_t count(WordId id) const noexcept { return counts_[index(id)]; }
  std::optional<WordId> find(std::string_view word) const;
  std::uint64_t tokens() const noexcept { return tokens_; }  ///< words of the text, barriers included
  std::span<const WordTraits> traits() const noexcept { return traits_; }
  bool has_connectors() const noexcept { return !connectors_.empty(); }
  /// Bytes that may be taken besides the ids.
  std::uint64_t memory() const;

  /// Joins the phrases of a pass. Adds to the progress the number of ids. Throws Error if a temporary file cannot be
  /// written; Cancelled.
  void join(std::span<const Phrases::Phrase> phrases, Progress* progress);

  /// The same, and then the text as the reader of a corpus would have it: with one table, in which words that do not
  /// occur any more have the count 0.
  NumberedText numbered(std::span<const Phrases::Phrase> phrases, Progress* progress) &&;

 private:
  struct Match {
    WordId word;
    std::size_t length;  // in ids
  };
  struct Output {
    IdStore ids;
    std::vector<NumberedText::Block> blocks = {};
    std::uint64_t sentences = 0;
  };
  struct Piece {
    std::size_t begin, end;
    std::vector<WordId> ids = {};
    std::vector<WordId> parts = {}, phrases = {};  // what was joined, and to what
    std::uint64_t sentences = 0;
  };

  void add_connector(WordId id);
  void enter(std::span<const Phrases::Phrase> phrases);
  std::vector<WordPair> readings_of(std::string_view phrase);
  void add_endings(WordId first, std::string_view rest, std::vector<WordPair>& readings);
  WordId number_of(const std::string& phrase);
  std::optional<WordId> find_plain(std::string_view word) const;

  Match match_at(std::size_t at) const noexcept;
  bool may_cut(std::size_t at) const noexcept;
  std::size_t end_of_piece(std::size_t begin) const noexcept;
  void join(Piece& piece, std::span<const WordId> sentence_end, WordId barrier) const;
  Output joined(std::span<const WordId> sentence_end, WordId barrier, Progress* progress);

  std::string delimiter_;
  std::vector<std::string> connector_words_;
  JoinOptions options_;
  Vocabulary vocabulary_;  // of the first words; the others are added_
  std::deque<std::string> added_;
  WordIndex added_index_;
  std::vector<std::uint64_t> counts_;
  std::vector<WordTraits> traits_;
  std::vector<WordId> connectors_;
  WordId barrier_ = no_word;
  std::uint64_t tokens_;
  std::string hash_;
  std::optional<EncodedCorpus> corpus_;  // until the first pass
  std::shared_ptr<const void> owner_;    // of the ids after it
  std::span<const WordId> ids_;
  bool in_memory_;

  // Of the pass that is being joined.
  PhraseTable table_;
  std::unique_ptr<ConnectorRuns> runs_;
};

/// The text with the phrases of all passes joined, for choose_words() and the encoder. Progress counts the words of the
/// text once for each pass. Throws what JoinedText does.
NumberedText join_phrases(TrainingText text, const Phrases& phrases, const JoinOptions& options, Progress* progress);

}  // namespace equivec
