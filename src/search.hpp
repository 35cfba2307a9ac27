#pragma once

#include "equivec/neighbors.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace equivec {

/// How the score of a row x is made of a query's vectors q, r, s and its constant.
enum class Scoring {
  cosine,       ///< x.q / |x|, q of length 1
  product,      ///< x.q
  distance,     ///< -|x - q|
  ratio,        ///< (1 + x.q) (1 + x.r) / 2 / (1 + x.s + 2 constant), all of length 1 (3CosMul)
  direction,    ///< (x.q - constant) / |x - r|, all of length 1, constant = q.r (PairDirection)
  probability,  ///< x.r / (1 + exp(-x.q - constant)), x and r of length 1 (LRCos)
};
/// Vectors that a query has.
std::size_t vector_count(Scoring scoring);

/// What every query is compared with.
struct SearchedRows {
  MatrixView matrix;                    ///< the first scales.size() rows
  std::span<const float> scales;        ///< where rows count as of length 1, 1 / length; else 1; 0: never an answer
  std::span<const float> half_squares;  ///< for distance: of the rows' lengths
};

/// A query as it is compared.
struct SearchQuery {
  double constant = 0;
  bool answerable = true;  ///< else it has no answers
  std::span<const WordId> exclude = {};
};

/// The best rows for each of `count` queries, best first, ties by WordId. `prepare(i, vectors)` fills in query i: its
/// vectors, one after the other; several threads call it. Rows are chosen in float, by kernels, with a few to spare;
/// what is left is scored again in double, so that answers do not depend on how queries are batched. Progress counts
/// queries.
std::vector<std::vector<Neighbor>> search(
    const SearchedRows& rows, Scoring scoring, std::size_t count,
    const std::function<SearchQuery(std::size_t query, std::span<double> vectors)>& prepare,
    const NeighborFilter& filter, int threads, Progress* progress);

}  // namespace equivec
