#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

// Mentioned here, and not to be linked.
namespace equivec {
class SearchedRows;
class CslsRows;
struct SearchAccess;
}  // namespace equivec

namespace EQUIVEC_EXPORT equivec {

/// What makes a word near to a vector.
enum class Metric {
  cosine,     ///< in [-1, 1], whatever the lengths
  dot,        ///< the inner product
  euclidean,  ///< minus the distance, so that the nearest is the largest here too
  /// 2 cosine - r(query) - r(word), where r is the mean cosine of a vector to its csls_neighbors nearest words among
  /// those that are searched: words that are near to all are not everybody's neighbours (Lample et al. 2018, "Word
  /// Translation Without Parallel Data"). The first search compares all words with each other.
  csls
};
inline constexpr std::array metrics = {Metric::cosine, Metric::dot, Metric::euclidean, Metric::csls};
inline constexpr std::size_t csls_neighbors = 10;
/// Whether vectors count by their directions alone.
constexpr bool ignores_lengths(Metric metric) noexcept { return metric == Metric::cosine || metric == Metric::csls; }

std::string_view name_of(Metric metric);

struct Neighbor {
  WordId word;
  float similarity;  ///< by the metric; the larger the nearer
  friend bool operator==(const Neighbor&, const Neighbor&) = default;
};

/// One question of a batch: a vector of the index's dimension and the words that must not be answers.
struct NeighborQuery {
  std::span<const float> vector;
  std::span<const WordId> exclude;
};

/// Which words may be answers, and how many.
struct NeighborFilter {
  std::size_t count = 10;
  float min_similarity = -std::numeric_limits<float>::infinity();
  /// For each word that is searched, not 0 if it may be an answer; empty: all may.
  std::span<const std::uint8_t> allowed = {};
};

/// What answers questions for the nearest words: exactly (NearestNeighbors), or approximately. Holds the vectors,
/// without a copy. Immutable; any thread may ask. Rows that are not finite, and by cosine and CSLS those of length 0,
/// are never answers.
class NeighborIndex {
 public:
  virtual ~NeighborIndex() = default;

  const Embeddings& embeddings() const noexcept { return embeddings_; }
  std::size_t size() const noexcept { return size_; }  ///< words searched: the first so many
  Metric metric() const noexcept { return metric_; }

  /// The most similar words, best first, ties by WordId: filter.count, or fewer if there are fewer; by cosine and CSLS
  /// none for a query of length 0. Many questions at once take much less time than one at a time. Answers in the order
  /// of the questions. Progress counts questions. Throws Error if a query's length is not the vectors' dimension.
  virtual std::vector<std::vector<Neighbor>> find(std::span<const NeighborQuery> queries, const NeighborFilter& filter,
                                                  Progress* progress = nullptr) const = 0;
  std::vector<std::vector<Neighbor>> find(std::span<const NeighborQuery> queries, std::size_t count,
                                          Progress* progress = nullptr) const;
  std::vector<Neighbor> find(std::span<const float> query, std::size_t count,
                             std::span<const WordId> exclude = {}) const;
  /// The neighbours of a word, without itself. Throws Error if it is not in the vocabulary.
  std::vector<Neighbor> find(std::string_view word, std::size_t count) const;

  /// The row of a word scaled to length 1; zeros if it has no length.
  Eigen::VectorXf unit(WordId word) const;

 protected:
  NeighborIndex(Embeddings embeddings, std::size_t size, Metric metric)
      : embeddings_(std::move(embeddings)), size_(size), metric_(metric) {}
  NeighborIndex(const NeighborIndex&) = default;
  NeighborIndex& operator=(const NeighborIndex&) = default;

 private:
  Embeddings embeddings_;
  std::size_t size_;
  Metric metric_;
};

/// Exact search: every row is compared, similarities are computed in double. The first search measures the lengths of
/// the rows, which are kept.
class NearestNeighbors final : public NeighborIndex {
 public:
  /// Searches the first `restrict` words only; 0 searches all.
  explicit NearestNeighbors(Embeddings embeddings, std::size_t restrict = 0, int threads = 0,
                            Metric metric = Metric::cosine);

  using NeighborIndex::find;
  std::vector<std::vector<Neighbor>> find(std::span<const NeighborQuery> queries, const NeighborFilter& filter,
                                          Progress* progress = nullptr) const override;

 private:
  friend struct SearchAccess;  // the library's own searches over the same rows

  int threads_;
  std::shared_ptr<SearchedRows> rows_;
  std::shared_ptr<CslsRows> csls_;  // null by other metrics
};

/// The words by the cosine of their vectors to the mean of all of them, scaled to length 1 first: least first, so that
/// what does not belong with the others stands in front; ties by the order given. gensim's doesnt_match.
std::vector<Neighbor> outliers(const Embeddings& embeddings, std::span<const WordId> words);

}  // namespace equivec
