#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/vectors/subwords.hpp"

#include <Eigen/Core>

#include <functional>

namespace equivec {

/// Rows in double, one a word, become as many rows. Called by several threads at once.
using RowMap = std::function<Eigen::MatrixXd(const Eigen::MatrixXd& rows)>;

/// Gives back the memory of rows that lie in a mapped file; read again, they come from the system's cache. A pass over
/// all rows that does so needs no more memory than a few blocks.
void release_rows(MatrixView rows, Eigen::Index first, Eigen::Index height) noexcept;

/// The rows that `map` makes of blocks of rows, rounded to 32 bits: `dimension` numbers each. Rows of a mapped file
/// are released. Throws Cancelled.
Matrix mapped_rows(MatrixView rows, Eigen::Index dimension, const RowMap& map, int threads, const Progress* progress);

/// The same of the vectors of n-grams. If the map is affine, words that are made of them change along.
Subwords mapped_subwords(const Subwords& subwords, Eigen::Index dimension, const RowMap& map, int threads,
                         const Progress* progress);

}  // namespace equivec
