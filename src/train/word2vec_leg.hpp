#pragma once

#include "equivec/base/rng.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "src/train/word_blocks.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace equivec {

/// Words of a part of the text, from which frequent ones were dropped as SubsampledText does, on every rank: what
/// ranks that have blocks of the words train together. Places are those of the words that are left, and of what
/// separates sentences.
struct LegText {
  struct Middle {
    std::uint32_t place;
    std::uint32_t row;  ///< in its block
  };
  struct Context {
    std::uint32_t place;
    std::uint32_t row;
    std::uint16_t left, right;  ///< words of its sentence before and after it, at most a window's
  };

  std::vector<Middle> middles;      ///< all words, block after block, in the order of the text within each
  std::vector<std::size_t> begins;  ///< of each block among the middles; at last their number
  /// Those of one block, but for the words that stand before and after this part of the text, of which up to a window's
  /// are middles.
  std::vector<Context> contexts;
  /// Where chunks begin, among the places and in the text, and at last where the part ends.
  struct Mark {
    std::size_t place, position;
  };
  std::vector<Mark> marks;

  std::span<const Middle> middles_of(std::size_t block) const {
    return std::span(middles).subspan(begins[block], begins[block + 1] - begins[block]);
  }
  /// Where the word of a place stands in the text, about. REQUIRES: it is in this part
  std::size_t position(std::size_t place) const;
};

struct LegRange {
  std::size_t first_chunk = 0, last_chunk = 0;  ///< the one after the last
  std::size_t window = 0;
};

/// keep: keep_thresholds(); stream: of what is kept, by position; own: the block whose words are contexts here. Ranks
/// that share the corpus call it together; a rank sends what it keeps of its chunks to the others, 4 bytes a word.
LegText leg_text(const EncodedCorpus& corpus, const LegRange& range, std::span<const std::uint32_t> keep, Rng stream,
                 const WordBlocks& blocks, std::size_t own);

}  // namespace equivec
