#pragma once

#include <cstddef>

namespace equivec {

/// Where the rows of a table stand.
enum class RowOrder {
  plain,     ///< one after the other
  scattered  ///< rows with neighbouring numbers stand apart
};

/// Rows of floats for training: each begins at a multiple of 64 bytes and is padded with zeros, all of them in huge
/// pages where the system has them. Zero at first. Words are numbered by their counts, and processors fetch memory
/// ahead of what is read: where frequent words' rows stand side by side, a thread that reads one takes its neighbours
/// from the thread that is writing them. Scattered, they have rare words' rows beside them.
class Table {
 public:
  Table() = default;
  /// Throws Error if there is not so much memory.
  Table(std::size_t rows, std::size_t dimension, RowOrder order = RowOrder::plain);
  Table(Table&& other) noexcept;
  Table& operator=(Table&& other) noexcept;
  ~Table();

  std::size_t rows() const noexcept { return rows_; }
  std::size_t dimension() const noexcept { return dimension_; }
  std::size_t stride() const noexcept { return stride_; }  ///< floats from row to row
  float* row(std::size_t i) const noexcept { return data_ + ((i & mask_) * distance_ + (i >> shift_)) * stride_; }
  std::size_t bytes() const noexcept { return bytes_of((mask_ + 1) * distance_, dimension_); }

  static std::size_t stride_of(std::size_t dimension) noexcept { return (dimension + 15) / 16 * 16; }
  static std::size_t bytes_of(std::size_t rows, std::size_t dimension) noexcept {
    return rows * stride_of(dimension) * sizeof(float);
  }

 private:
  std::size_t mapped() const noexcept;

  void* memory_ = nullptr;
  float* data_ = nullptr;
  std::size_t rows_ = 0, dimension_ = 0, stride_ = 0;
  // Row i stands in place (i & mask) * distance + (i >> shift).
  std::size_t mask_ = 0, shift_ = 0, distance_ = 0;
};

}  // namespace equivec
