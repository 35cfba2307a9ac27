#include "equivec/neighbors.hpp"

#include "src/parallel.hpp"

#include <algorithm>
#include <cmath>

namespace equivec {

namespace {

bool better(const Neighbor& a, const Neighbor& b) noexcept {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.word < b.word;
}

/// The best few of many; the worst of them stands in front, ready to be replaced.
class Best {
 public:
  explicit Best(std::size_t count) : count_(count) { heap_.reserve(std::min<std::size_t>(count, 4096)); }

  void offer(Neighbor neighbor) {
    if (heap_.size() < count_) {
      heap_.push_back(neighbor);
      std::push_heap(heap_.begin(), heap_.end(), better);
    } else if (count_ > 0 && better(neighbor, heap_.front())) {
      std::pop_heap(heap_.begin(), heap_.end(), better);
      heap_.back() = neighbor;
      std::push_heap(heap_.begin(), heap_.end(), better);
    }
  }
  /// No similarity below this can enter.
  float threshold() const noexcept {
    if (count_ == 0) return 2;
    return heap_.size() < count_ ? -2.0f : heap_.front().similarity;
  }
  void merge(const Best& other) {
    for (const Neighbor& neighbor : other.heap_) offer(neighbor);
  }
  std::vector<Neighbor> sorted() && {
    std::sort(heap_.begin(), heap_.end(), better);
    return std::move(heap_);
  }

 private:
  std::size_t count_;
  std::vector<Neighbor> heap_;
};

constexpr std::size_t rows_at_once = 2048;  // with the queries below, a tile that stays in the second-level cache
constexpr std::size_t queries_at_once = 64;

/// Compares rows [begin, end) with a few unit queries (one a column), and offers what comes near enough.
void search(const Embeddings& embeddings, std::span<const float> inverse_lengths, std::size_t begin, std::size_t end,
            const Eigen::MatrixXf& queries, std::span<const NeighborQuery> asked, std::span<Best> best) {
  Eigen::MatrixXf tile;
  for (std::size_t first = begin; first < end; first += rows_at_once) {
    const std::size_t last = std::min(first + rows_at_once, end);
    const auto height = static_cast<Eigen::Index>(last - first);
    const Eigen::Map<const Eigen::VectorXf> lengths(inverse_lengths.data() + first, height);
    tile.noalias() = embeddings.matrix().middleRows(static_cast<Eigen::Index>(first), height) * queries;
    for (std::size_t q = 0; q < best.size(); ++q) {
      auto similarities = tile.col(static_cast<Eigen::Index>(q));
      similarities.array() *= lengths.array();
      float threshold = best[q].threshold();
      for (Eigen::Index i = 0; i < height; ++i) {
        const float similarity = similarities[i];
        if (!(similarity >= threshold) || lengths[i] == 0) continue;
        const WordId word = word_id(first + static_cast<std::size_t>(i));
        if (std::ranges::find(asked[q].exclude, word) != asked[q].exclude.end()) continue;
        best[q].offer({word, std::clamp(similarity, -1.0f, 1.0f)});
        threshold = best[q].threshold();
      }
    }
  }
}

}  // namespace

NearestNeighbors::NearestNeighbors(Embeddings embeddings, std::size_t restrict, int threads)
    : embeddings_(std::move(embeddings)),
      inverse_lengths_(restrict == 0 ? embeddings_.size() : std::min(restrict, embeddings_.size())),
      threads_(threads) {
  const MatrixView matrix = embeddings_.matrix();
  parallel_ranges(inverse_lengths_.size(), 8192, threads_, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      // In double only where float over- or underflows: the lengths of ordinary vectors need no more digits.
      float length = matrix.row(static_cast<Eigen::Index>(row)).norm();
      if (!(length > 1e-15f && length < 1e15f))
        length = static_cast<float>(matrix.row(static_cast<Eigen::Index>(row)).cast<double>().norm());
      const float inverse = 1 / length;
      inverse_lengths_[row] = length > 0 && std::isfinite(length) && std::isfinite(inverse) ? inverse : 0;
    }
  });
}

Eigen::VectorXf NearestNeighbors::unit(WordId word) const {
  const Eigen::VectorXd vector = column(embeddings_[word]).cast<double>();
  const double length = vector.norm();
  if (!(length > 0) || !std::isfinite(length)) return Eigen::VectorXf::Zero(vector.size());
  return (vector / length).cast<float>();
}

std::vector<Neighbor> NearestNeighbors::find(std::span<const float> query, std::size_t count,
                                             std::span<const WordId> exclude) const {
  const NeighborQuery one{query, exclude};
  return std::move(find(std::span(&one, 1), count).front());
}

std::vector<std::vector<Neighbor>> NearestNeighbors::find(std::span<const NeighborQuery> queries, std::size_t count,
                                                          Progress* progress) const {
  count = std::min(count, size());
  std::vector<std::vector<Neighbor>> answers(queries.size());
  if (progress) {
    progress->done = 0;
    progress->total = queries.size();
  }
  const std::size_t blocks = (queries.size() + queries_at_once - 1) / queries_at_once;
  // Few questions are shared out by rows, many by questions.
  const std::size_t row_pieces = blocks >= 8 ? 1 : std::clamp<std::size_t>(size() / 16384, 1, 64);
  parallel_for(blocks, row_pieces > 1 ? 1 : threads_, [&](std::size_t block) {
    check_cancelled(progress);
    const auto asked =
        queries.subspan(block * queries_at_once, std::min(queries_at_once, queries.size() - block * queries_at_once));
    Eigen::MatrixXf units(embeddings_.dimension(), static_cast<Eigen::Index>(asked.size()));
    for (std::size_t q = 0; q < asked.size(); ++q) {
      if (asked[q].vector.size() != static_cast<std::size_t>(embeddings_.dimension()))
        throw Error("a query has " + std::to_string(asked[q].vector.size()) + " numbers, the vectors have " +
                    std::to_string(embeddings_.dimension()));
      Eigen::VectorXd vector = column(asked[q].vector).cast<double>();
      vector.normalize();
      if (!vector.allFinite()) vector.setZero();
      units.col(static_cast<Eigen::Index>(q)) = vector.cast<float>();
    }
    std::vector<std::vector<Best>> best(row_pieces, std::vector<Best>(asked.size(), Best(count)));
    parallel_for(row_pieces, row_pieces > 1 ? threads_ : 1, [&](std::size_t piece) {
      search(embeddings_, inverse_lengths_, size() * piece / row_pieces, size() * (piece + 1) / row_pieces, units,
             asked, best[piece]);
    });
    for (std::size_t q = 0; q < asked.size(); ++q) {
      if (units.col(static_cast<Eigen::Index>(q)).isZero(0))
        continue;  // a query without a direction is near to nothing
      for (std::size_t piece = 1; piece < row_pieces; ++piece) best[0][q].merge(best[piece][q]);
      answers[block * queries_at_once + q] = std::move(best[0][q]).sorted();
    }
    if (progress) progress->done += asked.size();
  });
  return answers;
}

}  // namespace equivec
