#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "src/counts/numbered_text.hpp"
#include "src/text/collected_text.hpp"

#include <cstdint>
#include <span>

namespace equivec {

/// number_words() of words that a program gave. They are in memory, so nothing is gained by moving them to runs.
/// sentence_end: the ids that mark the end of a sentence. Throws Error for a word that is not UTF-8 if the rules say
/// so; Cancelled.
NumberedText number_collected(const CollectedText& text, const NumberingOptions& options,
                              std::span<const WordId> sentence_end, std::uint64_t memory_of_ids, Progress* progress);

}  // namespace equivec
