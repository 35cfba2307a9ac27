#include "src/search/search.hpp"

#include "equivec/base/error.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/base/parallel.hpp"
#include "src/files/mapped_file.hpp"
#include "src/kernels/search_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace equivec {

bool comes_before(const Neighbor& a, const Neighbor& b) noexcept {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.word < b.word;
}

Scoring scoring_of(Metric metric) noexcept {
  return ignores_lengths(metric) ? Scoring::cosine : metric == Metric::dot ? Scoring::product : Scoring::distance;
}

bool is_answerable(std::span<const float> vector, Metric metric) {
  return column(vector).allFinite() && !(ignores_lengths(metric) && column(vector).isZero(0));
}

void fill_query(std::span<const float> vector, Metric metric, std::span<double> numbers) {
  Eigen::Map<Eigen::VectorXd> to(numbers.data(), static_cast<Eigen::Index>(numbers.size()));
  to = column(vector).cast<double>();
  if (!to.allFinite()) to.setZero();
  if (ignores_lengths(metric)) to.normalize();
}

void require_dimension_of_query(std::span<const float> vector, std::size_t dimension) {
  if (vector.size() != dimension)
    throw Error("a query has " + std::to_string(vector.size()) + " numbers, the vectors have " +
                std::to_string(dimension));
}

double score_of(Scoring scoring, const Eigen::VectorXd& row, Eigen::Map<const Eigen::VectorXd> query) {
  if (scoring == Scoring::product) return row.dot(query);
  if (scoring == Scoring::distance) return 0.0 - (row - query).norm();
  return std::clamp(row.dot(query) / row.norm(), -1.0, 1.0);
}

float similarity_of(double score) {
  const auto similarity = static_cast<float>(score);
  if (!std::isfinite(similarity))
    throw Error("the score of a word is beyond what a 32-bit float holds; the vectors are too long, compare by cosine");
  return similarity;
}

namespace {

/// The best few of many; the worst of them stands in front, ready to be replaced.
class Best {
 public:
  Best(std::size_t count, float least) : count_(count), least_(least) {
    heap_.reserve(std::min<std::size_t>(count, 4096));
  }

  void offer(Neighbor neighbor) {
    if (heap_.size() < count_) {
      heap_.push_back(neighbor);
      std::push_heap(heap_.begin(), heap_.end(), comes_before);
    } else if (count_ > 0 && comes_before(neighbor, heap_.front())) {
      std::pop_heap(heap_.begin(), heap_.end(), comes_before);
      heap_.back() = neighbor;
      std::push_heap(heap_.begin(), heap_.end(), comes_before);
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
  bool is_full() const noexcept { return heap_.size() >= count_; }
  std::vector<Neighbor> take() && { return std::move(heap_); }

 private:
  std::size_t count_;
  float least_;
  std::vector<Neighbor> heap_;
};

constexpr std::size_t most_vectors = 1024;      // of a batch
constexpr std::size_t most_queries = 16384;     // of a batch
constexpr std::size_t most_bytes = 64u << 20;   // of what a batch has found
constexpr std::size_t tile_bytes = 640u << 10;  // of products that stay in the second cache
constexpr std::size_t rows_bytes = 256u << 10;  // of rows, where there are few vectors
constexpr std::size_t few_vectors = 3;          // for which packing rows does not pay
constexpr std::size_t rows_of_piece = 2048;     // at least
constexpr std::size_t to_spare = 8;             // rows, so that rounding seldom asks for a second pass
constexpr double rounding = 1e-5;               // of functions in float, at most

using ExactVector = Eigen::Map<const Eigen::VectorXd>;

/// A query as a batch has it.
struct BatchedQuery {
  SearchQuery query;
  std::array<std::uint32_t, 3> vectors;
};

/// Queries that are compared with rows together, and their vectors, each once.
struct Batch {
  Scoring scoring;
  std::size_t dimension;
  std::vector<BatchedQuery> queries;
  std::vector<std::uint64_t> names;
  std::vector<double> exact;   // the vectors
  std::vector<float> rounded;  // the same, in the rows' coordinates
  double roundings = 1;        // of a product, as a multiple of those of one of floats

  ExactVector vector(std::uint32_t number) const {
    return {exact.data() + number * dimension, static_cast<Eigen::Index>(dimension)};
  }
  ExactVector vector_of(const BatchedQuery& query, std::size_t which) const { return vector(query.vectors[which]); }
};

std::size_t vector_count(Scoring scoring) {
  return scoring == Scoring::cosine || scoring == Scoring::product || scoring == Scoring::distance ? 1 : 3;
}

/// The vector that a query of one, or of an offset, stands for.
Eigen::VectorXd target(const Batch& batch, const BatchedQuery& query) {
  if (vector_count(batch.scoring) == 1) return batch.vector_of(query, 0);
  return batch.vector_of(query, 0) - batch.vector_of(query, 1) + batch.vector_of(query, 2);
}

double exact_score(const Batch& batch, const BatchedQuery& query, const Eigen::VectorXd& row) {
  const double length = row.norm(), constant = query.query.constant;
  const auto cosine = [&](std::size_t which) {
    return std::clamp(row.dot(batch.vector_of(query, which)) / length, -1.0, 1.0);
  };
  switch (batch.scoring) {
    case Scoring::cosine:
    case Scoring::product:
    case Scoring::distance:
      return score_of(batch.scoring, row, batch.vector_of(query, 0));
    case Scoring::offset: {
      const Eigen::VectorXd sum = target(batch, query);
      return std::clamp(row.dot(sum) / (length * sum.norm()), -1.0, 1.0);
    }
    case Scoring::offset_distance:
      return 0.0 - (row - target(batch, query)).squaredNorm();
    case Scoring::ratio:
      return (1 + cosine(0)) * (1 + cosine(2)) / 2 / (1 + cosine(1) + 2 * constant);
    case Scoring::direction: {
      const Eigen::VectorXd offset = row / length - batch.vector_of(query, 2);
      const Eigen::VectorXd direction = batch.vector_of(query, 0) - batch.vector_of(query, 1);
      // Of a word that is where the other one is there is no direction.
      if (offset.norm() < 1e-7) return -1;
      return std::clamp(offset.dot(direction) / (offset.norm() * direction.norm()), -1.0, 1.0);
    }
    case Scoring::probability:
      return cosine(2) / (1 + std::exp(-row.dot(batch.vector_of(query, 0)) / length - constant));
  }
  return 0;
}

/// A score as kernels have it: what exact_score() gives, on another scale for the same query.
double kernel_score(const Batch& batch, const BatchedQuery& query, double score) {
  switch (batch.scoring) {
    case Scoring::cosine:
    case Scoring::product:
    case Scoring::probability:
      return score;
    case Scoring::distance:
    case Scoring::offset_distance: {
      if (score > 0) return std::numeric_limits<double>::infinity();
      const double square = batch.scoring == Scoring::distance ? score * score : -score;
      return (target(batch, query).squaredNorm() - square) / 2;
    }
    case Scoring::offset:
      return score * target(batch, query).norm();
    case Scoring::ratio:
      return 2 * score;
    case Scoring::direction:
      return score * (batch.vector_of(query, 0) - batch.vector_of(query, 1)).norm();
  }
  return score;
}

/// How far the score of a row can be from that in double, at most, as kernels have it; `longest` is the length of the
/// longest row. An inner product of n numbers in any order is off by at most n u |x| |y| (Higham 2002, section 3.1); 16
/// more are for the rounding of the vectors, of lengths and of answers to float. Of the ratio and the direction, whose
/// denominators may be near 0, it is an estimate.
double score_error(const Batch& batch, const BatchedQuery& query, double longest) {
  const double share = batch.roundings * static_cast<double>(batch.dimension + 16) * 0x1p-24;
  const auto length = [&](std::size_t which) { return batch.vector_of(query, which).norm(); };
  switch (batch.scoring) {
    case Scoring::cosine:
      return share;
    case Scoring::product:
      return share * longest * length(0);
    case Scoring::distance:
      return share * longest * (length(0) + longest) + share * length(0) * length(0);
    case Scoring::offset:
      return 3 * share;
    case Scoring::offset_distance: {
      const double sum = length(0) + length(1) + length(2);
      return share * longest * (sum + longest) + share * sum * sum;
    }
    case Scoring::probability:
      return share * (1 + length(0)) + rounding * batch.roundings;
    case Scoring::ratio:
    case Scoring::direction:
      break;
  }
  return rounding * 4 * batch.roundings;
}

/// The least score, as kernels have it, that may turn out to be `least`.
float least_score(const Batch& batch, const BatchedQuery& query, double least, double longest) {
  if (!query.query.answerable) return std::numeric_limits<float>::infinity();
  const double lowest = kernel_score(batch, query, least) - score_error(batch, query, longest);
  // NaN where lengths overflow.
  return lowest == lowest ? std::nextafter(static_cast<float>(lowest), -std::numeric_limits<float>::infinity())
                          : -std::numeric_limits<float>::infinity();
}

/// Which rows of a tile come near enough to a query: their numbers and scores.
std::size_t select(const SearchKernels& kernels, const Batch& batch, const BatchedQuery& query, const float* products,
                   std::size_t pitch, const float* half_squares, std::size_t count, float threshold, SelectedRow* to) {
  const float* const q = products + query.vectors[0] * pitch;
  const float* const r = products + query.vectors[1] * pitch;
  const float* const s = products + query.vectors[2] * pitch;
  const auto constant = static_cast<float>(query.query.constant);
  switch (batch.scoring) {
    case Scoring::cosine:
    case Scoring::product:
      return kernels.select(q, count, threshold, to);
    case Scoring::distance:
      // x.q - |x|^2 / 2 is the larger the nearer they are.
      return kernels.select_difference(q, half_squares, count, threshold, to);
    case Scoring::offset:
      return kernels.select_offset(q, r, s, nullptr, count, threshold, to);
    case Scoring::offset_distance:
      return kernels.select_offset(q, r, s, half_squares, count, threshold, to);
    case Scoring::ratio:
      return kernels.select_ratio(q, r, s, constant, count, threshold, to);
    case Scoring::direction:
      return kernels.select_direction(q, r, s, constant, count, threshold, to);
    case Scoring::probability:
      return kernels.select_probability(q, s, constant, count, threshold, to);
  }
  return 0;
}

/// The inner products of rows with the vectors of a batch, times the rows' scales, a tile of rows at a time.
class Products {
 public:
  Products(const SearchKernels& kernels, const SearchedRows& rows, const Batch& batch)
      : kernels_(kernels), rows_(rows), batch_(batch), few_(batch.names.size() <= few_vectors) {
    const std::size_t vectors = batch.names.size(), dimension = batch.dimension;
    const std::size_t panels =
        std::clamp<std::size_t>(tile_bytes / (vectors * kernels.panel_rows * sizeof(float)), 1, 16);
    height_ = few_ ? std::max<std::size_t>(rows_bytes / (dimension * sizeof(float)) / 16, 1) * 16
                   : panels * kernels.panel_rows;
    numbers_.resize(height_ * vectors);
    if (!few_) panels_.resize(height_ * dimension);
    if (!rows.packed()) return;
    if (!few_) coordinates_.resize(height_ * dimension);
    for (std::size_t v = 0; few_ && v < vectors; ++v)
      prepared_.push_back(rows.packed()->prepared(batch.rounded.data() + v * dimension));
  }

  std::size_t height() const noexcept { return height_; }  // of a tile
  /// Of vector v with row first + i in [v * height() + i].
  const float* numbers() const noexcept { return numbers_.data(); }

  void compute(std::size_t first, std::size_t count) {
    const std::size_t dimension = batch_.dimension, vectors = batch_.names.size();
    const float* const scales = rows_.scales() + first;
    const float* const queries = batch_.rounded.data();
    const PackedVectors* const packed = rows_.packed();
    if (few_) {
      for (std::size_t v = 0; v < vectors; ++v)
        if (packed)
          packed->scan(first, count, prepared_[v], scales, numbers_.data() + v * height_);
        else
          kernels_.scan(rows_.row(first), dimension, count, dimension, scales, queries + v * dimension,
                        numbers_.data() + v * height_);
      return;
    }
    if (packed) packed->coordinates(first, count, coordinates_.data());
    kernels_.pack(packed ? coordinates_.data() : rows_.row(first), dimension, count, dimension, scales, panels_.data());
    kernels_.products(panels_.data(), (count + kernels_.panel_rows - 1) / kernels_.panel_rows, dimension, queries,
                      vectors, numbers_.data(), height_);
  }

 private:
  const SearchKernels& kernels_;
  const SearchedRows& rows_;
  const Batch& batch_;
  bool few_;
  std::size_t height_;
  std::vector<float> numbers_, panels_, coordinates_;
  std::vector<std::vector<float>> prepared_;
};

/// Compares rows [begin, end) with the queries of a batch and offers what comes near enough.
void scan(const SearchKernels& kernels, SearchedRows& rows, bool measure, std::span<const std::uint8_t> allowed,
          std::size_t begin, std::size_t end, const Batch& batch, std::span<Best> best, const Progress* progress) {
  Products products(kernels, rows, batch);
  const std::size_t height = products.height();
  std::vector<float> half_squares(height);
  std::vector<SelectedRow> near(height);
  for (std::size_t first = begin; first < end; first += height) {
    check_cancelled(progress);
    const std::size_t count = std::min(height, end - first);
    if (measure) rows.measure(first, first + count);
    const float* const scales = rows.scales() + first;
    products.compute(first, count);
    if (rows.half_squares()) std::copy_n(rows.half_squares() + first, count, half_squares.begin());
    for (std::size_t q = 0; q < best.size(); ++q) {
      const BatchedQuery& query = batch.queries[q];
      const std::size_t found = select(kernels, batch, query, products.numbers(), height, half_squares.data(), count,
                                       best[q].threshold(), near.data());
      for (std::size_t i = 0; i < found; ++i) {
        const auto [row, score] = near[i];
        const WordId word = word_id(first + row);
        if (score < best[q].threshold() || scales[row] == 0) continue;
        if (!allowed.empty() && allowed[index(word)] == 0) continue;
        if (std::ranges::find(query.query.exclude, word) != query.query.exclude.end()) continue;
        best[q].offer({word, score});
      }
    }
  }
}

/// The best of the candidates, by their scores in double.
std::vector<Neighbor> chosen(std::vector<Neighbor> candidates, const SearchedRows& rows, const Batch& batch,
                             const BatchedQuery& query, const NeighborFilter& filter) {
  std::erase_if(candidates, [&](Neighbor& candidate) {
    candidate.similarity = similarity_of(exact_score(batch, query, rows.exact_row(index(candidate.word))));
    return candidate.similarity < filter.min_similarity;
  });
  std::ranges::sort(candidates, comes_before);
  candidates.resize(std::min(candidates.size(), filter.count));
  return candidates;
}

/// The least score, as kernels have it, of a row that could be among the answers, given those found so far. What no
/// pass has offered may be an answer if it reaches this.
float least_of_answers(const std::vector<Neighbor>& answers, const SearchedRows& rows, const Batch& batch,
                       const BatchedQuery& query, const NeighborFilter& filter) {
  const float least = answers.size() < filter.count ? filter.min_similarity : answers.back().similarity;
  return least_score(batch, query, static_cast<double>(least), rows.longest());
}

/// The first of the queries, until their vectors are too many for a batch.
Batch make_batch(Scoring scoring, std::size_t dimension, std::span<const SearchQuery> described) {
  Batch batch;
  batch.scoring = scoring;
  batch.dimension = dimension;
  std::unordered_map<std::uint64_t, std::uint32_t> numbers;
  const std::size_t each = vector_count(scoring);
  for (const SearchQuery& query : described) {
    if (batch.names.size() + each > most_vectors) break;
    BatchedQuery batched{.query = query, .vectors = {}};
    for (std::size_t which = 0; which < each; ++which) {
      const auto [known, fresh] = numbers.emplace(query.vectors[which], static_cast<std::uint32_t>(batch.names.size()));
      if (fresh) batch.names.push_back(query.vectors[which]);
      batched.vectors[which] = known->second;
    }
    batch.queries.push_back(batched);
  }
  return batch;
}

/// Some queries of a batch with the vectors that they need.
Batch part_of(const Batch& batch, std::span<const std::size_t> queries) {
  Batch part;
  part.scoring = batch.scoring;
  part.dimension = batch.dimension;
  part.roundings = batch.roundings;
  std::unordered_map<std::uint32_t, std::uint32_t> numbers;
  for (const std::size_t query : queries) {
    part.queries.push_back(batch.queries[query]);
    for (std::size_t which = 0; which < vector_count(batch.scoring); ++which) {
      std::uint32_t& vector = part.queries.back().vectors[which];
      const auto [known, fresh] = numbers.emplace(vector, static_cast<std::uint32_t>(part.names.size()));
      if (fresh) {
        const auto begin = static_cast<std::ptrdiff_t>(vector * batch.dimension);
        const auto end = begin + static_cast<std::ptrdiff_t>(batch.dimension);
        part.names.push_back(batch.names[vector]);
        part.exact.insert(part.exact.end(), batch.exact.begin() + begin, batch.exact.begin() + end);
        part.rounded.insert(part.rounded.end(), batch.rounded.begin() + begin, batch.rounded.begin() + end);
      }
      vector = known->second;
    }
  }
  return part;
}

/// Rounds the vectors of a batch to float, as the rows' coordinates have them.
void round_vectors(Batch& batch, const SearchedRows& rows, int threads) {
  batch.rounded.resize(batch.exact.size());
  if (!rows.packed()) {
    std::ranges::transform(batch.exact, batch.rounded.begin(), [](double x) { return static_cast<float>(x); });
    return;
  }
  // A row is rounded where it is unpacked, where it is turned, and where its length is taken.
  batch.roundings = 4;
  parallel_for(batch.names.size(), threads, [&](std::size_t v) {
    rows.packed()->query_coordinates(std::span(batch.exact).subspan(v * batch.dimension, batch.dimension),
                                     batch.rounded.data() + v * batch.dimension);
  });
}

}  // namespace

SearchedRows::SearchedRows(const Embeddings& embeddings, std::size_t count, Metric metric)
    : packed_(embeddings.packed()),
      floats_(packed_ ? nullptr : embeddings.matrix().data()),
      dimension_(static_cast<std::size_t>(embeddings.dimension())),
      metric_(metric),
      scales_(count),
      half_squares_(metric == Metric::euclidean ? count : 0) {}

SearchedRows::SearchedRows(const Matrix& rows, Metric metric)
    : packed_(nullptr),
      floats_(rows.data()),
      dimension_(static_cast<std::size_t>(rows.cols())),
      metric_(metric),
      scales_(static_cast<std::size_t>(rows.rows())),
      half_squares_(metric == Metric::euclidean ? scales_.size() : 0) {}

Eigen::VectorXd SearchedRows::exact_row(std::size_t i) const {
  if (!packed_) return column({row(i), dimension()}).cast<double>();
  Eigen::VectorXf unpacked(static_cast<Eigen::Index>(dimension()));
  packed_->unpack(i, 1, unpacked.data());
  return unpacked.cast<double>();
}

void SearchedRows::measure_row(std::size_t i, std::span<const float> row, float& longest) {
  const auto vector = column(row);
  // In double only where float over- or underflows: the lengths of ordinary vectors need no more digits.
  float length = vector.norm();
  if (!(length > 1e-15f && length < 1e15f)) length = static_cast<float>(vector.cast<double>().norm());
  if (ignores_lengths(metric_)) {
    const float inverse = 1 / length;
    scales_[i] = length > 0 && std::isfinite(length) && std::isfinite(inverse) ? inverse : 0;
  } else {
    scales_[i] = std::isfinite(metric_ == Metric::dot ? length : length * length) ? 1.0f : 0.0f;
    if (metric_ == Metric::euclidean) half_squares_[i] = length * length / 2;
  }
  if (scales_[i] != 0) longest = std::max(longest, length);
}

void SearchedRows::measure(std::size_t begin, std::size_t end) {
  float longest = 0;
  std::vector<float> coordinates(packed_ ? dimension() : 0);
  for (std::size_t i = begin; i < end; ++i) {
    if (packed_) packed_->coordinates(i, 1, coordinates.data());
    measure_row(i, packed_ ? std::span<const float>(coordinates) : std::span(row(i), dimension()), longest);
  }
  for (float known = longest_; known < longest && !longest_.compare_exchange_weak(known, longest);) continue;
}

std::vector<std::vector<Neighbor>> search(SearchedRows& rows, Scoring scoring, const SearchQueries& queries,
                                          const NeighborFilter& filter, int threads, Progress* progress) {
  const std::size_t size = rows.size();
  if (!filter.allowed.empty() && filter.allowed.size() != size)
    throw Error("a filter says of " + std::to_string(filter.allowed.size()) + " words whether they are allowed, " +
                std::to_string(size) + " are searched");
  std::vector<std::vector<Neighbor>> answers(queries.count);
  start(progress, queries.count);
  const SearchKernels kernels = search_kernels();
  const std::size_t dimension = rows.dimension();
  const std::size_t candidates = filter.count == 0 ? 0 : std::min(filter.count, size) + to_spare;
  // Rows are shared out, so that what they multiply with the vectors is computed once.
  const auto workers = static_cast<std::size_t>(thread_count(threads));
  const std::size_t pieces = workers == 1 ? 1 : std::clamp<std::size_t>(size / rows_of_piece, 1, 2 * workers);
  const std::size_t queries_at_once =
      std::clamp<std::size_t>(most_bytes / (pieces * (candidates + 8) * sizeof(Neighbor)), 1, most_queries);

  std::vector<SearchQuery> described;  // from `first` on
  for (std::size_t first = 0; first < queries.count;) {
    check_cancelled(progress);
    const std::size_t known = described.size();
    described.resize(std::min(queries_at_once, queries.count - first));
    parallel_for(described.size() - known, threads, [&](std::size_t i) {
      check_cancelled(progress);
      described[known + i] = queries.describe(first + known + i);
    });
    Batch batch = make_batch(scoring, dimension, described);
    batch.exact.resize(batch.names.size() * dimension);
    parallel_for(batch.names.size(), threads, [&](std::size_t i) {
      queries.fill(batch.names[i], std::span(batch.exact).subspan(i * dimension, dimension));
    });
    round_vectors(batch, rows, threads);
    const std::size_t asked = batch.queries.size();
    // One vector of Best for each piece of the rows.
    const auto scan_all = [&](const Batch& queries_of, std::vector<std::vector<Best>>& best, bool measure) {
      parallel_for(pieces, threads, [&](std::size_t piece) {
        scan(kernels, rows, measure, filter.allowed, size * piece / pieces, size * (piece + 1) / pieces, queries_of,
             best[piece], progress);
      });
      parallel_ranges(queries_of.queries.size(), 64, threads, [&](std::size_t begin, std::size_t end) {
        for (std::size_t q = begin; q < end; ++q)
          for (std::size_t piece = 1; piece < pieces; ++piece) best[0][q].merge(best[piece][q]);
      });
    };
    std::vector<std::vector<Best>> best(pieces);
    for (const BatchedQuery& query : batch.queries)
      for (auto& piece : best)
        piece.emplace_back(candidates, query.query.answerable ? -std::numeric_limits<float>::infinity()
                                                              : std::numeric_limits<float>::infinity());
    rows.pass([&](bool measure) { scan_all(batch, best, measure); });
    std::vector<float> least(asked, std::numeric_limits<float>::infinity());  // finite: a second pass is needed
    parallel_ranges(asked, 64, threads, [&](std::size_t begin, std::size_t end) {
      check_cancelled(progress);
      for (std::size_t q = begin; q < end; ++q) {
        const BatchedQuery& query = batch.queries[q];
        if (!query.query.answerable || filter.count == 0) continue;
        const bool some_are_left = best[0][q].is_full();
        const float reached = best[0][q].threshold();
        auto& answer = answers[first + q] = chosen(std::move(best[0][q]).take(), rows, batch, query, filter);
        const float lowest = least_of_answers(answer, rows, batch, query, filter);
        if (some_are_left && reached >= lowest) least[q] = lowest;
      }
    });
    // Where more rows than were spared are too near to each other for float, all of those are scored in double.
    std::vector<std::size_t> numbers;
    for (std::size_t q = 0; q < asked; ++q)
      if (least[q] != std::numeric_limits<float>::infinity()) numbers.push_back(q);
    if (!numbers.empty()) {
      const Batch again = part_of(batch, numbers);
      std::vector<std::vector<Best>> all(pieces);
      for (const std::size_t q : numbers)
        for (auto& piece : all) piece.emplace_back(size, least[q]);
      scan_all(again, all, false);
      for (std::size_t i = 0; i < numbers.size(); ++i)
        answers[first + numbers[i]] = chosen(std::move(all[0][i]).take(), rows, again, again.queries[i], filter);
    }
    described.erase(described.begin(), described.begin() + static_cast<std::ptrdiff_t>(asked));
    first += asked;
    if (progress) progress->done += asked;
  }
  require_whole_inputs();
  return answers;
}

}  // namespace equivec
