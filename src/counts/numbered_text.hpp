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

/// The result of the single pass over a corpus that counting and encoding share. Each thread numbers the words that it
/// meets in its own table.
struct NumberedText {
  std::vector<WordCounts> tables;  ///< one for each thread that took part
  std::uint64_t tokens = 0;
  std::uint64_t sentences = 0;  ///< lines that have a word

  // With Keep::counts_and_ids, the text as word numbers of each block's table.
  /// Stands before each `sentence_end` if there is an end token.
  static constexpr WordId end_token{WordCounts::number_limit};
  struct Block {
    std::size_t table;
    std::size_t ids;  ///< number of ids
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

/// For each word of one table, its id in the vocabulary, or no_word.
using WordIds = std::vector<WordId>;
/// A word that is not in the vocabulary and is dropped.
inline constexpr WordId no_word{WordCounts::number_limit};

struct ChosenWords {
  Vocabulary vocabulary;
  std::vector<WordIds> ids;  ///< for each table of the text
};

/// The vocabulary as specified at count_words(). Consumes the text's tables; `name` is the corpus's, for messages.
ChosenWords choose_words(NumberedText& text, const VocabularyOptions& options, const std::string& name);

}  // namespace equivec
