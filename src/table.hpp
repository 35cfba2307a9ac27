#pragma once

#include <cstddef>

namespace equivec {

/// Rows of floats for training: each begins at a multiple of 64 bytes and is padded with zeros, all of them in huge
/// pages where the system has them. Zero at first.
class Table {
 public:
  Table() = default;
  /// Throws Error if there is not so much memory.
  Table(std::size_t rows, std::size_t dimension);
  Table(Table&& other) noexcept;
  Table& operator=(Table&& other) noexcept;
  ~Table();

  std::size_t rows() const noexcept { return rows_; }
  std::size_t dimension() const noexcept { return dimension_; }
  std::size_t stride() const noexcept { return stride_; }  ///< floats from row to row
  float* row(std::size_t i) const noexcept { return data_ + i * stride_; }
  std::size_t bytes() const noexcept { return bytes_of(rows_, dimension_); }

  static std::size_t stride_of(std::size_t dimension) noexcept { return (dimension + 15) / 16 * 16; }
  static std::size_t bytes_of(std::size_t rows, std::size_t dimension) noexcept {
    return rows * stride_of(dimension) * sizeof(float);
  }

 private:
  std::size_t mapped() const noexcept;

  void* memory_ = nullptr;
  float* data_ = nullptr;
  std::size_t rows_ = 0, dimension_ = 0, stride_ = 0;
};

}  // namespace equivec
