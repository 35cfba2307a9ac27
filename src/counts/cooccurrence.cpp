#include "equivec/counts/cooccurrence.hpp"

#include "equivec/base/error.hpp"
#include "src/base/memory.hpp"
#include "src/base/parallel.hpp"
#include "src/counts/cooccurrence_store.hpp"
#include "src/counts/encoded_corpus.hpp"
#include "src/counts/range_runs.hpp"
#include "src/files/files.hpp"
#include "src/files/varint.hpp"

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

// Counts row by row: an inverted index gives the positions of the row's word, and the words around them are added into
// one dense array of sums, which fits the cache. No hashing or sorting; the result is in order. If the index of the
// whole text does not fit into the memory allowed, the text is processed in parts: each part's sums go to a temporary
// file and are finally added up row by row.

namespace equivec {

void validate(const CooccurrenceOptions& options) {
  require_between("window", options.window, 1, 1000);
  require_between("threads", options.threads, 0, 4096);
}

Cooccurrences::Row Cooccurrences::row(WordId word) const noexcept {
  const Place& place = rows_[index(word)];
  return {{place.words, place.size}, {place.counts, place.size}};
}

namespace {

constexpr WordId sentence_end = EncodedCorpus::sentence_end;

/// The weight of each distance, in units.
struct Weights {
  std::vector<std::uint64_t> of;  // [distance], from 1
  double unit = 1;                // divisor that turns sums into counts

  /// Total weight of the words in a context window.
  std::uint64_t of_window() const { return 2 * std::accumulate(of.begin() + 1, of.end(), std::uint64_t{0}); }
};

/// See count_cooccurrences().
Weights weights_of(const CooccurrenceOptions& options, std::uint64_t words) {
  const auto window = static_cast<std::size_t>(options.window);
  Weights result{.of = std::vector<std::uint64_t>(window + 1, 1), .unit = 1};
  if (!options.distance_weighting) return result;
  double harmonic = 0;
  for (std::size_t d = 1; d <= window; ++d) harmonic += 1.0 / static_cast<double>(d);
  // No sum exceeds that of all pairs, which must stay below 2^63.
  const double largest = 0x1p62 / (2 * harmonic * static_cast<double>(std::max<std::uint64_t>(words, 1)));
  std::uint64_t unit = 1;
  for (std::uint64_t d = 1; d <= window; ++d) {
    const std::uint64_t factor = d / std::gcd(unit, d);
    if (static_cast<double>(unit) * static_cast<double>(factor) > largest) {
      unit = std::bit_floor(static_cast<std::uint64_t>(largest));
      break;
    }
    unit *= factor;
  }
  for (std::size_t d = 1; d <= window; ++d) result.of[d] = (unit + d / 2) / d;
  result.unit = static_cast<double>(unit);
  return result;
}

/// The sums of one row, and which words have one. 32-bit sums, where they suffice, take half the cache of 64-bit ones.
template <class Sum>
class RowSums {
 public:
  explicit RowSums(std::size_t words)
      : sums_(words, 0), added_(words + 1), present_((words + 63) / 64, 0), groups_((present_.size() + 63) / 64, 0) {}

  /// weight > 0.
  void add(std::size_t word, Sum weight) {
    const Sum before = sums_[word];
    sums_[word] = before + weight;
    added_[count_] = static_cast<std::uint32_t>(word);
    count_ += before == 0;
  }

  std::size_t size() const { return count_; }

  /// Calls f(word, sum) for each word that was added, ascending, and resets all sums.
  template <class F>
  void take(const F& f) {
    for (std::size_t i = 0; i < count_; ++i) {
      const std::uint32_t word = added_[i];
      present_[word / 64] |= std::uint64_t{1} << word % 64;
      groups_[word / 4096] |= std::uint64_t{1} << word / 64 % 64;
    }
    count_ = 0;
    for (std::size_t group = 0; group < groups_.size(); ++group)
      for (std::uint64_t blocks = std::exchange(groups_[group], 0); blocks != 0; blocks &= blocks - 1) {
        const std::size_t block = group * 64 + static_cast<std::size_t>(std::countr_zero(blocks));
        for (std::uint64_t bits = std::exchange(present_[block], 0); bits != 0; bits &= bits - 1) {
          const std::size_t word = block * 64 + static_cast<std::size_t>(std::countr_zero(bits));
          f(word, std::exchange(sums_[word], 0));
        }
      }
  }

 private:
  std::vector<Sum> sums_;
  std::vector<std::uint32_t> added_;  // one element longer than needed: add() always writes
  std::size_t count_ = 0;
  std::vector<std::uint64_t> present_;  // a bit for each word
  std::vector<std::uint64_t> groups_;   // a bit for each 64 of those
};

/// The sums of one thread.
struct Sums {
  RowSums<std::uint32_t> small;
  RowSums<std::uint64_t> large;
  explicit Sums(std::size_t words) : small(words), large(words) {}
};

/// Inverted index: the positions of each word in a part of the text.
class PositionIndex {
 public:
  PositionIndex(std::size_t words, tbb::task_arena& arena) : words_(words), arena_(arena), begins_(words + 1) {}

  /// Indexes ids[begin, end), but for those that stand around the chunks of one of several ranks.
  void build(std::span<const WordId> ids, std::size_t begin, std::size_t end, bool in_context) {
    first_ = begin;
    const auto is_own = [in_context](std::size_t i) {
      constexpr std::size_t context = EncodedCorpus::context_size, chunk = EncodedCorpus::chunk_size;
      return !in_context || i % (chunk + 2 * context) - context < chunk;  // wraps around below
    };
    const auto pieces = static_cast<std::size_t>(arena_.max_concurrency());
    const auto bound = [&](std::size_t piece) { return begin + (end - begin) * piece / pieces; };
    std::vector<std::vector<std::uint32_t>> next(pieces);
    each(pieces, [&](std::size_t piece) {
      next[piece].assign(words_, 0);
      for (std::size_t i = bound(piece); i < bound(piece + 1); ++i)
        if (ids[i] != sentence_end && is_own(i)) ++next[piece][index(ids[i])];
    });
    std::uint32_t sum = 0;
    for (std::size_t word = 0; word < words_; ++word) {
      begins_[word] = sum;
      for (auto& counts : next) sum += std::exchange(counts[word], sum);
    }
    begins_[words_] = sum;
    if (positions_.size() < sum) positions_.resize(sum);
    each(pieces, [&](std::size_t piece) {
      for (std::size_t i = bound(piece); i < bound(piece + 1); ++i)
        if (ids[i] != sentence_end && is_own(i))
          positions_[next[piece][index(ids[i])]++] = static_cast<std::uint32_t>(i - begin);
    });
  }

  /// Positions relative to first(), ascending.
  std::span<const std::uint32_t> of(std::size_t word) const {
    return {positions_.data() + begins_[word], begins_[word + 1] - begins_[word]};
  }
  std::size_t first() const { return first_; }

 private:
  template <class F>
  void each(std::size_t count, const F& f) {
    arena_.execute([&] { tbb::parallel_for(std::size_t{0}, count, f, tbb::simple_partitioner()); });
  }

  std::size_t words_, first_ = 0;
  tbb::task_arena& arena_;
  std::vector<std::uint32_t> begins_;
  std::vector<std::uint32_t, HugePageAllocator<std::uint32_t>> positions_;
};

/// If memory is limited: half of it for the index, a quarter for the result, the rest for sums and buffers.
struct MemoryPlan {
  std::size_t part;      // ids that are indexed at a time
  std::uint64_t result;  // bytes of the result in memory; 0: no limit
};

MemoryPlan plan_of(std::size_t ids, const CooccurrenceOptions& options) {
  const std::uint64_t most = std::numeric_limits<std::uint32_t>::max() / 2;
  const std::uint64_t part =
      options.memory == 0 ? most : std::clamp<std::uint64_t>(options.memory / 2 / sizeof(std::uint32_t), 65536, most);
  // Parts of equal size.
  const std::uint64_t parts = std::max<std::uint64_t>((ids + part - 1) / part, 1);
  return {static_cast<std::size_t>((ids + parts - 1) / parts), options.memory / 4};
}

/// Bounds of the ranges of rows that are counted as one task each: [bounds[i], bounds[i + 1]).
std::vector<std::size_t> ranges_of(const Vocabulary& vocabulary, const CooccurrenceOptions& options) {
  constexpr std::size_t most_rows = 4096;
  // Also bounds the memory of a range's rows: 12 bytes for each pair.
  const std::uint64_t pairs = 2 * static_cast<std::uint64_t>(options.window);
  const std::uint64_t memory = options.memory == 0 ? std::uint64_t{1} << 25 : options.memory / 32 + 1;
  const std::uint64_t most = std::clamp<std::uint64_t>(vocabulary.total_count() / 256, 1, memory / (12 * pairs) + 1);
  std::vector<std::size_t> bounds = {0};
  std::uint64_t sum = 0;
  for (std::size_t row = 0; row < vocabulary.size(); ++row) {
    const std::uint64_t count = vocabulary.count(word_id(row));
    if (row > bounds.back() && (sum + count > most || row - bounds.back() == most_rows)) {
      bounds.push_back(row);
      sum = 0;
    }
    sum += count;
  }
  bounds.push_back(vocabulary.size());
  return bounds;
}

/// Hosts may have different memory.
std::vector<std::size_t> same_on_all(Communicator& ranks, const std::vector<std::size_t>& numbers) {
  const std::string bytes = broadcast(ranks, std::string(bytes_of(std::span<const std::size_t>(numbers))));
  std::vector<std::size_t> result(bytes.size() / sizeof(std::size_t));
  std::memcpy(result.data(), bytes.data(), bytes.size());
  return result;
}

class Counting {
 public:
  Counting(const EncodedCorpus& corpus, const Vocabulary& vocabulary, const CooccurrenceOptions& options,
           Progress* progress)
      : ids_(corpus.ids()),
        ranks_(corpus.ranks()),
        vocabulary_(vocabulary),
        options_(options),
        weights_(weights_of(options, corpus.words())),
        plan_(plan_of(ids_.size(), options)),
        bounds_(ranks_ ? same_on_all(*ranks_, ranges_of(vocabulary, options)) : ranges_of(vocabulary, options)),
        progress_(progress ? *progress : unseen_),
        arena_(thread_count(options.threads)),
        sums_([&] { return Sums(vocabulary.size()); }) {
    progress_.done = 0;
    progress_.total = corpus.words() / static_cast<std::uint64_t>(ranks_ ? ranks_->size() : 1);
  }

  Cooccurrences run() {
    if (ranks_) return run_together();
    CooccurrenceStore store(vocabulary_.size(), plan_.result);
    RangeRuns runs(bounds_.size() - 1, "the co-occurrences of a part of the corpus");
    const bool parts = plan_.part < ids_.size();
    {
      PositionIndex index(vocabulary_.size(), arena_);
      for (std::size_t begin = 0; begin < ids_.size(); begin += plan_.part) {
        index.build(ids_, begin, std::min(begin + plan_.part, ids_.size()), false);
        for_each_range([&](std::size_t range, Sums& sums) {
          if (parts)
            runs.add(range, encoded(range, index, sums));
          else
            store.add(counted(range, index, sums));
        });
      }
    }
    if (parts) for_each_range([&](std::size_t range, Sums& sums) { store.add(merged(range, runs, sums.large)); });
    return std::move(store).keep();
  }

 private:
  /// Each rank counts in its chunks, a part at a time and in it some ranges of rows at a time, and sends the sums of a
  /// range to the rank that adds them up.
  Cooccurrences run_together() {
    const auto size = static_cast<std::size_t>(ranks_->size());
    // The same on all ranks, which may have different numbers of threads.
    constexpr std::size_t ranges_of_rank = 16;
    const std::size_t ranges = bounds_.size() - 1, batch = size * ranges_of_rank;
    CooccurrenceStore store(vocabulary_.size(), plan_.result, ranks_);
    RangeRuns runs(ranges, "the co-occurrences of parts of the corpus");
    {
      PositionIndex index(vocabulary_.size(), arena_);
      bool more = true;
      for (std::size_t begin = 0; more; begin += plan_.part) {
        const std::size_t first = std::min(begin, ids_.size()), end = std::min(begin + plan_.part, ids_.size());
        index.build(ids_, first, end, true);
        for (std::size_t range = 0; range < ranges; range += batch)
          exchange_sums(range, std::min(range + batch, ranges), index, runs);
        more = any_of(*ranks_, end < ids_.size());
      }
    }
    for_each_range([&](std::size_t range, Sums& sums) {
      if (owner_of(range) == static_cast<std::size_t>(ranks_->rank())) store.add(merged(range, runs, sums.large));
    });
    return std::move(store).keep();
  }

  /// Neighbouring ranges have about as many pairs, so that turns are fair.
  std::size_t owner_of(std::size_t range) const { return range % static_cast<std::size_t>(ranks_->size()); }

  void exchange_sums(std::size_t begin, std::size_t end, const PositionIndex& index, RangeRuns& runs) {
    std::vector<std::string> sums_of_range(end - begin);
    for_each_range([&](std::size_t range, Sums& sums) { sums_of_range[range - begin] = encoded(range, index, sums); },
                   begin, end);
    std::vector<std::string> messages(static_cast<std::size_t>(ranks_->size()));
    for (std::size_t range = begin; range < end; ++range) {
      std::string& message = messages[owner_of(range)];
      append_varint(message, range);
      append_varint(message, sums_of_range[range - begin].size());
      message += std::exchange(sums_of_range[range - begin], {});
    }
    for (const std::string& message : exchange(*ranks_, std::move(messages))) {
      VarintReader reader(message);
      while (!reader.at_end()) {
        const std::size_t range = reader();
        runs.add(range, std::string(reader.bytes(reader())));
      }
    }
  }

  template <class F>
  void for_each_range(const F& f) {
    for_each_range(f, 0, bounds_.size() - 1);
  }
  template <class F>
  void for_each_range(const F& f, std::size_t begin, std::size_t end) {
    arena_.execute([&] {
      tbb::parallel_for(
          begin, end,
          [&](std::size_t range) {
            check_cancelled(&progress_);
            f(range, sums_.local());
          },
          tbb::simple_partitioner());
    });
  }

  /// Adds up the words around the positions of a row's word, and calls f with the sums.
  template <class F>
  void with_sums(const PositionIndex& positions, std::size_t row, Sums& sums, const F& f) {
    const auto places = positions.of(row);
    if (places.size() < (std::uint64_t{1} << 32) / weights_.of_window()) {
      add_windows(positions.first(), places, sums.small);
      f(sums.small);
    } else {
      add_windows(positions.first(), places, sums.large);
      f(sums.large);
    }
    progress_.done.fetch_add(places.size(), std::memory_order_relaxed);
  }

  template <class Sum>
  void add_windows(std::size_t first, std::span<const std::uint32_t> places, RowSums<Sum>& sums) const {
    constexpr std::size_t ahead = 8;
    const auto window = static_cast<std::size_t>(options_.window);
    const std::uint64_t* const weights = weights_.of.data();
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (i + ahead < places.size()) __builtin_prefetch(ids_.data() + first + places[i + ahead]);
      const std::size_t at = first + places[i];
      const WordId* const center = ids_.data() + at;
      const std::size_t right = std::min(window, ids_.size() - 1 - at);
      for (std::size_t d = 1; d <= right && center[d] != sentence_end; ++d)
        sums.add(index(center[d]), static_cast<Sum>(weights[d]));
      if (!options_.symmetric) continue;
      const std::size_t left = std::min(window, at);
      for (std::size_t d = 1; d <= left && *(center - d) != sentence_end; ++d)
        sums.add(index(*(center - d)), static_cast<Sum>(weights[d]));
    }
  }

  template <class Sum>
  void append(RowSums<Sum>& sums, CooccurrenceRows& rows) const {
    const std::size_t before = rows.words.size(), size = sums.size();
    rows.sizes.push_back(size);
    rows.words.resize(before + size);
    rows.counts.resize(before + size);
    WordId* words = rows.words.data() + before;
    double* counts = rows.counts.data() + before;
    sums.take([&](std::size_t word, Sum sum) {
      *words++ = word_id(word);
      *counts++ = static_cast<double>(sum) / weights_.unit;
    });
  }

  CooccurrenceRows counted(std::size_t range, const PositionIndex& positions, Sums& sums) {
    CooccurrenceRows rows;
    rows.first = bounds_[range];
    for (std::size_t row = rows.first; row < bounds_[range + 1]; ++row)
      with_sums(positions, row, sums, [&](auto& row_sums) { append(row_sums, rows); });
    return rows;
  }

  /// For each row of a range: the number of words, then for each word its difference from the previous one and its sum.
  std::string encoded(std::size_t range, const PositionIndex& positions, Sums& sums) {
    std::string result;
    for (std::size_t row = bounds_[range]; row < bounds_[range + 1]; ++row)
      with_sums(positions, row, sums, [&](auto& row_sums) {
        append_varint(result, row_sums.size());
        std::size_t last = 0;
        row_sums.take([&](std::size_t word, std::uint64_t sum) {
          append_varint(result, word - last);
          append_varint(result, sum);
          last = word;
        });
      });
    return result;
  }

  CooccurrenceRows merged(std::size_t range, const RangeRuns& runs, RowSums<std::uint64_t>& sums) const {
    const std::vector<std::string> parts = runs.read(range);
    std::vector<VarintReader> readers(parts.begin(), parts.end());
    CooccurrenceRows rows;
    rows.first = bounds_[range];
    for (std::size_t row = rows.first; row < bounds_[range + 1]; ++row) {
      for (VarintReader& reader : readers) {
        std::size_t word = 0;
        for (std::uint64_t words = reader(); words > 0; --words) {
          word += reader();
          sums.add(word, reader());
        }
      }
      append(sums, rows);
    }
    return rows;
  }

  std::span<const WordId> ids_;
  Communicator* ranks_;
  const Vocabulary& vocabulary_;
  const CooccurrenceOptions& options_;
  Weights weights_;
  MemoryPlan plan_;
  std::vector<std::size_t> bounds_;
  Progress unseen_;
  Progress& progress_;
  tbb::task_arena arena_;
  tbb::enumerable_thread_specific<Sums> sums_;
};

/// Expected number of distinct pairs if words were independent; real texts have fewer, since words go together.
std::uint64_t expected_pairs(const Vocabulary& vocabulary, std::uint64_t sides) {
  const auto total = static_cast<double>(std::max<std::uint64_t>(vocabulary.total_count(), 1));
  // Distinct words among 4^k random draws, interpolated in between.
  std::vector<double> different;
  for (double draws = 1; draws <= 4 * total * static_cast<double>(sides); draws *= 4) {
    double sum = 0;
    for (std::size_t row = 0; row < vocabulary.size(); ++row)
      sum -= std::expm1(-draws * static_cast<double>(vocabulary.count(word_id(row))) / total);
    different.push_back(sum);
  }
  double pairs = 0;
  for (std::size_t row = 0; row < vocabulary.size(); ++row) {
    const auto draws = static_cast<double>(vocabulary.count(word_id(row)) * sides);
    if (draws == 0) continue;
    const double place = std::log2(draws) / 2;
    const auto below = static_cast<std::size_t>(place);
    const double share = place - static_cast<double>(below);
    pairs +=
        std::min(draws, different[below] * (1 - share) + different[std::min(below + 1, different.size() - 1)] * share);
  }
  return static_cast<std::uint64_t>(pairs) + 1;
}

}  // namespace

CooccurrenceNeeds cooccurrence_needs(const EncodedCorpus& corpus, const Vocabulary& vocabulary,
                                     const CooccurrenceOptions& options) {
  const MemoryPlan plan = plan_of(corpus.ids().size(), options);
  const std::uint64_t words = vocabulary.size(),
                      sides = static_cast<std::uint64_t>(options.window) * (options.symmetric ? 2 : 1);
  const std::uint64_t result = expected_pairs(vocabulary, sides) * (sizeof(WordId) + sizeof(double));
  const bool parts = plan.part<corpus.ids().size(), on_disk = plan.result> 0 && result > plan.result;
  const auto threads = static_cast<std::uint64_t>(thread_count(options.threads));
  CooccurrenceNeeds needs;
  needs.memory = plan.part * sizeof(std::uint32_t) + words * 4 * (threads + 1) + threads * words * 20 +
                 (on_disk ? plan.result : result);
  // A pair takes about half as many bytes in a part's sums as in the result, but may be in several parts.
  needs.disk = (on_disk ? result : 0) + (parts ? result / 2 : 0);
  return needs;
}

Cooccurrences count_cooccurrences(const EncodedCorpus& corpus, const Vocabulary& vocabulary,
                                  const CooccurrenceOptions& options, Progress* progress) {
  validate(options);
  require_words_of(vocabulary, corpus, "the corpus");
  return Counting(corpus, vocabulary, options, progress).run();
}

}  // namespace equivec
