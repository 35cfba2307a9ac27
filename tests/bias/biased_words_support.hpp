#pragma once

#include "equivec/base/types.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

namespace equivec {

inline std::vector<WordId> numbers(std::size_t begin, std::size_t end) {
  std::vector<WordId> result;
  for (std::size_t i = begin; i < end; ++i) result.push_back(word_id(i));
  return result;
}

/// Words w0, w1, ... at these angles in a plane, in degrees.
inline Embeddings at_angles(const std::vector<double>& degrees) {
  Matrix rows(static_cast<Eigen::Index>(degrees.size()), 2);
  for (std::size_t i = 0; i < degrees.size(); ++i) {
    const double angle = degrees[i] * std::numbers::pi / 180;
    rows.row(static_cast<Eigen::Index>(i)) << static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle));
  }
  return Embeddings(numbered_words(degrees.size()), rows);
}

/// Twice `per_side` words whose sides overlap.
struct Overlapping {
  Embeddings embeddings;
  BiasedWords words;
};

inline Overlapping overlapping(std::size_t per_side, int dimension, std::uint64_t seed) {
  Matrix rows = random_matrix(2 * per_side, dimension, seed);
  const auto half = static_cast<Eigen::Index>(per_side);
  rows.topRows(half).col(0).array() += 0.2F;
  rows.bottomRows(half).col(0).array() -= 0.2F;
  return {Embeddings(numbered_words(2 * per_side), rows), {numbers(0, per_side), numbers(per_side, 2 * per_side)}};
}

inline BootstrapOptions few_resamples(int threads = 0, std::uint64_t seed = 1) {
  BootstrapOptions options;
  options.resamples = 200;
  options.threads = threads;
  options.seed = seed;
  return options;
}

inline void check_same(const RecoveredSides& a, const RecoveredSides& b) {
  CHECK(a.accuracy == b.accuracy);
  CHECK(a.interval == b.interval);
  CHECK(a.least == b.least);
  CHECK(a.most == b.most);
}

}  // namespace equivec
