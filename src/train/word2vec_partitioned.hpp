#pragma once

#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/train/training.hpp"
#include "equivec/train/word2vec.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace equivec {

// Skip-gram with negative sampling of tables that are larger than a rank's memory.
//
// Words are dealt out to as many blocks as there are ranks (WordBlocks). Rank r has the input rows, those of contexts,
// of block r for good. The output rows, those of middle words and noise, travel: the text is trained in parts (legs),
// each in as many turns as there are ranks; after a turn every rank passes its block of outputs to the one before it,
// so that it has had all of them at the end of the leg. In a turn a rank trains all pairs of a context and a middle
// that are in its two blocks. So no row is ever in two places: no update is lost, and nothing is merged. It differs
// from training in one process by the order of the pairs within a leg, and by where noise is drawn (BlockGroups).
//
// Every rank gets the whole text of a leg, after subsampling (leg_text()), once. So a rank sends, for each leg, (ranks
// - 1) / ranks of the table of outputs, and to each other rank 4 bytes for each word that is kept of its chunks.
//
// A short leg costs more bytes; in a long one pairs that belong together are trained at other times, and at other
// learning rates, which costs quality. On 17 million words, 5 epochs, 4 ranks (accuracy of analogies; bytes that a rank
// sends for each word that it trains), one process having 40.5 %:
//     legs in all     5        20         80        325
//     accuracy        36.4 %   40.8 %     40.1 %    40.2 %
//     bytes           13       30         101       383
// What counts is thus how often blocks are passed in the whole training, whatever the text: 25 times round.

/// Legs of an epoch of so many chunks. More than are needed where the text of a leg would take more memory than a block
/// of a table does.
std::size_t legs_of_epoch(std::size_t chunks, int epochs, std::size_t words, int dimension, std::size_t ranks) noexcept;

/// Throws OptionError if these settings cannot be trained so. ranks: whether there are several.
void require_partitionable(const Word2VecOptions& options, const TrainingControl& control, bool ranks);

/// As train_word2vec() with options.partitioned, whose arguments it has checked.
Word2VecVectors train_partitioned(const EncodedCorpus& corpus, const Vocabulary& vocabulary,
                                  const Word2VecOptions& options, const TrainingControl& control);

/// What can be done besides where the tables need more memory than there is, for require_memory().
std::string_view advice_for_memory(const Word2VecOptions& options, int ranks);

/// As word2vec_tables(). first: of the first rank, which has the result.
std::vector<TableSize> partitioned_tables(std::size_t words, const Word2VecOptions& options, int ranks, bool first);

}  // namespace equivec
