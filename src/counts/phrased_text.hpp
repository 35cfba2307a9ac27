#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/counts/chosen_words.hpp"
#include "src/counts/numbered_text.hpp"

namespace equivec {

/// A text whose phrases were joined, and its vocabulary.
struct PhrasedText {
  NumberedText text;  ///< with one table; the summary is complete
  ChosenWords words;
};

/// Reads the corpus, joins options.phrases and chooses words among what that gives. REQUIRES: options.phrases
PhrasedText read_phrased(const Corpus& corpus, const VocabularyOptions& options, Progress* progress);

/// Reads the corpus and joins options.phrases: a text of one table, whose words may be in the vocabulary or not.
/// REQUIRES: options.phrases
NumberedText read_phrased(const Corpus& corpus, const Vocabulary& vocabulary, const EncodeOptions& options,
                          Progress* progress);

}  // namespace equivec
