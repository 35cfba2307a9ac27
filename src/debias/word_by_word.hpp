#pragma once

#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/base/parallel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <utility>
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
template <class F>
WordByWord word_by_word(const Embeddings& embeddings, int threads, const F& f) {
  Matrix result = embeddings.matrix();
  std::vector<WordId> vanished;
  std::mutex mutex;
  parallel_ranges(embeddings.size(), 1024, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Eigen::VectorXd row = column(embeddings[word_id(i)]).cast<double>();
      if (!has_direction(row)) continue;
      const Eigen::VectorXd changed = f(word_id(i), row);
      result.row(static_cast<Eigen::Index>(i)) = changed.cast<float>();
      if (!changed.isZero(0)) continue;
      const std::scoped_lock lock(mutex);
      vanished.push_back(word_id(i));
    }
  });
  std::ranges::sort(vanished);
  return {Embeddings(embeddings.vocabulary(), std::move(result), embeddings.metadata()), std::move(vanished)};
}

/// The largest of f(0) ... f(count - 1); 0 for none. NaN counts as infinite. Several threads call f at once.
template <class F>
double worst_of(std::size_t count, const F& f) {
  double worst = 0;
  std::mutex mutex;
  parallel_ranges(count, 1024, 0, [&](std::size_t begin, std::size_t end) {
    double own = 0;
    for (std::size_t i = begin; i < end; ++i)
      if (const double found = f(i); !(found <= own))
        own = std::isnan(found) ? std::numeric_limits<double>::infinity() : found;
    const std::scoped_lock lock(mutex);
    worst = std::max(worst, own);
  });
  return worst;
}

/// The same for f(word, row) of the words that have a direction.
template <class F>
double worst_word(const Embeddings& embeddings, const F& f) {
  return worst_of(embeddings.size(), [&](std::size_t i) {
    const Eigen::VectorXd row = column(embeddings[word_id(i)]).cast<double>();
    return has_direction(row) ? f(word_id(i), row) : 0.0;
  });
}

/// The same for f(row before, row after). Throws Error unless both have the same number of vectors and dimension.
template <class F>
double worst_word(const Embeddings& before, const Embeddings& after, const F& f) {
  if (before.size() != after.size() || before.dimension() != after.dimension())
    throw Error("vectors can be verified against as many of as many numbers only");
  return worst_word(before, [&](WordId word, const Eigen::VectorXd& row) {
    return f(row, Eigen::VectorXd(column(after[word]).cast<double>()));
  });
}

}  // namespace equivec
