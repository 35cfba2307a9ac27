#pragma once

#include <cstddef>

namespace equivec {

/// The order of a table's rows in memory.
enum class RowOrder {
  plain,     ///< one after the other
  scattered  ///< rows with neighbouring numbers are far apart
};

/// Rows of floats for training: each begins at a multiple of 64 bytes and is padded with zeros, in huge pages where the
/// system has them. Initially zero. Words are numbered by frequency, and processors prefetch memory after what is read:
/// if frequent words' rows are adjacent, a thread that reads one takes its neighbours from the thread that is writing
/// them. Scattered, the rows next to them are those of rare words.
class Table {
 public:
  Table() = default;
  /// Throws Error if there is not enough memory.
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
  // Row i is at position (i & mask) * distance + (i >> shift).
  std::size_t mask_ = 0, shift_ = 0, distance_ = 0;
};

/// Asks for a row that will be read or changed soon.
inline void prefetch_row(const float* row, std::size_t stride) {
  for (std::size_t c = 0; c < stride; c += 16) __builtin_prefetch(row + c, 1);
}

}  // namespace equivec
