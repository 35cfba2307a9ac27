#include "src/search.hpp"

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
  std::vector<Neighbor> take() && { return std::move(heap_); }

 private:
  std::size_t count_;
  float least_;
  std::vector<Neighbor> heap_;
};

constexpr std::size_t vectors_at_once = 256;  // of queries
constexpr std::size_t panels_at_once = 4;     // whose products with all these vectors stay in the second cache
constexpr std::size_t rows_at_once = 2048;    // of products where there are few vectors
constexpr std::size_t few_vectors = 3;        // for which packing rows does not pay
constexpr std::size_t to_spare = 8;           // rows that rounding may have put behind others
constexpr double rounding = 1e-5;             // of scores in float, at most

/// Some queries that are compared with rows together.
struct Batch {
  Scoring scoring;
  std::size_t dimension;
  std::vector<SearchQuery> queries;
  std::vector<double> exact;   // their vectors, vector_count(scoring) for each query
  std::vector<float> vectors;  // the same, rounded

  std::span<const double> exact_vectors(std::size_t query) const {
    const std::size_t size = vector_count(scoring) * dimension;
    return std::span(exact).subspan(query * size, size);
  }
};

/// Products become scores, in place of the query's first ones.
void score(const SearchKernels& kernels, Scoring scoring, const SearchQuery& query, const float* half_squares,
           std::size_t count, float* products, std::size_t pitch) {
  const auto constant = static_cast<float>(query.constant);
  switch (scoring) {
    case Scoring::cosine:
    case Scoring::product:
      break;
    case Scoring::distance:
      // x.q - |x|^2 / 2 is the larger the nearer they are.
      for (std::size_t i = 0; i < count; ++i) products[i] -= half_squares[i];
      break;
    case Scoring::ratio:
      kernels.ratios(products, products + pitch, products + 2 * pitch, constant, count);
      break;
    case Scoring::direction:
      kernels.directions(products, products + pitch, constant, count);
      break;
    case Scoring::probability:
      kernels.probabilities(products, products + pitch, constant, count);
      break;
  }
}

/// Compares rows [begin, end) with the queries of a batch and offers what comes near enough.
void scan(const SearchKernels& kernels, const SearchedRows& rows, std::span<const std::uint8_t> allowed,
          std::size_t begin, std::size_t end, const Batch& batch, std::span<Best> best) {
  const std::size_t dimension = batch.dimension, each = vector_count(batch.scoring), vectors = best.size() * each;
  const bool few = vectors <= few_vectors;
  const std::size_t height = few ? rows_at_once : panels_at_once * kernels.panel_rows;
  std::vector<float> packed(few ? 0 : height * dimension), products(height * vectors);
  std::vector<std::uint32_t> near(height);
  for (std::size_t first = begin; first < end; first += height) {
    const std::size_t count = std::min(height, end - first);
    const float* const scales = rows.scales.data() + first;
    const float* const numbers = rows.matrix.data() + first * dimension;
    if (few) {
      for (std::size_t v = 0; v < vectors; ++v)
        kernels.scan(numbers, dimension, count, dimension, scales, batch.vectors.data() + v * dimension,
                     products.data() + v * height);
    } else {
      kernels.pack(numbers, dimension, count, dimension, scales, packed.data());
      kernels.products(packed.data(), (count + kernels.panel_rows - 1) / kernels.panel_rows, dimension,
                       batch.vectors.data(), vectors, products.data(), height);
    }
    for (std::size_t q = 0; q < best.size(); ++q) {
      const SearchQuery& query = batch.queries[q];
      float* const scores = products.data() + q * each * height;
      score(kernels, batch.scoring, query, rows.half_squares.data() + (rows.half_squares.empty() ? 0 : first), count,
            scores, height);
      const std::size_t found = kernels.select(scores, count, best[q].threshold(), near.data());
      for (std::size_t i = 0; i < found; ++i) {
        const WordId word = word_id(first + near[i]);
        if (scores[near[i]] < best[q].threshold() || scales[near[i]] == 0) continue;
        if (!allowed.empty() && allowed[index(word)] == 0) continue;
        if (std::ranges::find(query.exclude, word) != query.exclude.end()) continue;
        best[q].offer({word, scores[near[i]]});
      }
    }
  }
}

using ExactVector = Eigen::Map<const Eigen::VectorXd>;

double exact_score(Scoring scoring, const Eigen::Ref<const Eigen::VectorXd>& row, std::span<const double> vectors,
                   double constant) {
  const auto vector = [&](std::size_t i) {
    return ExactVector(vectors.data() + i * static_cast<std::size_t>(row.size()), row.size());
  };
  const auto cosine = [&](std::size_t i) { return std::clamp(row.dot(vector(i)) / row.norm(), -1.0, 1.0); };
  switch (scoring) {
    case Scoring::cosine:
      return cosine(0);
    case Scoring::product:
      return row.dot(vector(0));
    case Scoring::distance:
      return 0.0 - (row - vector(0)).norm();
    case Scoring::ratio:
      return (1 + cosine(0)) * (1 + cosine(1)) / 2 / (1 + cosine(2) + 2 * constant);
    case Scoring::direction: {
      const Eigen::VectorXd offset = row / row.norm() - vector(1);
      const double length = offset.norm();
      // Of a word that is where the other one is there is no direction.
      return length < 1e-7 ? -1.0 : std::clamp(offset.dot(vector(0)) / length, -1.0, 1.0);
    }
    case Scoring::probability:
      return cosine(1) / (1 + std::exp(-row.dot(vector(0)) / row.norm() - constant));
  }
  return 0;
}

/// The best of the candidates, by their scores in double.
std::vector<Neighbor> chosen(std::vector<Neighbor> candidates, const SearchedRows& rows, const Batch& batch,
                             std::size_t query, const NeighborFilter& filter) {
  std::erase_if(candidates, [&](Neighbor& candidate) {
    const Eigen::VectorXd row =
        rows.matrix.row(static_cast<Eigen::Index>(index(candidate.word))).transpose().cast<double>();
    candidate.similarity =
        static_cast<float>(exact_score(batch.scoring, row, batch.exact_vectors(query), batch.queries[query].constant));
    return candidate.similarity < filter.min_similarity;
  });
  std::ranges::sort(candidates, better);
  candidates.resize(std::min(candidates.size(), filter.count));
  return candidates;
}

/// The least score in float that may turn out to be near enough.
float least_score(Scoring scoring, float min_similarity, std::span<const double> vectors) {
  const double least = static_cast<double>(min_similarity);
  if (scoring != Scoring::distance) return static_cast<float>(least - rounding * std::max(1.0, std::abs(least)));
  if (least > 0) return std::numeric_limits<float>::infinity();
  const double square = ExactVector(vectors.data(), static_cast<Eigen::Index>(vectors.size())).squaredNorm();
  return static_cast<float>((square - std::pow(least, 2)) / 2 - rounding * (square + std::pow(least, 2)));
}

}  // namespace

std::size_t vector_count(Scoring scoring) {
  switch (scoring) {
    case Scoring::ratio:
      return 3;
    case Scoring::direction:
    case Scoring::probability:
      return 2;
    default:
      return 1;
  }
}

std::vector<std::vector<Neighbor>> search(
    const SearchedRows& rows, Scoring scoring, std::size_t count,
    const std::function<SearchQuery(std::size_t query, std::span<double> vectors)>& prepare,
    const NeighborFilter& filter, int threads, Progress* progress) {
  const std::size_t size = rows.scales.size(), each = vector_count(scoring);
  if (!filter.allowed.empty() && filter.allowed.size() != size)
    throw Error("a filter says of " + std::to_string(filter.allowed.size()) + " words whether they are allowed, " +
                std::to_string(size) + " are searched");
  std::vector<std::vector<Neighbor>> answers(count);
  if (progress) {
    progress->done = 0;
    progress->total = count;
  }
  const SearchKernels kernels = search_kernels();
  const auto dimension = static_cast<std::size_t>(rows.matrix.cols());
  const std::size_t candidates = filter.count == 0 ? 0 : std::min(filter.count, size) + to_spare;
  const std::size_t queries_at_once = vectors_at_once / each, blocks = (count + queries_at_once - 1) / queries_at_once;
  // Few queries are shared out by rows, many by queries.
  const std::size_t pieces =
      blocks >= 4 * static_cast<std::size_t>(thread_count(threads)) ? 1 : std::clamp<std::size_t>(size / 16384, 1, 64);
  const int inside = pieces > 1 ? threads : 1;
  parallel_for(blocks, pieces > 1 ? 1 : threads, [&](std::size_t block) {
    check_cancelled(progress);
    const std::size_t first = block * queries_at_once, asked = std::min(queries_at_once, count - first);
    Batch batch{.scoring = scoring,
                .dimension = dimension,
                .queries = std::vector<SearchQuery>(asked),
                .exact = std::vector<double>(asked * each * dimension),
                .vectors = std::vector<float>(asked * each * dimension)};
    std::vector<std::vector<Best>> best(pieces, std::vector<Best>(asked, Best(candidates, 0)));
    parallel_for(asked, inside, [&](std::size_t q) {
      const std::span<double> vectors = std::span(batch.exact).subspan(q * each * dimension, each * dimension);
      batch.queries[q] = prepare(first + q, vectors);
      std::ranges::transform(vectors, batch.vectors.begin() + static_cast<std::ptrdiff_t>(q * each * dimension),
                             [](double number) { return static_cast<float>(number); });
      const float least = batch.queries[q].answerable ? least_score(scoring, filter.min_similarity, vectors)
                                                      : std::numeric_limits<float>::infinity();
      for (auto& piece : best) piece[q] = Best(candidates, least);
    });
    parallel_for(pieces, inside, [&](std::size_t piece) {
      scan(kernels, rows, filter.allowed, size * piece / pieces, size * (piece + 1) / pieces, batch, best[piece]);
    });
    parallel_for(asked, inside, [&](std::size_t q) {
      for (std::size_t piece = 1; piece < pieces; ++piece) best[0][q].merge(best[piece][q]);
      if (batch.queries[q].answerable)
        answers[first + q] = chosen(std::move(best[0][q]).take(), rows, batch, q, filter);
    });
    if (progress) progress->done += asked;
  });
  return answers;
}

}  // namespace equivec
