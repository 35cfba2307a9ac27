#include "src/kernels/packed_kernels.hpp"

#include "equivec/base/rng.hpp"
#include "src/base/half.hpp"

#include "catch.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

using namespace equivec;

namespace {

const std::vector<PackedKernels>& packed_targets() {
  static const std::vector<PackedKernels> all = all_packed_kernels();
  return all;
}

std::vector<float> random_floats(std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> result(count);
  for (float& number : result) number = rng.uniform() - 0.5F;
  return result;
}

/// The largest error of a scan, against double; rows are widened by `widen`.
template <class Stored, class Scan, class Widen>
double scan_error(const std::vector<Stored>& rows, std::size_t count, std::size_t dimension, const Scan& scan,
                  const Widen& widen) {
  const std::vector<float> scales = random_floats(count, count), query = random_floats(dimension, dimension);
  std::vector<float> found(count);
  scan(rows.data(), count, dimension, scales.data(), query.data(), found.data());
  double worst = 0;
  for (std::size_t r = 0; r < count; ++r) {
    double expected = 0, size = 1e-9;
    for (std::size_t c = 0; c < dimension; ++c) {
      const double term = static_cast<double>(widen(rows[r * dimension + c])) * static_cast<double>(query[c]);
      expected += term;
      size += std::abs(term);
    }
    worst = std::max(worst, std::abs(static_cast<double>(found[r]) - expected * static_cast<double>(scales[r])) / size);
  }
  return worst;
}

}  // namespace

TEST_CASE("packed kernels: every number of 16 or 8 bits becomes the float that it stands for") {
  std::vector<std::uint16_t> numbers(0x10000 + 3);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<std::uint16_t>(i);
  std::vector<std::int8_t> integers(256 + 3);
  for (std::size_t i = 0; i < integers.size(); ++i) integers[i] = static_cast<std::int8_t>(i);
  for (const PackedKernels& kernels : packed_targets()) {
    CAPTURE(kernels.instruction_set);
    std::vector<float> half(numbers.size()), bf16(numbers.size()), int8(integers.size());
    kernels.widen_half(numbers.data(), numbers.size(), half.data());
    kernels.widen_bf16(numbers.data(), numbers.size(), bf16.data());
    kernels.widen_int8(integers.data(), integers.size(), int8.data());
    const auto same = [](float a, float b) {
      return std::isnan(a) ? std::isnan(b) : std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
    };
    bool right = true;
    for (std::size_t i = 0; i < numbers.size(); ++i)
      right = right && same(half[i], half_to_float(numbers[i])) && same(bf16[i], bf16_to_float(numbers[i]));
    for (std::size_t i = 0; i < integers.size(); ++i) right = right && int8[i] == static_cast<float>(integers[i]);
    CHECK(right);
  }
}

TEST_CASE("packed kernels: scanned rows have the inner products of double arithmetic") {
  for (const PackedKernels& kernels : packed_targets())
    for (const std::size_t dimension : {1u, 3u, 7u, 8u, 15u, 16u, 17u, 33u, 100u, 300u})
      for (const std::size_t count : {1u, 2u, 5u, 8u, 13u}) {
        CAPTURE(kernels.instruction_set, dimension, count);
        // Exactly as long as required, so that sanitizers detect reads beyond the end.
        const std::vector<float> numbers = random_floats(count * dimension, dimension + count);
        std::vector<std::uint16_t> half(numbers.size()), bf16(numbers.size());
        std::vector<std::int8_t> int8(numbers.size());
        std::ranges::transform(numbers, half.begin(), float_to_half);
        std::ranges::transform(numbers, bf16.begin(), float_to_bf16);
        std::ranges::transform(numbers, int8.begin(), [](float x) { return static_cast<std::int8_t>(x * 254); });
        const double limit = 1e-7 * static_cast<double>(dimension + 8);
        CHECK(scan_error(half, count, dimension, kernels.scan_half, half_to_float) < limit);
        CHECK(scan_error(bf16, count, dimension, kernels.scan_bf16, bf16_to_float) < limit);
        CHECK(scan_error(int8, count, dimension, kernels.scan_int8, [](std::int8_t x) { return x; }) < limit);
      }
}

TEST_CASE("packed kernels: codes are summed from their tables") {
  Rng rng(3);
  for (const PackedKernels& kernels : packed_targets())
    for (const std::size_t parts : {1u, 2u, 7u, 8u, 9u, 16u, 25u})
      for (const std::size_t count : {1u, 7u, 8u, 9u, 30u}) {
        CAPTURE(kernels.instruction_set, parts, count);
        std::vector<std::uint8_t> codes(parts * count);
        for (std::uint8_t& code : codes) code = static_cast<std::uint8_t>(rng.below(256));
        const std::vector<float> tables = random_floats(parts * 256, parts), scales = random_floats(count, count);
        std::vector<float> found(count);
        kernels.scan_codes(codes.data(), count, parts, scales.data(), tables.data(), found.data());
        double worst = 0;
        for (std::size_t r = 0; r < count; ++r) {
          double sum = 0;
          for (std::size_t p = 0; p < parts; ++p) sum += static_cast<double>(tables[256 * p + codes[r * parts + p]]);
          worst = std::max(worst, std::abs(sum * static_cast<double>(scales[r]) - static_cast<double>(found[r])));
        }
        CHECK(worst < 1e-7 * static_cast<double>(parts + 8));
      }
}
