#include "src/base/half.hpp"

#include "equivec/base/rng.hpp"

#include "catch.hpp"

#include <cmath>
#include <limits>

using namespace equivec;

TEST_CASE("half: every finite number of 16 bits comes back from a float") {
  bool same = true;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto number = static_cast<std::uint16_t>(bits);
    if (std::isfinite(half_to_float(number))) same = same && float_to_half(half_to_float(number)) == number;
    if (std::isfinite(bf16_to_float(number))) same = same && float_to_bf16(bf16_to_float(number)) == number;
  }
  CHECK(same);
}

TEST_CASE("half: hand-worked values") {
  CHECK(half_to_float(0x3C00) == 1);
  CHECK(half_to_float(0xC000) == -2);
  CHECK(half_to_float(0x7BFF) == 65504);
  CHECK(half_to_float(0x0001) == 0x1p-24F);
  CHECK(half_to_float(0x0400) == 0x1p-14F);
  CHECK(std::isinf(half_to_float(0x7C00)));
  CHECK(std::isnan(half_to_float(0x7C01)));
  CHECK(float_to_half(65519) == 0x7BFF);
  CHECK(float_to_half(65520) == 0x7C00);
  CHECK(float_to_half(-0.0F) == 0x8000);
  CHECK(bf16_to_float(0x3F80) == 1);
  CHECK(float_to_bf16(std::numeric_limits<float>::max()) == 0x7F80);
}

namespace {

/// The value lies between two neighbours of the format; the nearer one was taken, and in the middle the even one.
template <class Widen>
bool is_nearest(float value, std::uint16_t taken, const Widen& widen) {
  const double found = std::abs(static_cast<double>(widen(taken)) - static_cast<double>(value));
  for (const int step : {-1, 1}) {
    const auto other = static_cast<std::uint16_t>(taken + step);
    if ((other ^ taken) & 0x8000 || !std::isfinite(widen(other))) continue;
    const double distance = std::abs(static_cast<double>(widen(other)) - static_cast<double>(value));
    if (distance < found || (distance == found && taken % 2 == 1)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("half: numbers are rounded to the nearest, of equally near ones to the even") {
  Rng rng(1);
  bool half = true, bf16 = true;
  for (int i = 0; i < 200000; ++i) {
    const float value = std::ldexp(rng.uniform() - 0.5F, static_cast<int>(rng.below(44)) - 28);
    half = half && (std::abs(value) >= 65520 || is_nearest(value, float_to_half(value), half_to_float));
    bf16 = bf16 && is_nearest(value, float_to_bf16(value), bf16_to_float);
  }
  CHECK(half);
  CHECK(bf16);
  for (std::uint32_t bits = 0; bits < 0x7BFF; ++bits) {
    const auto number = static_cast<std::uint16_t>(bits);
    const float middle = (half_to_float(number) + half_to_float(static_cast<std::uint16_t>(number + 1))) / 2;
    half = half && float_to_half(middle) == number + number % 2;
  }
  CHECK(half);
}
