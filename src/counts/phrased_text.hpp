#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/counts/chosen_words.hpp"
#include "src/counts/numbered_text.hpp"

namespace equivec {

/// A text and its vocabulary.
struct ChosenText {
  NumberedText text;  ///< the summary is complete
  ChosenWords words;
};

/// Reads the corpus, joins options.phrases, if there are any, and chooses words among what that gives. With phrases the
/// text has its ids, whatever is to be kept.
ChosenText read_and_choose(const Corpus& corpus, const VocabularyOptions& options, Keep keep, Progress* progress);

/// Reads the corpus and joins options.phrases: a text of one table, whose words may be in the vocabulary or not.
/// REQUIRES: options.phrases
NumberedText read_phrased(const Corpus& corpus, const Vocabulary& vocabulary, const EncodeOptions& options,
                          Progress* progress);

}  // namespace equivec
