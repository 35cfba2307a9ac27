#include "src/vectors/packed_vectors.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "src/base/parallel.hpp"
#include "src/math/product_quantizer.hpp"

#include <algorithm>
#include <utility>

namespace equivec {

namespace {

using Rotation = Eigen::Map<const Matrix>;

Rotation rotation_of(const PackedTables& tables) {
  const auto size = static_cast<Eigen::Index>(tables.dimension);
  return {tables.rotation.data(), size, size};
}

template <class T>
const T* numbers_from(const PackedTables& tables, std::size_t first, std::size_t columns) {
  return static_cast<const T*>(tables.numbers) + first * columns;
}

}  // namespace

PackedVectors::PackedVectors(PackedTables tables) : tables_(std::move(tables)), kernels_(packed_kernels()) {
  if (tables_.rotation.empty()) return;
  // Lengths are those of coordinates only if the rotation keeps them. A few vectors tell: its product with its
  // transpose would take long.
  const auto rotation = rotation_of(tables_);
  Rng rng(1);
  for (int i = 0; i < 4; ++i) {
    Eigen::VectorXf vector(rotation.rows());
    for (float& number : vector) number = rng.uniform() - 0.5F;
    const Eigen::VectorXf turned = rotation.transpose() * vector;
    const Eigen::VectorXf back = rotation * turned;
    if (!((back - vector).norm() < 1e-4F * vector.norm())) throw Error("the rotation is not orthogonal");
  }
}

void PackedVectors::coordinates(std::size_t first, std::size_t count, float* to) const {
  const std::size_t size = tables_.dimension;
  switch (tables_.precision) {
    case Precision::f16:
      return kernels_.widen_half(numbers_from<std::uint16_t>(tables_, first, size), count * size, to);
    case Precision::bf16:
      return kernels_.widen_bf16(numbers_from<std::uint16_t>(tables_, first, size), count * size, to);
    case Precision::int8:
      kernels_.widen_int8(numbers_from<std::int8_t>(tables_, first, size), count * size, to);
      break;
    case Precision::pq:
      for (std::size_t i = 0; i < count; ++i)
        decode_parts(tables_.centroids, size,
                     {numbers_from<std::uint8_t>(tables_, first + i, tables_.parts), tables_.parts}, to + i * size);
      break;
    case Precision::f32:
      break;
  }
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t c = 0; c < size; ++c) to[i * size + c] *= tables_.scales[first + i];
}

void PackedVectors::unpack(std::size_t first, std::size_t count, float* to) const {
  coordinates(first, count, to);
  if (tables_.rotation.empty()) return;
  const std::size_t size = tables_.dimension;
  std::vector<float> before(size);
  for (std::size_t i = 0; i < count; ++i) {
    float* const row = to + i * size;
    std::copy_n(row, size, before.begin());
    std::fill_n(row, size, 0.0f);
    for (std::size_t k = 0; k < size; ++k) {
      const float* const turned = tables_.rotation.data() + k * size;
      for (std::size_t c = 0; c < size; ++c) row[c] += before[k] * turned[c];
    }
  }
}

MatrixView PackedVectors::unpacked() const {
  std::call_once(once_, [&] {
    Matrix all(static_cast<Eigen::Index>(rows()), static_cast<Eigen::Index>(dimension()));
    parallel_ranges(rows(), 4096, 0, [&](std::size_t begin, std::size_t end) {
      unpack(begin, end - begin, all.data() + begin * dimension());
    });
    unpacked_ = std::move(all);
  });
  return {unpacked_.data(), unpacked_.rows(), unpacked_.cols()};
}

void PackedVectors::query_coordinates(std::span<const double> query, float* to) const {
  Eigen::Map<Eigen::VectorXf> result(to, static_cast<Eigen::Index>(query.size()));
  const Eigen::Map<const Eigen::VectorXd> vector(query.data(), result.size());
  if (tables_.rotation.empty())
    result = vector.cast<float>();
  else
    for (Eigen::Index k = 0; k < result.size(); ++k)
      result[k] = static_cast<float>(rotation_of(tables_).row(k).cast<double>().dot(vector));
}

std::vector<float> PackedVectors::prepared(const float* coordinates) const {
  const std::size_t size = tables_.dimension, parts = tables_.parts;
  if (tables_.precision != Precision::pq) return {coordinates, coordinates + size};
  std::vector<float> tables(parts * centroids_of_part);
  for (std::size_t k = 0; k < centroids_of_part; ++k) {
    const float* const centroids = tables_.centroids.data() + k * size;
    for (std::size_t p = 0; p < parts; ++p) {
      float sum = 0;
      for (std::size_t c = part_begin(p, parts, size); c < part_begin(p + 1, parts, size); ++c)
        sum += centroids[c] * coordinates[c];
      tables[p * centroids_of_part + k] = sum;
    }
  }
  return tables;
}

void PackedVectors::scan(std::size_t first, std::size_t count, const std::vector<float>& prepared, const float* scales,
                         float* to) const {
  const std::size_t size = tables_.dimension;
  switch (tables_.precision) {
    case Precision::f16:
      return kernels_.scan_half(numbers_from<std::uint16_t>(tables_, first, size), count, size, scales, prepared.data(),
                                to);
    case Precision::bf16:
      return kernels_.scan_bf16(numbers_from<std::uint16_t>(tables_, first, size), count, size, scales, prepared.data(),
                                to);
    case Precision::int8:
      kernels_.scan_int8(numbers_from<std::int8_t>(tables_, first, size), count, size, tables_.scales.data() + first,
                         prepared.data(), to);
      break;
    case Precision::pq:
      kernels_.scan_codes(numbers_from<std::uint8_t>(tables_, first, tables_.parts), count, tables_.parts,
                          tables_.scales.data() + first, prepared.data(), to);
      break;
    case Precision::f32:
      break;
  }
  for (std::size_t i = 0; i < count; ++i) to[i] *= scales[i];
}

}  // namespace equivec
