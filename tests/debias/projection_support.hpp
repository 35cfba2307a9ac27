#pragma once

#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "support.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace equivec {

using Ids = std::vector<WordId>;
using Sets = std::vector<Ids>;

constexpr double tolerance = 1e-6;

inline Ids ids(std::size_t first, std::size_t end) {
  Ids result;
  for (std::size_t i = first; i < end; ++i) result.push_back(word_id(i));
  return result;
}

inline Sets pairs(std::size_t first, std::size_t count) {
  Sets result;
  for (std::size_t i = 0; i < count; ++i) result.push_back({word_id(first + 2 * i), word_id(first + 2 * i + 1)});
  return result;
}

/// Vectors of very different lengths.
inline Embeddings some_vectors(std::size_t words, int dimension, std::uint64_t seed) {
  Matrix vectors = random_matrix(words, dimension, seed);
  for (Eigen::Index i = 0; i < vectors.rows(); ++i) vectors.row(i) *= static_cast<float>(std::pow(10, i % 5 - 1));
  return Embeddings(numbered_words(words), vectors);
}

/// The same words and three more: without length, with a NaN, with an infinity.
inline Embeddings with_odd_rows(const Embeddings& e) {
  Matrix vectors(e.matrix().rows() + 3, e.matrix().cols());
  vectors.topRows(e.matrix().rows()) = e.matrix();
  vectors.bottomRows(3).setZero();
  vectors(e.matrix().rows() + 1, 0) = std::numeric_limits<float>::quiet_NaN();
  vectors(e.matrix().rows() + 2, 1) = std::numeric_limits<float>::infinity();
  return Embeddings(numbered_words(e.size() + 3), vectors);
}

inline bool odd_rows_stayed(const Embeddings& before, const Embeddings& after) {
  const std::size_t bytes = 3 * before[word_id(0)].size_bytes();
  const WordId first = word_id(before.size() - 3);
  return std::memcmp(before[first].data(), after[first].data(), bytes) == 0;
}

inline Embeddings with_number(const Embeddings& e, Eigen::Index row, Eigen::Index place, float number) {
  Matrix vectors = e.matrix();
  vectors(row, place) = number;
  return Embeddings(e.vocabulary(), vectors, e.metadata());
}

}  // namespace equivec
