#pragma once

#include "src/search/graph_tables.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace equivec {

/// A word on the way to the nearest.
struct PassedWord {
  float distance;
  std::uint32_t word;
  friend bool operator<(const PassedWord& a, const PassedWord& b) noexcept {
    return a.distance != b.distance ? a.distance < b.distance : a.word < b.word;
  }
  friend bool operator>(const PassedWord& a, const PassedWord& b) noexcept { return b < a; }
};

/// Algorithms 2 and 5 of Malkov and Yashunin 2020: from the entry down to the lowest layer, greedily, and there from
/// the nearest word passed to its links until those still to be passed are farther than all candidates. Keeps memory
/// between searches; for one thread.
class GraphSearch {
 public:
  explicit GraphSearch(const GraphTables& tables) : tables_(tables), seen_((tables.size() + 63) / 64) {}

  /// Up to `candidates` words that are accepted, near ones, in no order; valid until the next search. distance(word) is
  /// to what is searched, prefetch(word) announces it, accept(word) says whether the word may be found; all are passed.
  template <std::invocable<std::uint32_t> Distance, std::invocable<std::uint32_t> Prefetch,
            std::predicate<std::uint32_t> Accept>
  const std::vector<PassedWord>& find(std::size_t candidates, const Distance& distance, const Prefetch& prefetch,
                                      const Accept& accept) {
    found_.clear();
    if (tables_.layers == 0 || candidates == 0) return found_;
    const PassedWord start = descend(distance);
    std::ranges::fill(seen_, 0);
    waiting_.assign(1, start);
    first_visit(start.word);
    if (accept(start.word)) found_.push_back(start);
    while (!waiting_.empty()) {
      const PassedWord nearest = waiting_.front();
      if (found_.size() == candidates && found_.front() < nearest) break;
      std::pop_heap(waiting_.begin(), waiting_.end(), std::greater());
      waiting_.pop_back();
      fresh_.clear();
      for (const std::uint32_t word : tables_.links(nearest.word, 0))
        if (word < tables_.size() && first_visit(word)) {
          prefetch(word);
          fresh_.push_back(word);
        }
      for (const std::uint32_t word : fresh_) pass({distance(word), word}, candidates, accept);
    }
    return found_;
  }

 private:
  template <class Accept>
  void pass(const PassedWord& passed, std::size_t candidates, const Accept& accept) {
    if (found_.size() == candidates && found_.front() < passed) return;
    waiting_.push_back(passed);
    std::push_heap(waiting_.begin(), waiting_.end(), std::greater());
    if (!accept(passed.word)) return;
    if (found_.size() == candidates) {
      std::pop_heap(found_.begin(), found_.end());
      found_.back() = passed;
    } else {
      found_.push_back(passed);
    }
    std::push_heap(found_.begin(), found_.end());
  }

  template <class Distance>
  PassedWord descend(const Distance& distance) {
    PassedWord nearest{distance(tables_.entry), tables_.entry};
    for (std::size_t layer = tables_.layers; --layer > 0;)
      for (bool nearer = true; nearer;) {
        nearer = false;
        for (const std::uint32_t word : tables_.links(nearest.word, layer)) {
          if (word >= tables_.size()) continue;
          const PassedWord passed{distance(word), word};
          if (passed.distance < nearest.distance) {
            nearest = passed;
            nearer = true;
          }
        }
      }
    return nearest;
  }

  bool first_visit(std::uint32_t word) noexcept {
    std::uint64_t& bits = seen_[word / 64];
    const std::uint64_t bit = std::uint64_t{1} << word % 64;
    if (bits & bit) return false;
    bits |= bit;
    return true;
  }

  const GraphTables& tables_;
  std::vector<std::uint64_t> seen_;   // a bit for each word
  std::vector<PassedWord> waiting_;   // a heap, the nearest in front
  std::vector<PassedWord> found_;     // a heap, the farthest in front
  std::vector<std::uint32_t> fresh_;  // links that were not seen before
};

}  // namespace equivec
