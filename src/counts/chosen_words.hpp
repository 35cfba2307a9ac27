#pragma once

#include "equivec/base/communicator.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/counts/numbered_text.hpp"

#include <string>
#include <vector>

namespace equivec {

/// For each word of one table, its id in the vocabulary, or no_word.
using WordIds = std::vector<WordId>;

struct ChosenWords {
  Vocabulary vocabulary;
  std::vector<WordIds> ids;  ///< for each table of the text; empty if words were spilled
};

/// The vocabulary as specified at count_words(). Consumes the text's tables; `name` is the corpus's, for messages.
/// Progress is used for cancelling only. Completes text.summary. ranks: that share the text, and choose together; null
/// if there is one.
ChosenWords choose_words(NumberedText& text, const VocabularyOptions& options, const std::string& name,
                         const Progress* progress, Communicator* ranks = nullptr);

}  // namespace equivec
