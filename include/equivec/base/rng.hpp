#pragma once

#include "equivec/base/export.hpp"

#include <cstdint>
#include <limits>

namespace EQUIVEC_EXPORT equivec {

/// SplitMix64 (Steele, Lea and Flood 2014). Gives the same numbers on every platform, unlike the distributions of the
/// standard library.
/// distributions.
///
///   Rng rng(1);
///   rng();         // 4720248854425330031
///   rng.below(6);  // 0..5
///
/// Not thread-safe: give each piece of work its own generator.
class Rng {
 public:
  using result_type = std::uint64_t;

  /// Streams of one seed are independent: give each chunk of work its own stream number.
  explicit constexpr Rng(std::uint64_t seed, std::uint64_t stream = 0) noexcept
      : state_(mix(mix(seed) + stream * 0xD1342543DE82EF95u)) {}

  constexpr std::uint64_t operator()() noexcept { return mix(state_ += step); }

  /// Advances as if `count` numbers had been drawn.
  constexpr void skip(std::uint64_t count) noexcept { state_ += count * step; }

  /// In [0, 1), a multiple of 2^-24.
  constexpr float uniform() noexcept { return static_cast<float>((*this)() >> 40) * 0x1p-24f; }

  /// In [0, 1), a multiple of 2^-53: fine enough to choose among millions of items.
  constexpr double uniform_double() noexcept { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

  /// In [0, n). n > 0. The bias is below n / 2^32.
  constexpr std::uint32_t below(std::uint32_t n) noexcept {
    return static_cast<std::uint32_t>(((*this)() >> 32) * n >> 32);
  }

  static constexpr result_type min() noexcept { return 0; }
  static constexpr result_type max() noexcept { return std::numeric_limits<result_type>::max(); }

 private:
  static constexpr std::uint64_t step = 0x9E3779B97F4A7C15u;

  static constexpr std::uint64_t mix(std::uint64_t z) noexcept {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

}  // namespace equivec
