#include "src/train/rank_merger.hpp"

#include "equivec/base/error.hpp"
#include "src/base/patience.hpp"
#include "src/base/seconds.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <span>
#include <utility>

namespace equivec {

namespace {

// No number of a row that learns anything moves so far between two merges.
constexpr float farthest = 1000;
// Rows that are asked for before they are needed.
constexpr std::size_t rows_ahead = 4;
// Beats that other threads may go on without the one that merges.
constexpr std::uint64_t most_behind = 8;
constexpr int first_tag = 2, tags = 20000;

using Messages = std::vector<std::unique_ptr<Communicator::Message>>;

bool all_done(const Messages& messages) {
  return std::ranges::all_of(messages, [](const auto& message) { return message->done(); });
}

int tag_of(std::uint64_t beat) { return first_tag + static_cast<int>(2 * beat % tags); }

}  // namespace

/// Rows on their way.
struct RankMerger::Beat {
  std::vector<std::vector<DueRow>> rows;  // by owner
  std::vector<std::string> changes;       // of this rank's rows, by owner
  std::vector<std::string> received;      // the changes of rows that this rank owns, by rank
  std::vector<std::string> moves;         // of the rows, by owner
  Messages changes_in, moves_in, out;
  RowPacking packing;
  double learning_rate;
  int tag;
  bool combined = false;
};

RankMerger::RankMerger(Communicator& ranks, std::vector<RankTable> tables, const RankMergeSchedule& schedule,
                       const Progress* progress)
    : ranks_(ranks),
      progress_(progress),
      count_(static_cast<std::size_t>(ranks.size())),
      own_(static_cast<std::size_t>(ranks.rank())),
      tables_(std::move(tables)),
      schedule_(schedule),
      packing_(tables_.at(0).table->dimension(), schedule.bits),
      fine_packing_(tables_.at(0).table->dimension(), 8),
      beats_(std::max(1.0, schedule.ticks * schedule.beats_of_tick)),
      change_(tables_.at(0).table->stride()) {
  const double words_of_beat = schedule.words / beats_,
               longest = std::max<double>(schedule.beats_of_tick, std::floor(beats_ / schedule.least_merges));
  due_.resize(static_cast<std::size_t>(longest) + 1);
  for (std::size_t t = 0; t < tables_.size(); ++t) {
    const Table& table = *tables_[t].table;
    tables_[t].copies.push_back(tables_[t].table);
    bases_.emplace_back(table.rows(), table.dimension(), RowOrder::scattered);
    moments_.emplace_back(table.rows() / count_ + 1, table.dimension());
    std::vector<std::uint32_t>& periods = periods_.emplace_back(table.rows());
    for (std::size_t i = 0; i < table.rows(); ++i) {
      const double touches = static_cast<double>(count_) * tables_[t].touches[i] * words_of_beat;
      const double period = touches > 0 ? std::round(schedule.touches / touches) : longest;
      periods[i] = static_cast<std::uint32_t>(std::clamp<double>(period, schedule.beats_of_tick, longest));
    }
  }
}

RankMerger::~RankMerger() = default;

/// Which beats of its period are a row's is drawn, so that all beats send about as much.
std::uint64_t RankMerger::phase_of(const DueRow& row) const noexcept {
  return row.row * 2654435761u / 256 % periods_[row.table][row.row];
}

void RankMerger::start(double share) {
  begun_ = static_cast<std::uint64_t>(share * beats_);
  for (std::uint32_t t = 0; t < tables_.size(); ++t)
    for (std::uint32_t i = 0; i < periods_[t].size(); ++i) {
      const std::uint64_t period = periods_[t][i], phase = phase_of({t, i});
      due_[(begun_ + (phase + period - begun_ % period) % period) % due_.size()].push_back({t, i});
    }
  for (std::size_t t = 0; t < tables_.size(); ++t)
    for (std::size_t i = 0; i < bases_[t].rows(); ++i)
      std::copy_n(tables_[t].table->row(i), bases_[t].stride(), bases_[t].row(i));
  sent_before_ = ranks_.sent();
}

void RankMerger::merge_due(double share, double learning_rate) {
  const auto due = static_cast<std::uint64_t>(std::min(share, 1.0) * beats_);
  const std::uint64_t begun = begun_.load(std::memory_order_relaxed);
  if (due <= begun) return;
  std::unique_lock lock(merging_, std::defer_lock);
  if (due > begun + most_behind)
    lock.lock();
  else if (!lock.try_lock())
    return;
  catch_up(due, learning_rate);
}

void RankMerger::finish_due(double share, double learning_rate) {
  const std::scoped_lock lock(merging_);
  catch_up(static_cast<std::uint64_t>(std::min(share, 1.0) * beats_), learning_rate);
}

void RankMerger::catch_up(std::uint64_t beats, double learning_rate) {
  combine_arrived();
  while (begun_ < beats) {
    while (schedule_.delay > 0 && beats_on_way_.size() >= static_cast<std::size_t>(schedule_.delay)) end_beat();
    begin_beat(learning_rate);
    if (schedule_.delay == 0) end_beat();
  }
}

void RankMerger::begin_beat(double learning_rate) {
  const std::uint64_t beat = begun_;
  std::vector<DueRow> rows;
  rows.swap(due_[beat % due_.size()]);
  for (const DueRow& row : rows) due_[(beat + periods_[row.table][row.row]) % due_.size()].push_back(row);
  beats_on_way_.push_back(sent_beat(rows, learning_rate, tag_of(beat), packing_));
  ++begun_;
}

/// Sends the owners of rows how far they have gone here.
std::unique_ptr<RankMerger::Beat> RankMerger::sent_beat(const std::vector<DueRow>& rows, double learning_rate, int tag,
                                                        const RowPacking& packing) {
  auto beat = std::make_unique<Beat>(Beat{.rows = std::vector<std::vector<DueRow>>(count_),
                                          .changes = std::vector<std::string>(count_),
                                          .received = std::vector<std::string>(count_),
                                          .moves = std::vector<std::string>(count_),
                                          .changes_in = {},
                                          .moves_in = {},
                                          .out = {},
                                          .packing = packing,
                                          .learning_rate = learning_rate,
                                          .tag = tag});
  for (const DueRow& row : rows) beat->rows[owner_of(row)].push_back(row);
  const std::size_t bytes = beat->packing.bytes();
  for (std::size_t step = 1; step <= count_; ++step) {
    const std::size_t r = (own_ + step) % count_;
    beat->changes[r].resize(beat->rows[r].size() * bytes);
    beat->moves[r].resize(beat->rows[r].size() * bytes);
    char* to = beat->changes[r].data();
    for (std::size_t i = 0; i < beat->rows[r].size(); ++i, to += bytes) {
      if (i + rows_ahead < beat->rows[r].size()) {
        const DueRow& next = beat->rows[r][i + rows_ahead];
        prefetch_row(tables_[next.table].table->row(next.row), change_.size());
        prefetch_row(bases_[next.table].row(next.row), change_.size());
      }
      const auto [table, row] = beat->rows[r][i];
      const float* const now = tables_[table].table->row(row);
      const float* const before = bases_[table].row(row);
      for (std::size_t c = 0; c < change_.size(); ++c) change_[c] = now[c] - before[c];
      if (!(beat->packing.pack(change_.data(), to) < farthest)) throw Diverged{table, row};
    }
    if (r == own_) continue;
    const int other = static_cast<int>(r);
    beat->received[r].resize(beat->rows[own_].size() * bytes);
    if (!beat->received[r].empty())
      beat->changes_in.push_back(ranks_.receive(other, tag, std::as_writable_bytes(std::span(beat->received[r]))));
    if (beat->rows[r].empty()) continue;
    beat->moves_in.push_back(ranks_.receive(other, tag + 1, std::as_writable_bytes(std::span(beat->moves[r]))));
    beat->out.push_back(ranks_.send(other, tag, std::as_bytes(std::span(beat->changes[r]))));
  }
  return beat;
}

/// Combines the changes of the rows that this rank owns, and sends all how far these move. Ranks' changes are added in
/// the ranks' order, so that the sum does not depend on which came first.
void RankMerger::combine(Beat& beat, const std::function<double(const DueRow&)>& touches, bool has_moment) {
  const std::size_t bytes = beat.packing.bytes();
  const auto count = static_cast<double>(count_);
  for (std::size_t i = 0; i < beat.rows[own_].size(); ++i) {
    const DueRow& row = beat.rows[own_][i];
    const double moved = tables_[row.table].gain * beat.learning_rate * touches(row);
    const double share = moved > 1e-9 ? std::expm1(-count * moved) / (count * std::expm1(-moved)) : 1;
    float* const moment = has_moment ? moments_[row.table].row(row.row / count_) : change_.data();
    const auto keep = static_cast<float>(has_moment ? std::min(1 - share, 0.97) : 0);
    for (std::size_t c = 0; c < change_.size(); ++c) moment[c] = keep == 0 ? 0 : moment[c] * keep;
    for (std::size_t r = 0; r < count_; ++r)
      beat.packing.add((r == own_ ? beat.changes[r] : beat.received[r]).data() + i * bytes, static_cast<float>(share),
                       moment);
    beat.packing.pack(moment, beat.moves[own_].data() + i * bytes);
  }
  if (!beat.rows[own_].empty())
    for (std::size_t step = 1; step < count_; ++step)
      beat.out.push_back(ranks_.send(static_cast<int>((own_ + step) % count_), beat.tag + 1,
                                     std::as_bytes(std::span(beat.moves[own_]))));
  beat.combined = true;
}

/// True if something was combined.
bool RankMerger::combine_arrived() {
  bool some = false;
  for (const auto& beat : beats_on_way_) {
    if (beat->combined || !all_done(beat->changes_in)) continue;
    combine(
        *beat,
        [&](const DueRow& row) {
          return tables_[row.table].touches[row.row] * schedule_.words / beats_ * periods_[row.table][row.row];
        },
        true);
    some = true;
  }
  return some;
}

template <class Done>
void RankMerger::wait_until(const Done& done) {
  const auto start = std::chrono::steady_clock::now();
  for (Patience patience; !done();) {
    check_cancelled(progress_);
    if (!combine_arrived()) patience.pause();
  }
  waited_ += seconds_since(start);
}

void RankMerger::end_beat() {
  Beat& beat = *beats_on_way_.front();
  wait_until([&] { return beat.combined && all_done(beat.moves_in); });
  apply(beat, true);
  wait_until([&] { return all_done(beat.out); });
  beats_on_way_.pop_front();
}

void RankMerger::apply(const Beat& beat, bool has_moment) {
  const std::size_t bytes = beat.packing.bytes();
  for (std::size_t r = 0; r < count_; ++r)
    for (std::size_t i = 0; i < beat.rows[r].size(); ++i) {
      if (i + rows_ahead < beat.rows[r].size()) {
        const DueRow& next = beat.rows[r][i + rows_ahead];
        prefetch_row(tables_[next.table].table->row(next.row), change_.size());
        prefetch_row(bases_[next.table].row(next.row), change_.size());
      }
      const auto [table, row] = beat.rows[r][i];
      const char* const move = beat.moves[r].data() + i * bytes;
      const char* const change = beat.changes[r].data() + i * bytes;
      beat.packing.add(move, 1, bases_[table].row(row));
      // The owner keeps what is rounded of the move: its replica goes as far as the moment says.
      const float* const moment = r == own_ && has_moment ? moments_[table].row(row / count_) : nullptr;
      for (Table* const copy : tables_[table].copies) {
        float* const to = copy->row(row);
        if (moment)
          for (std::size_t c = 0; c < change_.size(); ++c) to[c] += moment[c];
        else
          beat.packing.add(move, 1, to);
        beat.packing.add(change, -1, to);
      }
    }
}

double RankMerger::touches_since_merge(const DueRow& row) const {
  const std::uint64_t period = periods_[row.table][row.row], phase = phase_of(row), begun = begun_;
  const std::uint64_t beats = begun > phase ? (begun - 1 - phase) % period + 1 : begun;
  return tables_[row.table].touches[row.row] * schedule_.words / beats_ * static_cast<double>(beats);
}

void RankMerger::merge_all(double learning_rate) {
  const std::scoped_lock lock(merging_);
  while (!beats_on_way_.empty()) end_beat();
  constexpr std::size_t rows_at_once = 65536;
  for (std::size_t t = 0; t < tables_.size(); ++t)
    for (std::size_t begin = 0; begin < bases_[t].rows(); begin += rows_at_once) {
      std::vector<DueRow> rows;
      for (std::size_t i = begin; i < std::min(begin + rows_at_once, bases_[t].rows()); ++i)
        rows.push_back({static_cast<std::uint32_t>(t), static_cast<std::uint32_t>(i)});
      merge_at_once(rows, learning_rate, [this](const DueRow& row) { return touches_since_merge(row); });
    }
}

/// Merges rows with fine rounding, and leaves what is rounded.
void RankMerger::merge_at_once(const std::vector<DueRow>& rows, double learning_rate,
                               const std::function<double(const DueRow&)>& touches) {
  const std::unique_ptr<Beat> beat = sent_beat(rows, learning_rate, first_tag + tags, fine_packing_);
  wait_until([&] { return all_done(beat->changes_in); });
  combine(*beat, touches, false);
  wait_until([&] { return all_done(beat->moves_in) && all_done(beat->out); });
  apply(*beat, false);
  for (const auto& [table, row] : rows)
    for (Table* const copy : tables_[table].copies) std::copy_n(bases_[table].row(row), change_.size(), copy->row(row));
}

}  // namespace equivec
