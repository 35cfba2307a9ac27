#pragma once

#include "equivec/base/types.hpp"
#include "equivec/vectors/precision.hpp"
#include "src/kernels/packed_kernels.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace equivec {

/// Where packed vectors are: in memory that `owner` keeps alive, such as a mapped file.
struct PackedTables {
  Precision precision;  // not f32
  std::size_t rows, dimension;
  std::size_t parts = 0;                  // of pq
  const void* numbers = nullptr;          // f16, bf16 and int8: rows x dimension; pq: codes, rows x parts
  std::span<const float> scales = {};     // int8 and pq: what a row is multiplied with
  std::span<const float> centroids = {};  // pq: 256 x dimension, row k has the centroids k of all parts side by side
  std::span<const float> rotation = {};   // pq: dimension x dimension, orthogonal; rows of centroids times it are
                                          // vectors; empty: none
  std::shared_ptr<const void> owner = {};
};

/// Vectors of lower precision. Immutable, safe to share between threads. What a row stands for does not depend on how
/// many are unpacked at once.
///
/// With a rotation, it is cheaper to turn a query once than every row: "coordinates" are rows before that rotation, and
/// the inner product of a row with a query is that of the row's coordinates with the query's.
class PackedVectors {
 public:
  /// Throws Error if the rotation is not orthogonal. REQUIRES: spans as long as described, 1 <= parts <= dimension.
  explicit PackedVectors(PackedTables tables);

  Precision precision() const noexcept { return tables_.precision; }
  std::size_t rows() const noexcept { return tables_.rows; }
  std::size_t dimension() const noexcept { return tables_.dimension; }
  const PackedTables& tables() const noexcept { return tables_; }

  /// Writes `count` rows from `first` on, `dimension` floats each.
  void unpack(std::size_t first, std::size_t count, float* to) const;
  /// All rows, made by the first call and kept.
  MatrixView unpacked() const;

  /// The same rows in coordinates.
  void coordinates(std::size_t first, std::size_t count, float* to) const;
  /// A query in coordinates.
  void query_coordinates(std::span<const double> query, float* to) const;

  /// What scan() needs of a query, which is given in coordinates.
  std::vector<float> prepared(const float* coordinates) const;
  /// to[i] = the inner product of a prepared query with row first + i, times scales[i].
  void scan(std::size_t first, std::size_t count, const std::vector<float>& prepared, const float* scales,
            float* to) const;

 private:
  PackedTables tables_;
  PackedKernels kernels_;
  mutable std::once_flag once_;
  mutable Matrix unpacked_;
};

}  // namespace equivec
