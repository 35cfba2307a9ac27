#pragma once

#include "src/base/row_table.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace equivec {

/// Which workers use which rows of a table. Several may claim at the same time.
class TableClaims {
 public:
  static constexpr std::uint32_t most_workers = 31;

  /// first: where the numbers of rounds begin, a multiple of 32.
  explicit TableClaims(std::size_t rows, std::uint32_t first = 0) : claims_(rows), base_(first / 32 * 32) {}

  /// Claims of earlier rounds are told by their number, so that nothing need be written until the numbers run out.
  void clear() {
    base_ += most_workers + 1;
    if (base_ != 0) return;
    for (auto& claim : claims_) claim.store(0, std::memory_order_relaxed);
    base_ = most_workers + 1;
  }

  /// worker < most_workers. Whoever comes when, in the end a row has the one worker that claimed it, or is shared.
  void claim(std::size_t row, std::uint32_t worker) {
    std::atomic<std::uint32_t>& claim = claims_[row];
    std::uint32_t seen = claim.load(std::memory_order_relaxed);
    if (seen < base_ && claim.compare_exchange_strong(seen, base_ + worker, std::memory_order_relaxed)) return;
    if (seen != base_ + worker) claim.store(base_ + most_workers, std::memory_order_relaxed);
  }

  bool shared(std::size_t row) const { return claims_[row].load(std::memory_order_relaxed) == base_ + most_workers; }

 private:
  std::vector<std::atomic<std::uint32_t>> claims_;
  std::uint32_t base_;
};

/// Which rows of a table a thread has already copied. Emptied by a change of numbers, not by writing.
class RowPlaces {
 public:
  /// first: where the numbers of places begin.
  explicit RowPlaces(std::size_t rows, std::uint32_t first = 0) : places_(rows, 0), base_(first) {}

  void clear() {
    if (base_ > std::numeric_limits<std::uint32_t>::max() / 2) {
      std::fill(places_.begin(), places_.end(), 0u);
      base_ = 0;
    }
    base_ += next_;
    next_ = 1;  // 0 is what was never written
  }
  /// The number that was given to the row since clear(), or the next one and true.
  std::pair<std::uint32_t, bool> place_of(std::size_t row) {
    std::uint32_t& place = places_[row];
    const bool is_new = place < base_ + 1;
    if (is_new) place = base_ + next_++;
    return {place - base_ - 1, is_new};
  }

 private:
  std::vector<std::uint32_t> places_;
  std::uint32_t base_, next_ = 1;
};

/// What lets several workers train on one table at once without the result depending on which threads they run on: each
/// works on copies of its own, and when all are done every row takes the sum of their changes, in the workers' order.
class PrivateRows {
 public:
  static constexpr std::size_t parts = 16;  // which may be merged at the same time

  /// most: rows that are copied between two clear(), at most.
  PrivateRows(std::size_t most, std::size_t dimension) : copies_(most, dimension) {}

  void clear() {
    for (auto& part : touched_) part.clear();
  }

  /// The copy of row i; `places` are this thread's, cleared with this.
  float* take(const Table& table, std::size_t i, RowPlaces& places) {
    const auto [place, is_new] = places.place_of(i);
    if (is_new) {
      std::memcpy(copies_.row(place), table.row(i), table.stride() * sizeof(float));
      touched_[i % parts].push_back({static_cast<std::uint32_t>(i), place});
    }
    return copies_.row(place);
  }

  /// Adds the changes of the rows of one part, of all workers in their order; add(row, now, before, stride). `places`
  /// are this thread's. The table has not changed since the copies were taken, so that the first worker finds there
  /// what a row was, and keeps it in place of its copy for the others.
  template <class Add>
  static void merge(std::span<PrivateRows* const> workers, const Table& table, std::size_t part, RowPlaces& places,
                    std::vector<const float*>& before, const Add& add) {
    places.clear();
    before.clear();
    constexpr std::size_t ahead = 4;
    for (PrivateRows* const worker : workers) {
      const std::vector<Touched>& touched = worker->touched_[part];
      for (std::size_t i = 0; i < touched.size(); ++i) {
        if (i + ahead < touched.size()) {
          prefetch_row(table.row(touched[i + ahead].row), table.stride());
          prefetch_row(worker->copies_.row(touched[i + ahead].place), table.stride());
        }
        const auto [row, copy] = touched[i];
        float* const to = table.row(row);
        float* const now = worker->copies_.row(copy);
        const auto [place, is_first] = places.place_of(row);
        if (is_first) {
          before.push_back(now);
          for (std::size_t c = 0; c < table.stride(); ++c) {
            const float old = to[c];
            to[c] = old + (now[c] - old);
            now[c] = old;
          }
        } else {
          add(to, now, before[place], table.stride());
        }
      }
    }
  }

 private:
  struct Touched {
    std::uint32_t row, place;
  };
  std::array<std::vector<Touched>, parts> touched_;
  Table copies_;
};

}  // namespace equivec
