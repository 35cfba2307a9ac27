#pragma once

#include "equivec/base/types.hpp"
#include "equivec/search/neighbors.hpp"
#include "src/kernels/search_kernels.hpp"
#include "src/search/search.hpp"

#include <cstddef>
#include <limits>

namespace equivec {

/// Rows as points among which the nearest by the metric is the nearest by distance or by inner product: by cosine of
/// length 1; by inner product all made as long as the longest, by a further number (Bachrach et al. 2014); by distance
/// as they are.
class PlacedRows {
 public:
  /// REQUIRES: the rows were measured, and outlive this, as the matrix does.
  PlacedRows(Metric metric, MatrixView matrix, const SearchedRows& rows);

  /// Numbers of a point, some of which may be zeros at the end.
  std::size_t dimension() const noexcept { return dimension_; }
  /// REQUIRES: the row can be an answer.
  void place(std::size_t row, float* to) const;
  /// How far two points are from each other, comparable among those to one of them. Never NaN.
  float distance(const float* a, const float* b) const noexcept {
    const float result =
        metric_ == Metric::euclidean ? kernels_.square_distance(a, b, dimension_) : -kernels_.product(a, b, dimension_);
    return result == result ? result : std::numeric_limits<float>::max();
  }

 private:
  SearchKernels kernels_;
  Metric metric_;
  MatrixView matrix_;
  const SearchedRows& rows_;
  std::size_t dimension_;
};

}  // namespace equivec
