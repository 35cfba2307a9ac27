#pragma once

#include "equivec/base/types.hpp"
#include "equivec/counts/cooccurrence.hpp"
#include "src/files/files.hpp"

#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace equivec {

/// Consecutive rows of a co-occurrence matrix.
struct CooccurrenceRows {
  std::size_t first = 0;           ///< the first row's number
  std::vector<std::size_t> sizes;  ///< of each row
  std::vector<WordId> words;       ///< of all rows, one after the other
  std::vector<double> counts;

  std::uint64_t bytes() const noexcept { return words.size() * (sizeof(WordId) + sizeof(double)); }
};

/// Collects the rows of a co-occurrence matrix in any order: in memory, or, beyond a limit, in an unlinked temporary
/// file. Throws Error if that cannot be written.
class CooccurrenceStore {
 public:
  /// memory: in bytes; 0: no limit. ranks: that share the rows; null: all come here.
  CooccurrenceStore(std::size_t words, std::uint64_t memory, Communicator* ranks = nullptr)
      : words_(words), memory_(memory), ranks_(ranks) {}

  /// Several threads may add at the same time. Rows that are never added are empty.
  void add(CooccurrenceRows rows);

  /// Called by all ranks together.
  Cooccurrences keep() &&;

 private:
  struct Kept {
    CooccurrenceRows rows;     // in a file: without words and counts
    std::uint64_t offset = 0;  // there: the counts, then the words
    std::uint64_t size = 0;
  };
  void move_to_file(Kept& kept);

  std::size_t words_;
  std::uint64_t memory_;
  Communicator* ranks_;
  std::uint64_t taken_ = 0, written_ = 0;
  std::mutex mutex_;
  std::vector<Kept> kept_;
  Descriptor file_;  // opened once the limit is exceeded
};

}  // namespace equivec
