#pragma once

#include "equivec/neighbors.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace equivec {

/// How the score of a row x is made of a query's vectors q, r, s and its constant.
enum class Scoring {
  cosine,           ///< x.q / |x|, q of length 1
  product,          ///< x.q
  distance,         ///< -|x - q|
  offset,           ///< the cosine of x with q - r + s, all of length 1 (3CosAdd)
  offset_distance,  ///< -|x - (q - r + s)|^2
  ratio,            ///< (1 + x.q) (1 + x.s) / 2 / (1 + x.r + 2 constant), all of length 1 (3CosMul)
  direction,        ///< the cosine of x - s with q - r, all of length 1 (PairDirection)
  probability,      ///< x.s / (1 + exp(-x.q - constant)), x and s of length 1 (LRCos); r is not used
};

/// What every query is compared with.
struct SearchedRows {
  MatrixView matrix;                    ///< the first scales.size() rows
  std::span<const float> scales;        ///< where rows count as of length 1, 1 / length; else 1; 0: never an answer
  std::span<const float> half_squares;  ///< for distances: of the rows' lengths
};

/// A query. Its vectors have names, by which they are known when several queries share them: what rows multiply with
/// them is computed once. Scorings with one vector use the first.
struct SearchQuery {
  std::array<std::uint64_t, 3> vectors = {};
  double constant = 0;
  bool answerable = true;  ///< else it has no answers
  std::span<const WordId> exclude = {};
};

/// Queries, as they are asked for, by several threads.
struct SearchQueries {
  std::size_t count;
  std::function<SearchQuery(std::size_t number)> describe;
  /// Writes the numbers of a vector that a description named.
  std::function<void(std::uint64_t name, std::span<double> numbers)> fill;
};

/// The best rows for each query, best first, ties by WordId. Rows are chosen in float, by kernels, with a few to spare;
/// what is left is scored again in double, so that answers do not depend on how queries are batched. Progress counts
/// queries.
std::vector<std::vector<Neighbor>> search(const SearchedRows& rows, Scoring scoring, const SearchQueries& queries,
                                          const NeighborFilter& filter, int threads, Progress* progress);

}  // namespace equivec
