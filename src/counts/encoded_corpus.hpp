#pragma once

#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"

#include <string_view>

namespace equivec {

/// Throws Error if the corpus, called `what` in the message, has ids that are not in the vocabulary.
void require_words_of(const Vocabulary& vocabulary, const EncodedCorpus& corpus, std::string_view what);

}  // namespace equivec
