#pragma once

#include "equivec/counts/cooccurrence.hpp"
#include "src/base/memory.hpp"
#include "src/files/mapped_file.hpp"
#include "src/kernels/glove_kernels.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace equivec {

/// The words of a co-occurrence matrix, cut into blocks of consecutive ones: few enough for the rows of two blocks to
/// stay in a core's cache, and with not too large a share of the pairs.
struct GloveBlocks {
  std::vector<std::size_t> bounds;           ///< block b: rows bounds[b] ... bounds[b + 1] - 1
  std::vector<std::uint64_t> word_pairs;     ///< of each block of words with all contexts
  std::vector<std::uint64_t> context_pairs;  ///< of each block of contexts with all words

  std::size_t size() const noexcept { return word_pairs.size(); }
  std::size_t first_row(std::size_t block) const noexcept { return bounds[block]; }
  std::size_t rows(std::size_t block) const noexcept { return bounds[block + 1] - bounds[block]; }
  /// The block of each row; there are fewer than 65,536.
  std::vector<std::uint16_t> of_rows() const;
};

/// most_rows: in a block, at most 65,536. Of a matrix that ranks share, all of them call it and get the same.
GloveBlocks glove_blocks(const Cooccurrences& cooccurrences, std::size_t most_rows, int threads);

/// The pairs of a co-occurrence matrix as GloVe is trained on them: a tile is the pairs of one block of words with one
/// block of contexts. Tiles that share neither may be trained at the same time without touching the same row.
class GloveTiles {
 public:
  /// Of the rows that are here. memory: bytes that the pairs may take; beyond, they are kept in an unlinked file. 0: no
  /// limit.
  GloveTiles(const Cooccurrences& cooccurrences, const GloveBlocks& blocks, std::uint64_t memory, int threads);

  std::uint64_t size() const noexcept { return begins_.back(); }  ///< pairs
  std::span<const GlovePair> tile(std::size_t words, std::size_t contexts) const noexcept {
    const std::size_t number = words * blocks_ + contexts;
    return {pairs_ + begins_[number], begins_[number + 1] - begins_[number]};
  }

 private:
  std::size_t blocks_;
  std::vector<std::uint64_t> begins_;  // of the tiles
  const GlovePair* pairs_ = nullptr;
  GrowingMemory memory_;
  std::unique_ptr<MappedFile> file_;  // or there
};

}  // namespace equivec
