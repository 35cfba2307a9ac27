#include "equivec/base/rng.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <random>

using namespace equivec;

TEST_CASE("rng: the numbers are those of SplitMix64") {
  // Seed and stream 0 give state 0, whose numbers are published with the algorithm.
  Rng zero(0);
  CHECK(zero() == 0xE220A8397B1DCDAFu);
  CHECK(zero() == 0x6E789E6AA1B965F4u);
  CHECK(zero() == 0x06C45D188009454Fu);
  CHECK(Rng(1)() == 4720248854425330031u);
}

TEST_CASE("rng: the numbers depend only on seed and stream") {
  for (const std::uint64_t seed : {0u, 1u, 77u}) {
    for (const std::uint64_t stream : {0u, 1u, 1000u}) {
      Rng a(seed, stream), b(seed, stream);
      for (int i = 0; i < 10; ++i) CHECK(a() == b());
    }
  }
}

TEST_CASE("rng: neighbouring seeds and streams differ in half of their bits") {
  // The number of different bits among 3200 has a standard deviation of 28; the limit is five of them.
  const auto distance = [](Rng a, Rng b) {
    int bits = 0;
    for (int i = 0; i < 50; ++i) bits += std::popcount(a() ^ b());
    return bits;
  };
  CHECK(std::abs(distance(Rng(1), Rng(2)) - 1600) < 140);
  CHECK(std::abs(distance(Rng(1, 0), Rng(1, 1)) - 1600) < 140);
  CHECK(std::abs(distance(Rng(1, 7), Rng(1, 8)) - 1600) < 140);
  CHECK(std::abs(distance(Rng(0, 1), Rng(1, 0)) - 1600) < 140);
}

TEST_CASE("rng: it can be used at compile time and by the standard library") {
  STATIC_REQUIRE(Rng(1)() == 4720248854425330031u);
  STATIC_REQUIRE(std::uniform_random_bit_generator<Rng>);
}

TEST_CASE("rng: uniform numbers lie in the unit interval on a grid of 2^-24") {
  Rng rng(3);
  constexpr int draws = 100000;
  double sum = 0;
  bool inside = true, on_grid = true;
  for (int i = 0; i < draws; ++i) {
    const float x = rng.uniform();
    inside = inside && x >= 0 && x < 1;
    on_grid = on_grid && x * 0x1p24F == std::floor(x * 0x1p24F);
    sum += static_cast<double>(x);
  }
  CHECK(inside);
  CHECK(on_grid);
  // The mean of n draws has a standard deviation of 1 / sqrt(12 n) = 0.0009; the limit is five of them.
  CHECK(sum / draws == Approx(0.5).margin(0.0046));
}

TEST_CASE("rng: below draws each number as often as the others") {
  constexpr int draws = 100000;
  std::array<int, 7> drawn{};
  Rng rng(4);
  for (int i = 0; i < draws; ++i) {
    const std::uint32_t number = rng.below(7);
    REQUIRE(number < 7);
    ++drawn[number];
  }
  double statistic = 0;
  for (const int count : drawn) statistic += std::pow(count - draws / 7.0, 2) / (draws / 7.0);
  CHECK(statistic < chi_square_limit(6));
}

TEST_CASE("rng: below(1) is always zero and the largest bound is kept") {
  Rng rng(5);
  bool zero = true, bounded = true;
  for (int i = 0; i < 1000; ++i) {
    zero = zero && rng.below(1) == 0;
    bounded = bounded && rng.below(0xFFFFFFFFu) < 0xFFFFFFFFu;
  }
  CHECK(zero);
  CHECK(bounded);
}
