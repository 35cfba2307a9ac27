#pragma once

#include "equivec/embeddings.hpp"
#include "equivec/progress.hpp"

#include <span>
#include <vector>

namespace equivec {

struct Neighbor {
  WordId word;
  float similarity;  ///< cosine, in [-1, 1]
  friend bool operator==(const Neighbor&, const Neighbor&) = default;
};

/// One question of a batch: a vector of the index's dimension and the words that must not be answers.
struct NeighborQuery {
  std::span<const float> vector;
  std::span<const WordId> exclude;
};

/// Exact nearest words by cosine, by comparing with every row. Holds the vectors it is given, without a copy, and the
/// lengths of its rows. Immutable; any thread may ask. Rows of length 0, or that are not finite, are never answers.
class NearestNeighbors {
 public:
  /// Searches the first `restrict` words only; 0 searches all.
  explicit NearestNeighbors(Embeddings embeddings, std::size_t restrict = 0, int threads = 0);

  const Embeddings& embeddings() const noexcept { return embeddings_; }
  std::size_t size() const noexcept { return inverse_lengths_.size(); }  ///< words searched

  /// The `count` most similar words, best first, ties by WordId. Fewer if there are fewer; none for a query of length
  /// 0. Throws Error if the query's length is not the vectors' dimension.
  std::vector<Neighbor> find(std::span<const float> query, std::size_t count,
                             std::span<const WordId> exclude = {}) const;
  /// The same for many questions at once, much faster than one at a time. Answers in the order of the questions.
  /// Progress counts questions.
  std::vector<std::vector<Neighbor>> find(std::span<const NeighborQuery> queries, std::size_t count,
                                          Progress* progress = nullptr) const;

  /// The row of a word scaled to length 1; zeros if it has no length.
  Eigen::VectorXf unit(WordId word) const;

 private:
  Embeddings embeddings_;
  std::vector<float> inverse_lengths_;  // 0 where a row can be no answer
  int threads_;
};

}  // namespace equivec
