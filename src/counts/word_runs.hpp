#pragma once

#include "src/files/files.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

namespace equivec {

struct CountedWord {
  std::string_view word;
  std::uint64_t count = 0;
};

/// Words with counts in an unlinked temporary file, in sorted runs: for more words than memory may hold.
/// Throws Error if the file cannot be written or read.
class WordRuns {
 public:
  using Before = bool (*)(const CountedWord&, const CountedWord&);

  /// `before` is the order of all runs.
  explicit WordRuns(Before before) : before_(before) {}

  /// Writes words that are in this order as one run: word(0) ... word(size - 1). Several threads may add runs at a
  /// time.
  void add(std::size_t size, const std::function<CountedWord(std::size_t)>& word);
  bool empty() const noexcept { return runs_.empty(); }

  /// Calls take() with the words of all runs, in order; a word that is in several runs comes as often. Buffers take up
  /// to `memory` bytes, at least some kilobytes for each run.
  void merge(std::uint64_t memory, const std::function<void(const CountedWord&)>& take) const;

 private:
  class Reader;
  struct Run {
    std::uint64_t begin, end;  // in the file
  };

  Before before_;
  std::mutex mutex_;  // of the three below, while runs are added
  Descriptor file_;
  std::uint64_t end_ = 0;
  std::vector<Run> runs_;
};

/// Byte order.
bool is_before_in_bytes(const CountedWord& a, const CountedWord& b) noexcept;
/// The order of a vocabulary: the most frequent first, ties in byte order.
bool is_before_in_vocabulary(const CountedWord& a, const CountedWord& b) noexcept;

}  // namespace equivec
