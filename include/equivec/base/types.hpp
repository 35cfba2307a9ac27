#pragma once

#include "equivec/base/export.hpp"

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <span>

namespace EQUIVEC_EXPORT equivec {

/// The number of a word, which is also the number of its row.
/// A type of its own: a position in a sentence does not convert to a word.
enum class WordId : std::uint32_t {};

constexpr std::size_t index(WordId id) noexcept { return static_cast<std::size_t>(id); }
constexpr WordId word_id(std::size_t row) noexcept { return static_cast<WordId>(row); }

/// One vector per row; row-major, so a row is contiguous.
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixView = Eigen::Map<const Matrix>;

/// A view of a vector as an Eigen column, without a copy. The numbers must outlive the view.
inline Eigen::Map<const Eigen::VectorXf> column(std::span<const float> v) {
  return {v.data(), static_cast<Eigen::Index>(v.size())};
}

}  // namespace equivec
