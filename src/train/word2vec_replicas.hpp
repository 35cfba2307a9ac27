#pragma once

#include "equivec/counts/vocabulary.hpp"
#include "src/train/table_replicas.hpp"
#include "src/train/word2vec_windows.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

namespace equivec {

/// How often a word of the text changes each row of word2vec's tables, on average.
struct Word2VecTouches {
  std::vector<double> words, contexts, nodes;
};
/// noise: how likely each word is to be drawn.
Word2VecTouches touches_of(const Vocabulary& vocabulary, const Word2VecState& state, std::span<const double> noise);

// How much of the way to a solution a touch with learning rate 1 moves a row; measured with 4 and 16 replicas.
inline constexpr double gain_of_inputs = 0.9, gain_of_outputs = 0.3;

/// Replicas of word2vec's tables, one for each group of threads, and the threads.
class Word2VecReplicas {
 public:
  /// noise: how likely each word is to be drawn. groups: of processors, which the threads of a replica are bound to if
  /// there are as many. words: of the whole training. The state is referred to.
  Word2VecReplicas(const Vocabulary& vocabulary, Word2VecState& state, std::span<const double> noise, std::size_t count,
                   std::vector<std::vector<int>> groups, std::uint64_t words);

  std::size_t count() const { return count_; }
  Table& words(std::size_t replica) { return words_.replica(replica); }
  Table& contexts(std::size_t replica) { return contexts_.replica(replica); }
  Table& nodes(std::size_t replica) { return nodes_.replica(replica); }

  /// All replicas take the tables' rows. done: words trained so far.
  void start(std::uint64_t done);

  /// Merges the rows that are due by now, unless another thread does. Any thread may call it while others train.
  void merge_due(std::uint64_t done, double learning_rate);

  /// Merges all rows, when nobody trains.
  void merge_all(double learning_rate, int threads);

  /// Calls work(replica) on so many threads, and throws what the first of them threw.
  void on_threads(std::size_t threads, const std::function<void(std::size_t replica)>& work) const;

 private:
  using Touches = Word2VecTouches;

  Word2VecReplicas(Touches touches, Word2VecState& state, std::size_t count, std::vector<std::vector<int>> groups,
                   std::uint64_t words);
  std::uint64_t tick_of(std::uint64_t done) const;

  std::size_t count_;
  std::vector<std::vector<int>> groups_;
  MergeSchedule schedule_;
  TableReplicas words_, contexts_, nodes_;
  std::mutex merging_;
  std::atomic<std::uint64_t> merged_ticks_{0};
};

}  // namespace equivec
