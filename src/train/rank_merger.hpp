#pragma once

#include "equivec/base/communicator.hpp"
#include "equivec/base/progress.hpp"
#include "src/base/row_table.hpp"
#include "src/train/row_packing.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace equivec {

/// How often rows are merged over ranks. A beat is the time in which a rank trains one in ticks x beats_of_tick parts
/// of what it will train. What counts is how often a row is merged in the whole training: so the law holds for any
/// text.
struct RankMergeSchedule {
  double words = 0;          ///< that a rank will train
  double ticks = 166;        ///< merges of the most frequent rows in the whole training
  int beats_of_tick = 16;    ///< rows that are merged in every tick are so in different beats
  int delay = 2;             ///< beats until a merge is in the tables, while training goes on; see delay_for()
  double touches = 200;      ///< changes of a row on all ranks between two merges, about
  double least_merges = 20;  ///< of every row in the whole training
  int bits = 4;              ///< of a number on its way: 4 or 8

  /// The more ranks there are, the more they do meanwhile without knowing of each other, and the merges overshoot. On
  /// 17 million words, 5 epochs, 2, 4 and 8 ranks lose nothing that can be told with 6 beats, 16 a point of analogies
  /// with 2; 16 lose 2 points with 4 and 17 with 6, and diverge with 10, as 2 do with 18. Where each of a few words is
  /// in every sentence 4 ranks learn badly with 5, well with 3.
  static int delay_for(int ranks) noexcept { return 1 + std::clamp(8 / ranks, 1, 4); }
};

/// A table of which every rank has a replica.
struct RankTable {
  Table* table = nullptr;
  std::vector<Table*> copies = {};   ///< within this rank, that follow the table
  std::vector<double> touches = {};  ///< of each row, per word of the text
  double gain = 1;                   ///< as in TableReplicas
};

/// Replicas of tables on ranks that are trained on different parts of a text, and merged row by row meanwhile, by the
/// law of TableReplicas. Row r of a table belongs to the rank r mod ranks. When a row is due, each rank sends its owner
/// how far its replica has gone since the last merge; the owner combines this, and sends all by how much the row moves:
///     moment = keep x moment + share x (sum of the changes Q(change)),   row += Q(moment)
/// A rank then adds Q(moment) - Q(change) to its replica, so that nothing is lost: not what was trained meanwhile, and
/// not what Q rounds, which goes into the next change. What is merged when depends only on how much of its text each
/// rank has been trained on, never on time: with one thread a rank the result is the same on every run.
class RankMerger {
 public:
  /// progress: by which waiting for other ranks is cancelled; null: it is not.
  RankMerger(Communicator& ranks, std::vector<RankTable> tables, const RankMergeSchedule& schedule,
             const Progress* progress);
  ~RankMerger();

  /// All ranks have the same tables after this share of the training.
  void start(double share);

  /// Does what is due after this share (0..1) of the training, unless another thread does. Any thread may call it.
  /// Throws Cancelled, and Diverged if a row has gone too far.
  void merge_due(double share, double learning_rate);
  /// The same, whatever other threads do: before ranks wait for each other they must have begun the same.
  void finish_due(double share, double learning_rate);

  /// Merges all rows: all ranks then have the same tables. Called by all ranks together after finish_due() of the same
  /// share, when nobody trains.
  void merge_all(double learning_rate);

  /// A row that has gone too far, or is not finite.
  struct Diverged {
    std::size_t table = 0, row = 0;
  };

  double seconds_waited() const noexcept { return waited_; }  ///< for other ranks
  std::uint64_t bytes_sent() const noexcept { return ranks_.sent() - sent_before_; }

 private:
  struct DueRow {
    std::uint32_t table, row;
  };
  struct Beat;

  std::uint64_t phase_of(const DueRow& row) const noexcept;
  std::size_t owner_of(const DueRow& row) const noexcept { return row.row % count_; }
  void begin_beat(double learning_rate);
  void end_beat();
  void catch_up(std::uint64_t beats, double learning_rate);
  std::unique_ptr<Beat> sent_beat(const std::vector<DueRow>& rows, double learning_rate, int tag,
                                  const RowPacking& packing);
  void combine(Beat& beat, const std::function<double(const DueRow&)>& touches, bool has_moment);
  bool combine_arrived();
  void apply(const Beat& beat, bool has_moment);
  void merge_at_once(const std::vector<DueRow>& rows, double learning_rate,
                     const std::function<double(const DueRow&)>& touches);
  template <class Done>
  void wait_until(const Done& done);
  double touches_since_merge(const DueRow& row) const;

  Communicator& ranks_;
  const Progress* progress_;
  std::size_t count_, own_;
  std::vector<RankTable> tables_;
  RankMergeSchedule schedule_;
  RowPacking packing_, fine_packing_;
  double beats_ = 1;                                 // in the whole training
  std::vector<Table> bases_;                         // as they were last merged
  std::vector<Table> moments_;                       // of the rows that this rank owns, one after the other
  std::vector<std::vector<std::uint32_t>> periods_;  // of each table's rows, in beats
  std::vector<std::vector<DueRow>> due_;             // by beat
  std::deque<std::unique_ptr<Beat>> beats_on_way_;
  std::mutex merging_;
  std::atomic<std::uint64_t> begun_{0};  // beats
  std::vector<float> change_;
  double waited_ = 0;
  std::uint64_t sent_before_ = 0;
};

}  // namespace equivec
