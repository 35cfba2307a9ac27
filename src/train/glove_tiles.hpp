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

/// The pairs of a co-occurrence matrix as GloVe is trained on them. Words are cut into blocks, few enough for the rows
/// of two blocks to stay in a core's cache, and with about as many pairs each; a tile is the pairs of one block of
/// words with one block of contexts. Tiles that share neither may be trained at the same time without touching the same
/// row.
class GloveTiles {
 public:
  /// most_rows: in a block, at most 65,536. memory: bytes that the pairs may take; beyond, they are kept in an unlinked
  /// file. 0: no limit.
  GloveTiles(const Cooccurrences& cooccurrences, std::size_t most_rows, std::uint64_t memory, int threads);

  std::size_t blocks() const noexcept { return bounds_.size() - 1; }
  std::size_t first_row(std::size_t block) const noexcept { return bounds_[block]; }
  std::uint64_t size() const noexcept { return begins_.back(); }  ///< pairs
  /// Of a block of words with all contexts.
  std::uint64_t strip_size(std::size_t words) const noexcept {
    return begins_[(words + 1) * blocks()] - begins_[words * blocks()];
  }
  std::span<const GlovePair> tile(std::size_t words, std::size_t contexts) const noexcept {
    const std::size_t number = words * blocks() + contexts;
    return {pairs_ + begins_[number], begins_[number + 1] - begins_[number]};
  }

 private:
  std::vector<std::size_t> bounds_;    // of the blocks
  std::vector<std::uint64_t> begins_;  // of the tiles
  const GlovePair* pairs_ = nullptr;
  GrowingMemory memory_;
  std::unique_ptr<MappedFile> file_;  // or there
};

}  // namespace equivec
