#pragma once

#include "src/kernels/search_kernels.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

namespace equivec {

/// Whether an answer comes before another one.
inline bool is_better(const SelectedRow& a, const SelectedRow& b) {
  return a.score != b.score ? a.score > b.score : a.row < b.row;
}

/// The best answers of each row of a block so far, and a score that new ones must reach.
class BestRows {
 public:
  BestRows(std::size_t rows, std::size_t count)
      : count_(count), kept_(rows), least_((rows + 15) / 16 * 16, std::numeric_limits<float>::infinity()) {
    std::fill_n(least_.begin(), rows, -std::numeric_limits<float>::infinity());
  }

  /// Of each row; readable up to a multiple of 16, as the kernels want it.
  const float* least() const noexcept { return least_.data(); }
  /// For a row that has no neighbours.
  void exclude(std::size_t row) { least_[row] = std::numeric_limits<float>::infinity(); }
  bool excludes(std::size_t row) const { return least_[row] == std::numeric_limits<float>::infinity(); }

  void add(std::size_t row, const SelectedRow& answer) {
    std::vector<SelectedRow>& kept = kept_[row];
    kept.push_back(answer);
    if (kept.size() >= 4 * count_ + 16) keep_best(row);
  }
  std::vector<SelectedRow> take(std::size_t row) {
    std::vector<SelectedRow>& kept = kept_[row];
    if (kept.size() > count_) keep_best(row);
    std::ranges::sort(kept, is_better);
    return std::move(kept);
  }

  std::mutex mutex;

 private:
  void keep_best(std::size_t row) {
    std::vector<SelectedRow>& kept = kept_[row];
    const auto last = kept.begin() + static_cast<std::ptrdiff_t>(count_) - 1;
    std::nth_element(kept.begin(), last, kept.end(), is_better);
    least_[row] = last->score;  // one of the same score and a smaller number may still come
    kept.resize(count_);
  }

  std::size_t count_;
  std::vector<std::vector<SelectedRow>> kept_;
  std::vector<float> least_;
};

}  // namespace equivec
