#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/text_summary.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"
#include "src/counts/id_store.hpp"
#include "src/counts/word_counts.hpp"
#include "src/counts/word_runs.hpp"
#include "src/text/sentence_ends.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace equivec {

/// The result of the single pass over a corpus that counting and encoding share. Each thread numbers the words that it
/// meets in its own table.
struct NumberedText {
  std::uint64_t tokens = 0;
  std::uint64_t sentences = 0;  ///< lines that have a word, and what they were cut into
  TextSummary summary = {};     ///< of reading; tokens and sentences are the two above

  // Without a known vocabulary, the words that were counted: one or the other.
  std::vector<WordCounts> tables;           ///< one for each thread that took part
  std::shared_ptr<const WordRuns> spilled;  ///< in byte order, if the tables would have taken more memory than they may

  // With Keep::counts_and_ids, unless words were spilled: the text as word numbers of each block's table, or, with a
  // known vocabulary, as ids of its words.
  /// Stands before each `sentence_end` if there is an end token, and the vocabulary is not known.
  static constexpr WordId end_token{WordCounts::number_limit};
  struct Block {
    std::size_t table;
    std::size_t ids;  ///< number of ids
  };
  std::vector<Block> blocks;
  IdStore ids;
  std::string hash;  ///< as EncodedCorpus has it

  // Where ranks share the text, all numbers above are of the whole of it, and the words and ids of this rank's share.
  BlockLines lines = {};     ///< of the share
  bool ends_before = false;  ///< a sentence of an earlier share ends before the first word of this one
};

/// A word that is not in the vocabulary and is dropped.
inline constexpr WordId no_word{WordCounts::number_limit};

enum class Keep { counts, counts_and_ids };

/// A vocabulary that was there before the text was read.
struct KnownWords {
  const Vocabulary& vocabulary;
  WordId unknown;    ///< of words that are not in the vocabulary; may be no_word
  WordId end_token;  ///< no_word if there is none
};

struct NumberingOptions {
  const TextOptions& text;
  Keep keep;
  int threads;
  std::uint64_t memory;               ///< for the tables and the ids; see VocabularyOptions
  const KnownWords* known = nullptr;  ///< null: words are numbered as they come
};

/// Moves the words of a table to a run.
void spill(WordCounts& words, WordRuns& runs, const Progress* progress);

/// Throws what reading the corpus throws, and Cancelled.
NumberedText number_words(const Corpus& corpus, const NumberingOptions& options, Progress* progress);

}  // namespace equivec
