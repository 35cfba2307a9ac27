#pragma once

#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "support.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace equivec {

using Names = std::vector<std::vector<std::string>>;
using Lists = std::vector<std::vector<WordId>>;
using Values = std::vector<double>;

inline AssociationQuery query_of(const Embeddings& e, const Names& targets, const Names& attributes) {
  AssociationQuery query;
  for (const auto& list : targets) query.targets.push_back(ids_of(e, list));
  for (const auto& list : attributes) query.attributes.push_back(ids_of(e, list));
  return query;
}

/// Lists of the next words, one after the other.
inline Lists next_words(std::size_t& next, const std::vector<std::size_t>& sizes) {
  Lists lists;
  for (const std::size_t size : sizes)
    for (auto& list = lists.emplace_back(); list.size() < size;) list.push_back(word_id(next++));
  return lists;
}

/// Different words for all lists, of a vocabulary w0, w1, ...
inline AssociationQuery query_of_sizes(const std::vector<std::size_t>& targets,
                                       const std::vector<std::size_t>& attributes) {
  std::size_t next = 0;
  Lists first = next_words(next, targets);
  return {std::move(first), next_words(next, attributes)};
}

inline AssociationQuery with_targets_exchanged(AssociationQuery query) {
  std::swap(query.targets[0], query.targets[1]);
  return query;
}

inline AssociationQuery with_attributes_exchanged(AssociationQuery query) {
  std::swap(query.attributes[0], query.attributes[1]);
  return query;
}

inline Embeddings with_vectors(const Embeddings& e, const Eigen::MatrixXd& vectors) {
  return Embeddings(e.vocabulary(), vectors.cast<float>());
}

/// All vectors under the same rotation (Gram and Schmidt on random directions).
inline Embeddings rotated(const Embeddings& e, std::uint64_t seed) {
  Eigen::MatrixXd axes = random_matrix(static_cast<std::size_t>(e.dimension()), e.dimension(), seed).cast<double>();
  for (Eigen::Index i = 0; i < axes.cols(); ++i) {
    for (Eigen::Index k = 0; k < i; ++k) axes.col(i) -= axes.col(i).dot(axes.col(k)) * axes.col(k);
    axes.col(i).normalize();
  }
  return with_vectors(e, e.matrix().cast<double>() * axes);
}

/// The vectors scaled by various powers of two, so that no bit of a direction changes.
inline Embeddings stretched(const Embeddings& e) {
  Matrix vectors = e.matrix();
  for (Eigen::Index i = 0; i < vectors.rows(); ++i) vectors.row(i) *= std::ldexp(1.0F, static_cast<int>(i % 7) - 3);
  return Embeddings(e.vocabulary(), vectors);
}

inline double cosine_of(const Embeddings& e, WordId a, WordId b) { return cosine(e[a], e[b]); }

inline double mean_of(const Values& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

inline double deviation_of(const Values& values, double divisor) {
  double squares = 0;
  for (const double value : values) squares += std::pow(value - mean_of(values), 2);
  return std::sqrt(squares / divisor);
}

inline Values cosines_of(const Embeddings& e, WordId word, const std::vector<WordId>& others) {
  Values result;
  for (const WordId other : others) result.push_back(cosine_of(e, word, other));
  return result;
}

/// Words w0, w1, ... whose vectors have the same numbers in different orders, then a vector of ones: its cosines with
/// the others are equal except for rounding.
inline Embeddings shuffled_numbers(std::size_t words) {
  Matrix vectors = Matrix::Ones(static_cast<Eigen::Index>(words) + 1, 50);
  vectors.row(0) = random_matrix(1, 50, 71).cwiseAbs();
  Rng rng(72);
  for (Eigen::Index i = 1; i < static_cast<Eigen::Index>(words); ++i) {
    vectors.row(i) = vectors.row(i - 1);
    for (std::uint32_t k = 50; k > 1; --k) std::swap(vectors(i, k - 1), vectors(i, rng.below(k)));
  }
  return Embeddings(numbered_words(words + 1), vectors);
}

// Accuracy of results computed in double from a few vectors given in float.
constexpr double exact = 1e-12;
// Accuracy after a rotation that is rounded to float.
constexpr double rounded = 1e-5;

/// x and y are between the axes a and b, with the associations 0.8 - 0.6, 1 - 0, 0 - 1 and 0.6 - 0.8.
inline Embeddings between_axes() {
  return embeddings({{"x1", {4, 3, 0}},
                     {"x2", {2, 0, 0}},
                     {"y1", {0, 7, 0}},
                     {"y2", {3, 4, 0}},
                     {"a", {1, 0, 0}},
                     {"b", {0, 3, 0}},
                     {"c", {0, 0, 5}},
                     {"nothing", {0, 0, 0}},
                     {"endless", {1, std::numeric_limits<float>::infinity(), 0}}});
}

}  // namespace equivec
