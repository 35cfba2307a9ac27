#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/search/neighbors.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/vectors/packed_vectors.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace equivec {

/// How the score of a row x is made of a query's vectors q, r, s and its constant.
enum class Scoring {
  cosine,           ///< x.q / |x|, q of length 1
  product,          ///< x.q
  distance,         ///< -|x - q|
  offset,           ///< the cosine of x with q - r + s, all of length 1 (3CosAdd)
  offset_distance,  ///< -|x - (q - r + s)|^2
  ratio,            ///< (1 + x.q) (1 + x.s) / 2 / (1 + x.r + 2 constant), all of length 1 (3CosMul)
  direction,        ///< the cosine of x - s with q - r, all of length 1 (PairDirection)
  probability,      ///< x.s / (1 + exp(-x.q - constant)), x and s of length 1 (LRCos); r is not used
};

/// The rows that an index searches, and their lengths. The first search measures these as it passes, so that a single
/// query reads every row once. Rows of lower precision are searched as they are; `packed` then says where they are.
class SearchedRows {
 public:
  /// The first `count` rows of embeddings; memory of floats must outlive this.
  SearchedRows(const Embeddings& embeddings, std::size_t count, Metric metric);
  /// All rows of a matrix, which must outlive this.
  SearchedRows(const Matrix& rows, Metric metric);

  std::size_t size() const noexcept { return scales_.size(); }
  std::size_t dimension() const noexcept { return dimension_; }
  const PackedVectors* packed() const noexcept { return packed_.get(); }  ///< null: they are floats
  /// REQUIRES: floats.
  const float* row(std::size_t i) const noexcept { return floats_ + i * dimension(); }
  Eigen::VectorXd exact_row(std::size_t i) const;

  /// What rows are multiplied with: by cosine 1 / length, else 1; 0 where a row is never an answer.
  const float* scales() const noexcept { return scales_.data(); }
  /// By distance, half the squared lengths; else nothing.
  const float* half_squares() const noexcept { return half_squares_.empty() ? nullptr : half_squares_.data(); }

  /// Calls pass(true), which must measure() all rows, if nobody has done so yet, else pass(false). Threads that come
  /// meanwhile wait.
  template <class Pass>
  void pass(const Pass& pass) {
    bool first = false;
    std::call_once(measured_, [&] {
      first = true;
      pass(true);
    });
    if (!first) pass(false);
  }
  void measure(std::size_t begin, std::size_t end);
  /// The length of the longest row, of those that were measured.
  float longest() const noexcept { return longest_; }

 private:
  void measure_row(std::size_t i, std::span<const float> row, float& longest);

  std::shared_ptr<const PackedVectors> packed_;
  const float* floats_;
  std::size_t dimension_;
  Metric metric_;
  std::vector<float> scales_, half_squares_;
  std::atomic<float> longest_ = 0;
  std::once_flag measured_;
};

/// The rows of an exact index, and the threads it was given.
struct SearchAccess {
  static SearchedRows& rows(const NearestNeighbors& index) noexcept { return *index.rows_; }
  static int threads(const NearestNeighbors& index) noexcept { return index.threads_; }
};

/// A query. Its vectors have names, by which they are known when several queries share them: what rows multiply with
/// them is computed once. Scorings with one vector use the first.
struct SearchQuery {
  std::array<std::uint64_t, 3> vectors = {};
  double constant = 0;
  bool answerable = true;  ///< else it has no answers
  std::span<const WordId> exclude = {};
};

/// Queries, as they are asked for, by several threads.
struct SearchQueries {
  std::size_t count;
  std::function<SearchQuery(std::size_t number)> describe;
  /// Writes the numbers of a vector that a description named.
  std::function<void(std::uint64_t name, std::span<double> numbers)> fill;
};

/// The scoring of a search for what is near to one vector. REQUIRES: not CSLS, which is by cosine and then more.
Scoring scoring_of(Metric metric) noexcept;
/// Whether anything can be near to a vector by this metric: what has no direction is near to nothing.
bool is_answerable(std::span<const float> vector, Metric metric);
/// Writes a vector as searches take it: by cosine and CSLS of length 1; zeros if it is not finite.
void fill_query(std::span<const float> vector, Metric metric, std::span<double> numbers);
/// Throws Error if a query's vector is not of the dimension.
void require_dimension_of_query(std::span<const float> vector, std::size_t dimension);
/// The score of a row by a scoring of one vector, as search() gives it. `query` is as fill_query() writes it.
double score_of(Scoring scoring, const Eigen::VectorXd& row, Eigen::Map<const Eigen::VectorXd> query);
/// The similarity of an answer. Throws Error if a score is not finite as a float.
float similarity_of(double score);
/// Whether an answer comes before another one.
bool comes_before(const Neighbor& a, const Neighbor& b) noexcept;

/// The best rows for each query, best first, ties by WordId. Rows are chosen in float, by kernels, with a few to spare;
/// what is left is scored again in double, so that answers do not depend on how queries are batched. If rounding could
/// have put an answer behind those that were spared, all rows that are near enough are scored in double. Progress
/// counts queries.
std::vector<std::vector<Neighbor>> search(SearchedRows& rows, Scoring scoring, const SearchQueries& queries,
                                          const NeighborFilter& filter, int threads, Progress* progress);

}  // namespace equivec
