#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"
#include "src/counts/id_store.hpp"
#include "src/counts/word_counts.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace equivec {

/// A corpus after the one pass over its text that counting and encoding share. Each thread has numbered the words that
/// it met in its own way.
struct NumberedText {
  std::vector<WordCounts> tables;  ///< one for each thread that took part
  std::uint64_t tokens = 0;
  std::uint64_t sentences = 0;  ///< lines that have a word

  // The text as numbers of its table's words, if asked for.
  /// Stands where a sentence ends, before `sentence_end`, if there is an end token.
  static constexpr WordId end_token{WordCounts::number_limit};
  struct Block {
    std::size_t table;
    std::size_t ids;  ///< how many
  };
  std::vector<Block> blocks;
  IdStore ids;
  std::string hash;  ///< as EncodedCorpus has it
};

enum class Keep { counts, counts_and_ids };

struct NumberingOptions {
  const TextOptions& text;
  Keep keep;
  int threads;
  std::uint64_t memory = 0;  ///< for ids, as in EncodeOptions
};

/// Throws what reading the corpus throws, and Cancelled.
NumberedText number_words(const Corpus& corpus, const NumberingOptions& options, Progress* progress);

/// For the words of one table what becomes of each.
using WordIds = std::vector<WordId>;
/// A word that is in no vocabulary and vanishes.
inline constexpr WordId no_word{WordCounts::number_limit};

struct ChosenWords {
  Vocabulary vocabulary;
  std::vector<WordIds> ids;  ///< for each table of the text
};

/// The vocabulary that count_words() promises. Takes the text's tables; `name` is the corpus's, for messages.
ChosenWords choose_words(NumberedText& text, const VocabularyOptions& options, const std::string& name);

}  // namespace equivec
