#include "equivec/neighbors.hpp"

#include "src/kernels/search_kernels.hpp"
#include "src/parallel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace equivec {

namespace {

bool better(const Neighbor& a, const Neighbor& b) noexcept {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.word < b.word;
}

/// The best few of many; the worst of them stands in front, ready to be replaced.
class Best {
 public:
  Best(std::size_t count, float least) : count_(count), least_(least) {
    heap_.reserve(std::min<std::size_t>(count, 4096));
  }

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
    if (count_ == 0) return std::numeric_limits<float>::infinity();
    return heap_.size() < count_ ? least_ : heap_.front().similarity;
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
  float least_;
  std::vector<Neighbor> heap_;
};

constexpr std::size_t queries_at_once = 256;
constexpr std::size_t panels_at_once = 4;   // whose scores with all these queries stay in the second cache
constexpr std::size_t rows_at_once = 2048;  // of scores where there are few queries
constexpr std::size_t few_queries = 3;      // for which packing rows does not pay

/// What all queries of a search are compared with.
struct Rows {
  const SearchKernels& kernels;
  const float* numbers;
  std::size_t dimension;
  std::span<const float> scales, half_squares;
  std::span<const std::uint8_t> allowed;
};

/// Compares rows [begin, end) with a few queries, one after the other in `queries`, and offers what comes near enough.
void search(const Rows& rows, std::size_t begin, std::size_t end, std::span<const float> queries,
            std::span<const NeighborQuery> asked, std::span<Best> best) {
  const SearchKernels& kernels = rows.kernels;
  const std::size_t dimension = rows.dimension;
  const bool few = best.size() <= few_queries;
  const std::size_t height = few ? rows_at_once : panels_at_once * kernels.panel_rows;
  std::vector<float> packed(few ? 0 : height * dimension), scores(height * best.size());
  std::vector<std::uint32_t> near(height);
  for (std::size_t first = begin; first < end; first += height) {
    const std::size_t count = std::min(height, end - first);
    const float* const scales = rows.scales.data() + first;
    const float* const numbers = rows.numbers + first * dimension;
    if (few) {
      for (std::size_t q = 0; q < best.size(); ++q)
        kernels.scan(numbers, dimension, count, dimension, scales, queries.data() + q * dimension,
                     scores.data() + q * height);
    } else {
      kernels.pack(numbers, dimension, count, dimension, scales, packed.data());
      kernels.products(packed.data(), (count + kernels.panel_rows - 1) / kernels.panel_rows, dimension, queries.data(),
                       best.size(), scores.data(), height);
    }
    for (std::size_t q = 0; q < best.size(); ++q) {
      float* const similarities = scores.data() + q * height;
      if (!rows.half_squares.empty())
        for (std::size_t i = 0; i < count; ++i) similarities[i] -= rows.half_squares[first + i];
      const std::size_t found = kernels.select(similarities, count, best[q].threshold(), near.data());
      for (std::size_t i = 0; i < found; ++i) {
        const float similarity = similarities[near[i]];
        const WordId word = word_id(first + near[i]);
        if (similarity < best[q].threshold() || scales[near[i]] == 0) continue;
        if (!rows.allowed.empty() && rows.allowed[index(word)] == 0) continue;
        if (std::ranges::find(asked[q].exclude, word) != asked[q].exclude.end()) continue;
        best[q].offer({word, similarity});
      }
    }
  }
}

}  // namespace

std::string_view name_of(Metric metric) {
  return metric == Metric::cosine ? "cosine" : metric == Metric::dot ? "dot" : "euclidean";
}

NearestNeighbors::NearestNeighbors(Embeddings embeddings, std::size_t restrict, int threads, Metric metric)
    : embeddings_(std::move(embeddings)),
      scales_(restrict == 0 ? embeddings_.size() : std::min(restrict, embeddings_.size())),
      half_squares_(metric == Metric::euclidean ? scales_.size() : 0),
      threads_(threads),
      metric_(metric) {
  const MatrixView matrix = embeddings_.matrix();
  parallel_ranges(size(), 8192, threads_, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      // In double only where float over- or underflows: the lengths of ordinary vectors need no more digits.
      float length = matrix.row(static_cast<Eigen::Index>(row)).norm();
      if (!(length > 1e-15f && length < 1e15f))
        length = static_cast<float>(matrix.row(static_cast<Eigen::Index>(row)).cast<double>().norm());
      if (metric_ == Metric::cosine) {
        const float inverse = 1 / length;
        scales_[row] = length > 0 && std::isfinite(length) && std::isfinite(inverse) ? inverse : 0;
      } else {
        scales_[row] = std::isfinite(length * length) ? 1.0f : 0.0f;
        if (metric_ == Metric::euclidean) half_squares_[row] = length * length / 2;
      }
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
  NeighborFilter filter;
  filter.count = count;
  return find(queries, filter, progress);
}

std::vector<std::vector<Neighbor>> NearestNeighbors::find(std::span<const NeighborQuery> queries,
                                                          const NeighborFilter& filter, Progress* progress) const {
  const std::size_t count = std::min(filter.count, size());
  if (!filter.allowed.empty() && filter.allowed.size() != size())
    throw Error("a filter says of " + std::to_string(filter.allowed.size()) + " words whether they are allowed, " +
                std::to_string(size()) + " are searched");
  std::vector<std::vector<Neighbor>> answers(queries.size());
  if (progress) {
    progress->done = 0;
    progress->total = queries.size();
  }
  const SearchKernels kernels = search_kernels();
  const auto dimension = static_cast<std::size_t>(embeddings_.dimension());
  const Rows rows{.kernels = kernels,
                  .numbers = embeddings_.matrix().data(),
                  .dimension = dimension,
                  .scales = scales_,
                  .half_squares = half_squares_,
                  .allowed = filter.allowed};
  const std::size_t blocks = (queries.size() + queries_at_once - 1) / queries_at_once;
  // Few questions are shared out by rows, many by questions.
  const std::size_t row_pieces = blocks >= 8 ? 1 : std::clamp<std::size_t>(size() / 16384, 1, 64);
  parallel_for(blocks, row_pieces > 1 ? 1 : threads_, [&](std::size_t block) {
    check_cancelled(progress);
    const auto asked =
        queries.subspan(block * queries_at_once, std::min(queries_at_once, queries.size() - block * queries_at_once));
    Matrix vectors(static_cast<Eigen::Index>(asked.size()), embeddings_.dimension());
    std::vector<double> squares(asked.size());
    std::vector<std::vector<Best>> best(row_pieces);
    for (std::size_t q = 0; q < asked.size(); ++q) {
      if (asked[q].vector.size() != dimension)
        throw Error("a query has " + std::to_string(asked[q].vector.size()) + " numbers, the vectors have " +
                    std::to_string(dimension));
      Eigen::VectorXd vector = column(asked[q].vector).cast<double>();
      if (metric_ == Metric::cosine) vector.normalize();
      if (!vector.allFinite()) vector.setZero();
      squares[q] = vector.squaredNorm();
      vectors.row(static_cast<Eigen::Index>(q)) = vector.cast<float>();
      // Distances are compared by x . q - |x|^2 / 2, which is the larger the nearer they are.
      float least = filter.min_similarity;
      if (metric_ == Metric::euclidean)
        least = least > 0 ? std::numeric_limits<float>::infinity()
                          : static_cast<float>((squares[q] - std::pow(static_cast<double>(least), 2)) / 2);
      for (auto& piece : best) piece.emplace_back(count, least);
    }
    parallel_for(row_pieces, row_pieces > 1 ? threads_ : 1, [&](std::size_t piece) {
      search(rows, size() * piece / row_pieces, size() * (piece + 1) / row_pieces,
             {vectors.data(), static_cast<std::size_t>(vectors.size())}, asked, best[piece]);
    });
    for (std::size_t q = 0; q < asked.size(); ++q) {
      if (metric_ == Metric::cosine && squares[q] == 0) continue;  // what has no direction is near to nothing
      for (std::size_t piece = 1; piece < row_pieces; ++piece) best[0][q].merge(best[piece][q]);
      std::vector<Neighbor> found = std::move(best[0][q]).sorted();
      if (metric_ == Metric::cosine) {
        for (Neighbor& neighbor : found) neighbor.similarity = std::clamp(neighbor.similarity, -1.0f, 1.0f);
      } else if (metric_ == Metric::euclidean) {
        // Anew, since the difference of large numbers has few digits left.
        for (Neighbor& neighbor : found)
          neighbor.similarity =
              0.0f -
              static_cast<float>(
                  (column(embeddings_[neighbor.word]).cast<double>() - column(asked[q].vector).cast<double>()).norm());
        std::sort(found.begin(), found.end(), better);
      }
      answers[block * queries_at_once + q] = std::move(found);
    }
    if (progress) progress->done += asked.size();
  });
  return answers;
}

}  // namespace equivec
