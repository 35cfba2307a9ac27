#pragma once

#include "src/base/row_table.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

namespace equivec {

/// One lock for each of the rows of a table that threads have replicas of.
class ReplicaLocks {
 public:
  explicit ReplicaLocks(std::size_t rows = 0) : locks_(std::make_unique<std::atomic_flag[]>(rows)) {}
  std::atomic_flag& operator[](std::size_t i) { return locks_[i]; }

 private:
  std::unique_ptr<std::atomic_flag[]> locks_;
};

/// A thread's own copies of the last rows of a table, which all threads change so often that the processor would do
/// little but carry them from core to core (Vuurens, Eickhoff and de Vries 2016). A copy's change goes to the table
/// after some uses, and the copy takes up what the other threads have done.
class RowReplicas {
 public:
  using AddChange = void (*)(float* row, const float* now, const float* before, std::size_t stride);

  /// count: the last rows of the table, none with 0; `locks` has as many. period: calls of row() after which a copy is
  /// merged. All are referred to.
  RowReplicas(const Table& table, std::size_t count, std::uint32_t period, ReplicaLocks& locks, AddChange add_change)
      : table_(table),
        first_(table.rows() - count),
        period_(period),
        locks_(locks),
        add_change_(add_change),
        now_(count, table.dimension()),
        before_(count, table.dimension()),
        uses_(count, 0) {
    for (std::size_t i = 0; i < count; ++i) take(i);
  }

  float* row(std::size_t i) {
    if (i < first_) return table_.row(i);
    const std::size_t copy = i - first_;
    if (++uses_[copy] >= period_ && !locks_[copy].test_and_set(std::memory_order_acquire)) merge(copy);
    return now_.row(copy);  // where another thread merges this row, it is tried again at the next use
  }

  /// Before the table is read.
  void merge_all() {
    for (std::size_t i = 0; i < uses_.size(); ++i) {
      while (locks_[i].test_and_set(std::memory_order_acquire)) std::this_thread::yield();
      merge(i);
    }
  }

 private:
  void merge(std::size_t copy) {
    add_change_(table_.row(first_ + copy), now_.row(copy), before_.row(copy), table_.stride());
    take(copy);
    locks_[copy].clear(std::memory_order_release);
    uses_[copy] = 0;
  }
  void take(std::size_t copy) {
    const std::size_t bytes = table_.stride() * sizeof(float);
    std::memcpy(now_.row(copy), table_.row(first_ + copy), bytes);
    // Of the copy, since another thread may be changing the row.
    std::memcpy(before_.row(copy), now_.row(copy), bytes);
  }

  const Table& table_;
  std::size_t first_;
  std::uint32_t period_;
  ReplicaLocks& locks_;
  AddChange add_change_;
  Table now_, before_;
  std::vector<std::uint32_t> uses_;
};

}  // namespace equivec
