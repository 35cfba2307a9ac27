#pragma once

#include "equivec/base/types.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/spaces/lexicon.hpp"

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace equivec {

/// One row a word, contiguous, in double.
using ExactRows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The rows of words in double.
ExactRows exact_rows(const Embeddings& embeddings, std::span<const WordId> words, int threads);

/// The words of pairs, ascending, each once.
std::vector<WordId> words_of_pairs(std::span<const RelatedPair> pairs);

/// Proves that the rows of words other than these, which are ascending, have the bits that they had.
PostCondition other_words_stay(const Embeddings& before, const Embeddings& after, std::span<const WordId> words);

/// Words that are joined by pairs, by their places among `words`.
class PairGraph {
 public:
  explicit PairGraph(std::span<const RelatedPair> pairs);

  const std::vector<WordId>& words() const noexcept { return words_; }  ///< ascending
  std::size_t size() const noexcept { return words_.size(); }
  /// Ascending; at least one.
  std::span<const std::uint32_t> neighbors(std::size_t place) const {
    return {neighbors_.data() + begins_[place], begins_[place + 1] - begins_[place]};
  }

 private:
  std::vector<WordId> words_;
  std::vector<std::size_t> begins_;
  std::vector<std::uint32_t> neighbors_;
};

}  // namespace equivec
