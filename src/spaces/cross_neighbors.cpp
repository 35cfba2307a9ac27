#include "src/spaces/cross_neighbors.hpp"

#include "src/base/parallel.hpp"
#include "src/search/best_rows.hpp"

#include <algorithm>
#include <memory>
#include <mutex>

namespace equivec {

namespace {

constexpr std::size_t rows_per_block = 512, queries_together = 64;
/// What rounding may shift a comparison by that is written in another order; what it lets through is compared again.
constexpr float slack = 1e-5F;

/// The rows of one space.
class Side {
 public:
  Side(const Matrix& rows, std::span<const float> penalties, std::size_t count)
      : rows_(rows), size_(static_cast<std::size_t>(rows.rows())) {
    for (std::size_t b = 0; b * rows_per_block < size_; ++b)
      best_.push_back(std::make_unique<BestRows>(size_of(b), count));
    penalties_.resize(best_.size() * rows_per_block);  // readable beyond the last row, as the kernels want it
    std::ranges::copy(penalties, penalties_.begin());
    for (std::size_t i = 0; i < size_; ++i)
      if (rows.row(static_cast<Eigen::Index>(i)).isZero(0)) best_[i / rows_per_block]->exclude(i % rows_per_block);
  }

  std::size_t blocks() const { return best_.size(); }
  std::size_t size_of(std::size_t block) const { return std::min(rows_per_block, size_ - block * rows_per_block); }
  const float* row(std::size_t block, std::size_t i) const {
    return rows_.row(static_cast<Eigen::Index>(block * rows_per_block + i)).data();
  }
  const float* penalties(std::size_t block) const { return penalties_.data() + block * rows_per_block; }
  BestRows& best(std::size_t block) { return *best_[block]; }

  std::vector<std::vector<SelectedRow>> take(int threads) {
    std::vector<std::vector<SelectedRow>> result(size_);
    parallel_for(blocks(), threads, [&](std::size_t b) {
      for (std::size_t i = 0; i < size_of(b); ++i) result[b * rows_per_block + i] = best_[b]->take(i);
    });
    return result;
  }

 private:
  const Matrix& rows_;
  std::size_t size_;
  std::vector<float> penalties_;
  std::vector<std::unique_ptr<BestRows>> best_;
};

std::uint32_t number(std::size_t block, std::size_t i) {
  return static_cast<std::uint32_t>(block * rows_per_block + i);
}

/// Of row i of block a: its answers in block b, and for those rows it as an answer.
void take_answers(const SearchKernels& kernels, Side& first, std::size_t a, std::size_t i, Side& second, std::size_t b,
                  const float* scores, std::vector<SelectedRow>& selected) {
  BestRows &own = first.best(a), &others = second.best(b);
  if (own.excludes(i)) return;
  const std::size_t size = second.size_of(b);
  std::size_t found = kernels.select_difference(scores, second.penalties(b), size, own.least()[i], selected.data());
  for (std::size_t k = 0; k < found; ++k)
    if (!others.excludes(selected[k].row)) own.add(i, {number(b, selected[k].row), selected[k].score});
  const float penalty = first.penalties(a)[i];
  found = kernels.select_difference(scores, others.least(), size, penalty - slack, selected.data());
  for (std::size_t k = 0; k < found; ++k) {
    const std::uint32_t row = selected[k].row;
    if (scores[row] - penalty >= others.least()[row]) others.add(row, {number(a, i), scores[row] - penalty});
  }
}

}  // namespace

CrossNeighbors cross_neighbors(const Matrix& first, const Matrix& second, std::span<const float> first_penalties,
                               std::span<const float> second_penalties, std::size_t count, int threads,
                               Progress* progress) {
  Side rows(first, first_penalties, count), others(second, second_penalties, count);
  const SearchKernels kernels = search_kernels();
  const auto dimension = static_cast<std::size_t>(first.cols());
  const std::size_t panel = kernels.panel_rows, panels = (rows_per_block + panel - 1) / panel, pitch = panels * panel;
  const std::vector<float> ones(rows_per_block, 1);
  std::vector<float> packed(others.blocks() * pitch * dimension);
  parallel_for(others.blocks(), threads, [&](std::size_t b) {
    kernels.pack(others.row(b, 0), dimension, others.size_of(b), dimension, ones.data(),
                 packed.data() + b * pitch * dimension);
  });
  start(progress, rows.blocks() * others.blocks());
  // Neighbouring pairs have different blocks of both sides, so that threads seldom wait for each other.
  parallel_for(rows.blocks() * others.blocks(), threads, [&](std::size_t p) {
    check_cancelled(progress);
    const std::size_t a = p % rows.blocks(), b = (p / rows.blocks() + a) % others.blocks();
    std::vector<float> scores(queries_together * pitch);
    std::vector<SelectedRow> selected(pitch + 16);
    for (std::size_t begin = 0; begin < rows.size_of(a); begin += queries_together) {
      const std::size_t queries = std::min(queries_together, rows.size_of(a) - begin);
      kernels.products(packed.data() + b * pitch * dimension, panels, dimension, rows.row(a, begin), queries,
                       scores.data(), pitch);
      const std::scoped_lock lock(rows.best(a).mutex, others.best(b).mutex);
      for (std::size_t q = 0; q < queries; ++q)
        take_answers(kernels, rows, a, begin + q, others, b, scores.data() + q * pitch, selected);
    }
    if (progress) ++progress->done;
  });
  return {rows.take(threads), others.take(threads)};
}

}  // namespace equivec
