#include "src/search/all_neighbors.hpp"

#include "src/base/parallel.hpp"
#include "src/search/best_rows.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <utility>

namespace equivec {

namespace {

constexpr std::size_t rows_of_block = 512, queries_at_once = 64;

class AllNeighbors {
 public:
  AllNeighbors(const Embeddings& embeddings, std::size_t words, std::size_t count, int threads)
      : words_(words), threads_(threads), dimension_(static_cast<std::size_t>(embeddings.dimension())) {
    const std::size_t panel = kernels_.panel_rows;
    panels_of_block_ = (rows_of_block + panel - 1) / panel;
    const std::size_t blocks = (words + rows_of_block - 1) / rows_of_block;
    panels_.resize(blocks * panels_of_block_ * panel * dimension_);
    rows_ = Matrix::Zero(static_cast<Eigen::Index>(words), embeddings.dimension());
    for (std::size_t b = 0; b < blocks; ++b) blocks_.push_back(std::make_unique<BestRows>(size_of(b), count));
    parallel_for(blocks, threads, [&](std::size_t b) { prepare(b, embeddings); });
  }

  std::vector<std::vector<SelectedRow>> find(Progress* progress) {
    // Pairs in the order of their distance: threads then mostly hold different blocks, and each row soon has good
    // answers from its own.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (std::size_t distance = 0; distance < blocks_.size(); ++distance)
      for (std::size_t i = 0; i + distance < blocks_.size(); ++i)
        pairs.emplace_back(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i + distance));
    start(progress, pairs.size());
    parallel_for(pairs.size(), threads_, [&](std::size_t p) {
      check_cancelled(progress);
      compare(pairs[p].first, pairs[p].second);
      if (progress) ++progress->done;
    });
    std::vector<std::vector<SelectedRow>> result(words_);
    parallel_for(blocks_.size(), threads_, [&](std::size_t b) {
      for (std::size_t row = 0; row < size_of(b); ++row) result[b * rows_of_block + row] = blocks_[b]->take(row);
    });
    return result;
  }

 private:
  std::size_t size_of(std::size_t block) const { return std::min(rows_of_block, words_ - block * rows_of_block); }
  const float* row(std::size_t i) const { return rows_.data() + i * dimension_; }

  /// Scales the rows to length 1 and packs them.
  void prepare(std::size_t b, const Embeddings& embeddings) {
    const std::size_t first = b * rows_of_block, size = size_of(b);
    for (std::size_t i = 0; i < size; ++i) {
      const Eigen::VectorXd unit = unit_vector(embeddings[word_id(first + i)]);
      rows_.row(static_cast<Eigen::Index>(first + i)) = unit.transpose().cast<float>();
      if (unit.isZero(0)) blocks_[b]->exclude(i);
    }
    const std::vector<float> ones(size, 1);
    kernels_.pack(row(first), dimension_, size, dimension_, ones.data(), panels_of(b));
  }
  float* panels_of(std::size_t b) { return panels_.data() + b * panels_of_block_ * kernels_.panel_rows * dimension_; }

  void compare(std::size_t a, std::size_t b) {
    const std::size_t pitch = panels_of_block_ * kernels_.panel_rows;
    std::vector<float> scores(queries_at_once * pitch);
    std::vector<SelectedRow> selected(pitch + 16);
    for (std::size_t begin = 0; begin < size_of(a); begin += queries_at_once) {
      const std::size_t queries = std::min(queries_at_once, size_of(a) - begin);
      kernels_.products(panels_of(b), panels_of_block_, dimension_, row(a * rows_of_block + begin), queries,
                        scores.data(), pitch);
      std::unique_lock one(blocks_[a]->mutex, std::defer_lock), other(blocks_[b]->mutex, std::defer_lock);
      if (a == b)
        one.lock();
      else
        std::lock(one, other);
      for (std::size_t q = 0; q < queries; ++q) take_answers(a, begin + q, b, scores.data() + q * pitch, selected);
    }
  }

  /// Of a row of block a: its answers in block b, and for those rows it as an answer.
  void take_answers(std::size_t a, std::size_t row, std::size_t b, const float* scores,
                    std::vector<SelectedRow>& selected) {
    BestRows &own = *blocks_[a], &others = *blocks_[b];
    if (own.excludes(row)) return;
    const std::size_t size = size_of(b);
    const auto number = [](std::size_t block, std::size_t i) {
      return static_cast<std::uint32_t>(block * rows_of_block + i);
    };
    std::size_t found = kernels_.select(scores, size, own.least()[row], selected.data());
    for (std::size_t i = 0; i < found; ++i)
      if (!others.excludes(selected[i].row) && !(a == b && selected[i].row == row))
        own.add(row, {number(b, selected[i].row), selected[i].score});
    if (a == b) return;  // the others of the block ask for themselves
    found = kernels_.select_difference(scores, others.least(), size, 0, selected.data());
    for (std::size_t i = 0; i < found; ++i) others.add(selected[i].row, {number(a, row), scores[selected[i].row]});
  }

  SearchKernels kernels_ = search_kernels();
  std::size_t words_;
  int threads_;
  std::size_t dimension_, panels_of_block_ = 0;
  std::vector<float> panels_;
  Matrix rows_;  // of length 1
  std::vector<std::unique_ptr<BestRows>> blocks_;
};

}  // namespace

std::vector<std::vector<SelectedRow>> all_neighbors(const Embeddings& embeddings, std::size_t words, std::size_t count,
                                                    int threads, Progress* progress) {
  if (words == 0 || count == 0) return std::vector<std::vector<SelectedRow>>(words);
  return AllNeighbors(embeddings, words, count, threads).find(progress);
}

}  // namespace equivec
