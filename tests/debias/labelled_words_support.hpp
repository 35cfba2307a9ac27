#pragma once

#include "equivec/base/types.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "bias/biased_words_support.hpp"
#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace equivec {

using Ids = std::vector<WordId>;
using Classes = std::vector<Ids>;

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

inline BiasedWords sides(std::size_t per_side) { return {numbers(0, per_side), numbers(per_side, 2 * per_side)}; }

/// Random words, the first `per_side` of which lie to one side of the next `per_side` along the first two axes; and as
/// many others.
inline Embeddings two_sides(std::size_t per_side, int dimension, std::uint64_t seed) {
  Matrix rows = random_matrix(4 * per_side, dimension, seed);
  const auto half = static_cast<Eigen::Index>(per_side);
  for (int axis = 0; axis < 2; ++axis) {
    rows.topRows(half).col(axis).array() += 0.3F;
    rows.middleRows(half, half).col(axis).array() -= 0.3F;
  }
  return Embeddings(numbered_words(4 * per_side), rows, {{"how", "by chance"}});
}

inline bool hold(const std::vector<PostCondition>& promises) {
  for (const PostCondition& promise : promises) {
    CAPTURE(promise.promise, promise.worst, promise.bound);
    CHECK(std::isfinite(promise.worst));
    CHECK(std::isfinite(promise.bound));
  }
  return std::ranges::all_of(promises, &PostCondition::holds);
}

/// The same vectors but for one row.
inline Embeddings with_row(const Embeddings& e, std::size_t row, const Eigen::VectorXf& vector) {
  Matrix rows = e.matrix();
  rows.row(static_cast<Eigen::Index>(row)) = vector.transpose();
  return Embeddings(e.vocabulary(), rows, e.metadata());
}

/// The largest difference of two numbers, as a share of the length of their vector.
inline double largest_difference(const Embeddings& found, const Eigen::MatrixXd& expected) {
  double worst = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Eigen::VectorXd row = expected.row(static_cast<Eigen::Index>(i)).transpose();
    worst = std::max(worst, (exact_row(found, word_id(i)) - row).norm() / std::max(row.norm(), 1e-30));
  }
  return worst;
}

inline Eigen::MatrixXd exact(const Embeddings& e) { return e.matrix().cast<double>(); }

/// Random vectors of which each number is off by less than this share of the length: rounding to 32 bits.
constexpr double rounding = 1e-7;

}  // namespace equivec
