#pragma once

#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace equivec {

/// The most that rounding to 32-bit floats can move a vector, as a share of its length: each number moves by up to
/// 2^-24 of itself, so the vector, and any part of it, by up to 2^-24 of its length. A little is added for rounding in
/// double.
inline constexpr double float_rounding = 0x1.01p-24;

/// A remainder of a unit vector that is shorter than this is rounding alone, and its direction is meaningless.
inline constexpr double negligible_part = 1e-6;

/// Whether a row has a length and is finite.
inline bool has_direction(const Eigen::VectorXd& row) { return row.allFinite() && row.squaredNorm() > 0; }

struct WordByWord {
  Embeddings embeddings;         ///< the same words
  std::vector<WordId> vanished;  ///< those for which f returned zeros; ascending
};

/// Replaces each row that has a direction by f(word, row), on up to `threads` threads. f takes the row in double and is
/// called by several threads at once. Other rows stay unchanged.
WordByWord word_by_word(const Embeddings& embeddings, int threads,
                        const std::function<Eigen::VectorXd(WordId word, const Eigen::VectorXd& row)>& f);

/// The largest of f(0) ... f(count - 1); 0 for none. NaN counts as infinite. Several threads call f at once.
double worst_of(std::size_t count, const std::function<double(std::size_t)>& f);

/// The same for f(word, row) of the words that have a direction.
double worst_word(const Embeddings& embeddings,
                  const std::function<double(WordId word, const Eigen::VectorXd& row)>& f);

/// Throws Error unless both have the same number of vectors and dimension.
void require_same_shape(const Embeddings& before, const Embeddings& after);

/// The same for f(row before, row after). Throws Error unless both have the same number of vectors and dimension.
double worst_word(const Embeddings& before, const Embeddings& after,
                  const std::function<double(const Eigen::VectorXd& before, const Eigen::VectorXd& after)>& f);

}  // namespace equivec
