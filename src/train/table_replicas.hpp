#pragma once

#include "src/base/row_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace equivec {

/// How often the replicas of a table are merged. A tick is a number of words of the text that a replica is trained on.
struct MergeSchedule {
  double words_of_tick = 32000;
  double touches = 200;      ///< changes of a row in all replicas between two merges, about
  double least_merges = 20;  ///< of every row in the whole training
  double words = 0;          ///< of the whole training, of one replica
};

/// Copies of a table, one for each group of threads, which they change without knowing of each other: where cores do
/// not share a cache, every row that two of them change travels between them. A row's changes are merged now and then.
/// How they are combined depends on how far the row has gone since the last merge: the changes of a row that was hardly
/// touched are added up; of one that every replica has driven to the same place, which the sum would overshoot, the
/// mean is taken:
///     share = (1 - e^(-a P n)) / (P (1 - e^(-a n)))        n: touches in one of P replicas, a: gain x learning rate
///     moment = min(1 - share, .97) moment + share x (sum of the changes)
/// The table moves by the moment, and the replicas follow it.
class TableReplicas {
 public:
  static constexpr std::size_t most = 64;  // replicas
  using Merge = void (*)(float* row, float* moment, std::span<float* const> replicas, float keep, float share,
                         std::size_t stride);

  /// touches: of each row, per word of the text. gain: how much of its way to a solution one touch with learning rate 1
  /// moves a row. The table is referred to.
  TableReplicas(Table& table, std::size_t count, std::vector<double> touches, double gain,
                const MergeSchedule& schedule, Merge merge_kernel)
      : table_(table),
        moments_(table.rows(), table.dimension(), RowOrder::scattered),
        touches_(std::move(touches)),
        gain_(gain),
        merge_(merge_kernel) {
    for (std::size_t k = 0; k < count; ++k)
      replicas_.emplace_back(table.rows(), table.dimension(), RowOrder::scattered);
    const double ticks = std::max(1.0, std::ceil(schedule.words / schedule.words_of_tick));
    const double longest = std::max(1.0, std::floor(ticks / schedule.least_merges));
    periods_.resize(table.rows());
    for (std::size_t i = 0; i < table.rows(); ++i) {
      const double touched = static_cast<double>(count) * touches_[i] * schedule.words_of_tick;
      periods_[i] = static_cast<std::uint32_t>(
          std::clamp(touched > 0 ? std::round(schedule.touches / touched) : longest, 1.0, longest));
      touches_[i] *= schedule.words_of_tick * periods_[i];
    }
    due_.resize(static_cast<std::size_t>(longest) + 1);
    for (std::size_t i = 0; i < table.rows(); ++i)
      due_[i * 2654435761u / 256 % periods_[i]].push_back(static_cast<std::uint32_t>(i));
  }

  Table& replica(std::size_t k) { return replicas_[k]; }
  std::size_t rows() const { return table_.rows(); }

  /// A replica takes all rows as the table has them.
  void start(std::size_t k) {
    for (std::size_t i = 0; i < table_.rows(); ++i) std::copy_n(table_.row(i), table_.stride(), replicas_[k].row(i));
  }

  /// Merges the rows that are due in this tick, while the replicas are trained. By one thread at a time, tick by tick.
  void merge(std::uint64_t tick, double learning_rate) {
    std::vector<std::uint32_t> rows;
    rows.swap(due_[tick % due_.size()]);
    constexpr std::size_t ahead = 4;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i + ahead < rows.size()) fetch(rows[i + ahead]);
      const std::uint32_t row = rows[i];
      merge_row(row, learning_rate);
      due_[(tick + periods_[row]) % due_.size()].push_back(row);
    }
  }

  /// Merges rows [begin, end), when the replicas are not trained.
  void merge_rows(std::size_t begin, std::size_t end, double learning_rate) {
    for (std::size_t i = begin; i < end; ++i) merge_row(i, learning_rate);
  }

 private:
  void merge_row(std::size_t i, double learning_rate) {
    const auto count = static_cast<double>(replicas_.size());
    const double moved = gain_ * learning_rate * touches_[i];
    const double share = moved > 1e-9 ? std::expm1(-count * moved) / (count * std::expm1(-moved)) : 1;
    const auto keep = static_cast<float>(std::min(1 - share, 0.97)), given = static_cast<float>(share);
    std::array<float*, most> rows;
    for (std::size_t k = 0; k < replicas_.size(); ++k) rows[k] = replicas_[k].row(i);
    merge_(table_.row(i), moments_.row(i), {rows.data(), replicas_.size()}, keep, given, table_.stride());
  }

  void fetch(std::size_t i) {
    prefetch_row(table_.row(i), table_.stride());
    prefetch_row(moments_.row(i), table_.stride());
    for (const Table& replica : replicas_) prefetch_row(replica.row(i), table_.stride());
  }

  Table& table_;
  std::vector<Table> replicas_;
  Table moments_;
  std::vector<double> touches_;  // of one replica between two merges
  double gain_;
  Merge merge_;
  std::vector<std::uint32_t> periods_;           // ticks
  std::vector<std::vector<std::uint32_t>> due_;  // rows, by tick
};

}  // namespace equivec
