#pragma once

#include "equivec/base/communicator.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"
#include "src/base/running_hash.hpp"
#include "src/counts/numbered_text.hpp"
#include "src/counts/word_runs.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace equivec {

// What ranks that share a text do together. All call each function at the same point.

/// Whether shares may be cut between lines alone: else what becomes of a sentence would depend on where it was cut.
bool cuts_between_lines(const TextOptions& options);

/// Makes the numbers of each share those of the whole text, finds the sentences that end between shares, and hashes the
/// text one share after the other. hash: of the text that the first rank has read.
void join_shares(const Corpus& corpus, const NumberingOptions& options, const RunningHash& hash, NumberedText& text);

/// The words of a text that may be chosen, with their counts in all shares, the same on every rank, as a text of one
/// table; of the others there are only the totals, in its summary. may_be_chosen gets the word and its count, and says
/// which totals of the summary it counts to if it is not: null for those that may be chosen. Each word is counted by a
/// rank that its hash names.
NumberedText words_of_shares(Communicator& ranks, const NumberedText& share, std::uint64_t memory,
                             const std::function<WordTotals*(const CountedWord&, TextSummary&)>& left_out,
                             const Progress* progress);

}  // namespace equivec
