#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace equivec {

/// Bytes that are looked at together. Loops over them have no branch, so compilers make vector instructions of them.
inline constexpr std::size_t flag_width = 64;

/// For each byte, 0 or 1.
using ByteFlags = std::array<std::uint8_t, flag_width>;

/// Bit i is the lowest bit of byte i.
inline std::uint64_t bits_of(const ByteFlags& flags) noexcept {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < flag_width; i += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, flags.data() + i, 8);
    // Bit k of the product's highest byte is the lowest bit of byte k.
    bits |= (eight * 0x0102040810204080u >> 56) << i;
  }
  return bits;
}

}  // namespace equivec
