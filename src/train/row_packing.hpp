#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace equivec {

/// Rows of numbers in few bits: a number is a whole multiple of the row's unit, which is the largest magnitude over 7
/// (4 bits a number) or over 127 (8 bits). What rounding takes away, the sender keeps (see RankMerger).
class RowPacking {
 public:
  /// bits: 4 or 8.
  RowPacking(std::size_t dimension, int bits) : dimension_(dimension), bits_(bits) {}

  std::size_t bytes() const noexcept { return sizeof(float) + (bits_ == 4 ? half() : dimension_); }

  /// Writes bytes() bytes; returns the largest magnitude, which is not finite if a number is not.
  float pack(const float* row, char* to) const {
    // As whole numbers floats have the order of their magnitudes, and those that are not finite are the largest.
    std::uint32_t largest = 0;
    for (std::size_t c = 0; c < dimension_; ++c) {
      std::uint32_t number;
      std::memcpy(&number, row + c, sizeof number);
      largest = std::max(largest, number & 0x7FFFFFFFu);
    }
    float most;
    std::memcpy(&most, &largest, sizeof most);
    const float levels = bits_ == 4 ? 7 : 127, unit = most / levels;
    std::memcpy(to, &unit, sizeof unit);
    auto* const codes = reinterpret_cast<std::uint8_t*>(to) + sizeof unit;
    if (!(most > 1e-30f && std::isfinite(most))) {  // too small for its inverse, or of no use
      constexpr float none = 0;
      std::memcpy(to, &none, sizeof none);
      std::memset(codes, 0, bytes() - sizeof none);
      return most;
    }
    const float inverse = levels / most;
    if (bits_ == 8) {
      for (std::size_t c = 0; c < dimension_; ++c)
        codes[c] = static_cast<std::uint8_t>(static_cast<int>(row[c] * inverse + 128.5f));
      return most;
    }
    const std::size_t half = this->half(), rest = dimension_ - half;
    for (std::size_t c = 0; c < half; ++c)
      codes[c] = static_cast<std::uint8_t>(static_cast<int>(row[c] * inverse + 8.5f));
    for (std::size_t c = 0; c < rest; ++c)
      codes[c] = static_cast<std::uint8_t>(codes[c] | static_cast<int>(row[half + c] * inverse + 8.5f) << 4);
    return most;
  }

  /// row += factor x what was packed
  void add(const char* from, float factor, float* row) const {
    float unit;
    std::memcpy(&unit, from, sizeof unit);
    unit *= factor;
    const auto* const codes = reinterpret_cast<const std::uint8_t*>(from) + sizeof unit;
    if (bits_ == 8) {
      for (std::size_t c = 0; c < dimension_; ++c) row[c] += unit * static_cast<float>(codes[c] - 128);
      return;
    }
    const std::size_t half = this->half(), rest = dimension_ - half;
    for (std::size_t c = 0; c < half; ++c) row[c] += unit * static_cast<float>((codes[c] & 15) - 8);
    for (std::size_t c = 0; c < rest; ++c) row[half + c] += unit * static_cast<float>((codes[c] >> 4) - 8);
  }

 private:
  std::size_t half() const noexcept { return (dimension_ + 1) / 2; }

  std::size_t dimension_;
  int bits_;
};

}  // namespace equivec
