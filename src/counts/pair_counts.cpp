#include "src/counts/pair_counts.hpp"

#include "equivec/counts/encoded_corpus.hpp"
#include "src/base/memory.hpp"
#include "src/base/parallel.hpp"
#include "src/counts/range_runs.hpp"
#include "src/counts/word_index.hpp"
#include "src/files/varint.hpp"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <array>
#include <bit>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

// As co-occurrences are counted, row by row; but as there is one word at most that follows another, the followers
// themselves are put in the order of the words before them, and what is read then is read in order. If they do not fit
// into the memory allowed, the text is processed in stretches: the counts of each go to a temporary file and are
// finally added up row by row.

namespace equivec {

namespace {

/// Counts of what follows one word. Open addressing; at most half the slots are in use.
template <class Follower>
class FollowerTable {
 public:
  explicit FollowerTable(std::uint64_t seed) : factor_(seed | 0x8000000000000001u) {}

  /// REQUIRES: count > 0
  void add(Follower follower, std::uint64_t count) {
    Slot& slot = slots_[slot_of(follower)];
    const bool is_new = slot.count == 0;
    slot.follower = follower;
    slot.count += count;
    if (!is_new) return;
    used_.push_back(static_cast<std::size_t>(&slot - slots_.data()));
    if (2 * used_.size() > mask_) grow();
  }
  std::size_t size() const noexcept { return used_.size(); }

  /// Calls f(follower, count) for each follower and forgets them.
  template <class F>
  void take(const F& f) {
    for (const std::size_t slot : used_) f(slots_[slot].follower, std::exchange(slots_[slot].count, 0));
    used_.clear();
    set_size(least_size);  // few words have many followers, and a short table stays in the cache
  }

 private:
  static constexpr std::size_t least_size = 64;
  struct Slot {
    Follower follower = 0;
    std::uint64_t count = 0;  // 0: the slot is free
  };

  std::size_t slot_of(Follower follower) const noexcept {
    std::size_t i = follower * factor_ >> shift_;
    while (slots_[i].count != 0 && slots_[i].follower != follower) i = (i + 1) & mask_;
    return i;
  }

  void set_size(std::size_t size) {
    mask_ = size - 1;
    shift_ = 64 - std::countr_zero(size);
    if (slots_.size() < size) slots_.resize(size);
  }

  void grow() {
    const std::size_t size = 2 * (mask_ + 1);
    std::vector<Slot> moved;
    moved.reserve(used_.size());
    for (const std::size_t slot : used_) moved.push_back(std::exchange(slots_[slot], Slot()));
    set_size(size);
    for (std::size_t i = 0; i < moved.size(); ++i) {
      used_[i] = slot_of(moved[i].follower);
      slots_[used_[i]] = moved[i];
    }
  }

  std::uint64_t factor_;  // odd, and different in each run, so that no text is made to be slow
  std::size_t mask_ = least_size - 1;
  int shift_ = 64 - std::countr_zero(least_size);
  std::vector<Slot> slots_ = std::vector<Slot>(least_size);
  std::vector<std::size_t> used_;
};

/// ConnectorRuns::extended() for one thread, which keeps the answers that it needs again and again.
class Extended {
 public:
  explicit Extended(const PairText& text) : text_(text) {}

  std::uint32_t operator()(std::uint32_t run, WordId connector) {
    Step& step = steps_[(run * 31 + static_cast<std::uint32_t>(connector)) % steps_.size()];
    if (step.connector != connector || step.run != run)
      step = {run, connector, text_.connectors->extended(run, connector, text_.word(connector))};
    return step.extended;
  }

 private:
  struct Step {
    std::uint32_t run = ConnectorRuns::none;
    WordId connector = EncodedCorpus::sentence_end;  // which is none
    std::uint32_t extended = ConnectorRuns::nothing;
  };
  const PairText& text_;
  std::array<Step, 512> steps_ = {};
};

/// Calls f(pair) for each pair whose first word is one of ids[begin, end).
template <class F>
void for_each_pair(const PairText& text, std::size_t begin, std::size_t end, const F& f) {
  const std::span<const WordId> ids = text.ids;
  Extended extended(text);
  WordPair pair;
  bool open = false;  // there is a first word, and nothing but connector words after it
  for (std::size_t i = begin; i < ids.size() && (i < end || open); ++i) {
    const WordId id = ids[i];
    const WordTraits traits = id == EncodedCorpus::sentence_end ? is_barrier : text.traits[index(id)];
    if (traits & is_barrier) {
      open = false;
    } else if (traits & is_connector) {
      if (open) pair.between = extended(pair.between, id);
    } else {
      pair.second = static_cast<std::uint32_t>(id);
      if (open && pair.between != ConnectorRuns::nothing) f(std::as_const(pair));
      open = i < end;
      pair.first = pair.second;
      pair.between = ConnectorRuns::none;
    }
  }
}

/// What follows each word of a stretch of the text. A follower is the number of a word, and, if it has 64 bits, that of
/// the connector words before it above that.
template <class Follower>
class FollowerIndex {
 public:
  FollowerIndex(const PairText& text, int threads) : text_(text), threads_(threads) {}

  /// Indexes the pairs whose first words are ids[begin, end), fewer than 2^32.
  void build(std::size_t begin, std::size_t end) {
    const std::size_t words = text_.traits.size();
    // Each piece takes a number for each word, all of them about a quarter of what the followers take.
    const std::size_t most = (end - begin) * sizeof(Follower) / sizeof(std::uint32_t) / 4 / (words + 1) + 1;
    const std::size_t pieces = std::min(most, 4 * static_cast<std::size_t>(thread_count(threads_)));
    std::vector<std::vector<std::uint32_t>> next(pieces);
    const auto each_pair = [&](std::size_t piece, const auto& f) {
      const auto bound = [&](std::size_t number) { return begin + (end - begin) * number / pieces; };
      for_each_pair(text_, bound(piece), bound(piece + 1), f);
    };
    parallel_for(pieces, threads_, [&](std::size_t piece) {
      next[piece].assign(words, 0);
      each_pair(piece, [&](const WordPair& pair) { ++next[piece][pair.first]; });
    });
    begins_.resize(words + 1);
    std::uint32_t sum = 0;
    for (std::size_t word = 0; word < words; ++word) {
      begins_[word] = sum;
      for (auto& counts : next) sum += std::exchange(counts[word], sum);
    }
    begins_[words] = sum;
    if (followers_.size() < sum * sizeof(Follower)) followers_.resize(sum * sizeof(Follower));
    auto* const followers = static_cast<Follower*>(followers_.data());
    parallel_for(pieces, threads_, [&](std::size_t piece) {
      each_pair(piece, [&](const WordPair& pair) {
        Follower follower = pair.second;
        if constexpr (sizeof(Follower) == 8) follower |= std::uint64_t{pair.between} << 32;
        followers[next[piece][pair.first]++] = follower;
      });
    });
  }

  std::span<const Follower> of(std::size_t word) const noexcept {
    return {static_cast<const Follower*>(followers_.data()) + begins_[word], begins_[word + 1] - begins_[word]};
  }
  std::size_t pairs() const noexcept { return begins_.back(); }
  /// The first word before which there are so many pairs at least.
  std::size_t word_after(std::size_t pairs) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(begins_, pairs) - begins_.begin());
  }

 private:
  const PairText& text_;
  int threads_;
  std::vector<std::uint32_t> begins_;
  GrowingMemory followers_;
};

template <class Follower>
class PairCounting {
 public:
  PairCounting(const PairText& text, const PairCountOptions& options,
               const std::function<bool(const CountedPair&)>& keep, Progress* progress)
      : text_(text), options_(options), keep_(keep), progress_(progress), followers_(text, options.threads) {}

  PairCounts run() {
    const CancelScope scope(progress_);
    const std::size_t size = text_.ids.size();
    // Besides the followers there are numbers for each word.
    const std::uint64_t most = std::clamp<std::uint64_t>(options_.memory / (2 * sizeof(Follower)), 65536, 0xFFFFFFFFu);
    const std::size_t stretches = static_cast<std::size_t>((size + most - 1) / most);
    for (std::size_t number = 0; number < stretches; ++number) {
      const std::size_t begin = size * number / stretches, end = size * (number + 1) / stretches;
      followers_.build(begin, end);
      if (number == 0) divide();
      parallel_for(bounds_.size() - 1, options_.threads, [&](std::size_t range) {
        if (stretches == 1)
          count(range);
        else
          runs_->add(range, encoded(range));
      });
      if (progress_) progress_->done += end - begin;
    }
    if (stretches > 1) parallel_for(bounds_.size() - 1, options_.threads, [&](std::size_t range) { merge(range); });
    return std::move(result_);
  }

 private:
  using Table = FollowerTable<Follower>;

  /// Divides the words into ranges of about as many pairs each.
  void divide() {
    constexpr std::size_t ranges = 256;
    bounds_ = {0};
    for (std::size_t i = 1; i <= ranges; ++i) {
      const std::size_t bound =
          i == ranges ? text_.traits.size() : followers_.word_after(followers_.pairs() * i / ranges);
      if (bound > bounds_.back()) bounds_.push_back(bound);
    }
    runs_.emplace(bounds_.size() - 1, "the pairs of words");
  }

  static void add_all(std::span<const Follower> followers, Table& table) {
    for (const Follower follower : followers) table.add(follower, 1);
  }

  /// Those pairs of one first word that are asked for.
  void keep_from(std::size_t word, Table& table, PairCounts& counts) const {
    counts.different += table.size();
    table.take([&](Follower follower, std::uint64_t count) {
      CountedPair counted{{static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(follower)}, count};
      if constexpr (sizeof(Follower) == 8) counted.pair.between = static_cast<std::uint32_t>(follower >> 32);
      if (keep_(counted)) counts.kept.push_back(counted);
    });
  }

  void count(std::size_t range) {
    Table& table = tables_.local();
    PairCounts counts;
    for (std::size_t word = bounds_[range]; word < bounds_[range + 1]; ++word) {
      add_all(followers_.of(word), table);
      keep_from(word, table, counts);
    }
    add(counts);
  }

  /// For each word of a range: the number of different followers, then each and its count.
  std::string encoded(std::size_t range) {
    Table& table = tables_.local();
    std::string bytes;
    for (std::size_t word = bounds_[range]; word < bounds_[range + 1]; ++word) {
      add_all(followers_.of(word), table);
      append_varint(bytes, table.size());
      table.take([&](Follower follower, std::uint64_t count) {
        append_varint(bytes, follower);
        append_varint(bytes, count);
      });
    }
    return bytes;
  }

  void merge(std::size_t range) {
    Table& table = tables_.local();
    const std::vector<std::string> runs = runs_->read(range);
    std::vector<VarintReader> readers(runs.begin(), runs.end());
    PairCounts counts;
    for (std::size_t word = bounds_[range]; word < bounds_[range + 1]; ++word) {
      for (VarintReader& read : readers)
        for (std::uint64_t followers = read(); followers > 0; --followers) {
          const auto follower = static_cast<Follower>(read());
          table.add(follower, read());
        }
      keep_from(word, table, counts);
    }
    add(counts);
  }

  void add(const PairCounts& counts) {
    const std::scoped_lock lock(mutex_);
    result_.different += counts.different;
    result_.kept.insert(result_.kept.end(), counts.kept.begin(), counts.kept.end());
  }

  const PairText& text_;
  const PairCountOptions& options_;
  const std::function<bool(const CountedPair&)>& keep_;
  Progress* progress_;
  FollowerIndex<Follower> followers_;
  std::vector<std::size_t> bounds_;  // range i has the words [bounds_[i], bounds_[i + 1])
  std::optional<RangeRuns> runs_;
  tbb::enumerable_thread_specific<Table> tables_{seed_of_run()};
  std::mutex mutex_;  // of the result
  PairCounts result_;
};

}  // namespace

PairCounts count_pairs(const PairText& text, const PairCountOptions& options,
                       const std::function<bool(const CountedPair&)>& keep, Progress* progress) {
  if (text.connectors) return PairCounting<std::uint64_t>(text, options, keep, progress).run();
  return PairCounting<std::uint32_t>(text, options, keep, progress).run();
}

}  // namespace equivec
