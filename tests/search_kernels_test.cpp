#include "src/kernels/search_kernels.hpp"

#include "equivec/rng.hpp"

#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace equivec;

namespace {

const std::vector<SearchKernels>& kernels() {
  static const std::vector<SearchKernels> all = all_search_kernels();
  return all;
}

std::vector<float> random_numbers(std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> result(count);
  for (float& number : result) number = rng.uniform() - 0.5F;
  return result;
}

/// In double.
double product(const float* a, const float* b, std::size_t dimension) {
  double sum = 0;
  for (std::size_t c = 0; c < dimension; ++c) sum += static_cast<double>(a[c]) * static_cast<double>(b[c]);
  return sum;
}

}  // namespace

TEST_CASE("search kernels: packed rows and scanned ones have the inner products of double arithmetic") {
  for (const SearchKernels& kernel : kernels())
    for (const std::size_t dimension : {1u, 2u, 3u, 7u, 8u, 15u, 16u, 17u, 31u, 33u, 100u, 300u, 1024u})
      for (const std::size_t count : {1u, 2u, 5u, 47u, 48u, 49u, 100u}) {
        const std::size_t queries = 1 + (dimension + count) % 19, stride = dimension + count % 3;
        CAPTURE(kernel.instruction_set, dimension, count, queries, stride);
        // No longer than they must be, so that sanitizers see who reads beyond.
        const std::vector<float> rows = random_numbers((count - 1) * stride + dimension, dimension),
                                 scales = random_numbers(count, count),
                                 asked = random_numbers(queries * dimension, dimension + count);
        const std::size_t panels = (count + kernel.panel_rows - 1) / kernel.panel_rows,
                          pitch = panels * kernel.panel_rows;
        std::vector<float> packed(pitch * dimension, 7), together(queries * pitch), single(count);
        kernel.pack(rows.data(), stride, count, dimension, scales.data(), packed.data());
        kernel.products(packed.data(), panels, dimension, asked.data(), queries, together.data(), pitch);
        double worst = 0;
        bool padded = true;
        for (std::size_t q = 0; q < queries; ++q) {
          kernel.scan(rows.data(), stride, count, dimension, scales.data(), asked.data() + q * dimension,
                      single.data());
          for (std::size_t r = 0; r < count; ++r) {
            const double expected = static_cast<double>(scales[r]) *
                                    product(rows.data() + r * stride, asked.data() + q * dimension, dimension);
            worst = std::max({worst, std::abs(static_cast<double>(together[q * pitch + r]) - expected),
                              std::abs(static_cast<double>(single[r]) - expected)});
          }
          for (std::size_t r = count; r < pitch; ++r) padded = padded && together[q * pitch + r] == 0;
        }
        CHECK(worst < 1e-7 * static_cast<double>(dimension + 8));
        CHECK(padded);
      }
}

TEST_CASE("search kernels: what is at least the threshold is selected, a NaN never") {
  for (const SearchKernels& kernel : kernels())
    for (const std::size_t count : {0u, 1u, 15u, 16u, 17u, 1000u})
      for (const float threshold : {-2.0F, 0.0F, 0.25F, 0.6F}) {
        CAPTURE(kernel.instruction_set, count, threshold);
        std::vector<float> scores = random_numbers(count, count + 1);
        for (std::size_t i = 0; i < count; i += 7) scores[i] = std::numeric_limits<float>::quiet_NaN();
        for (std::size_t i = 3; i < count; i += 11) scores[i] = threshold;
        std::vector<std::uint32_t> expected, found(count);
        for (std::size_t i = 0; i < count; ++i)
          if (scores[i] >= threshold) expected.push_back(static_cast<std::uint32_t>(i));
        found.resize(kernel.select(scores.data(), count, threshold, found.data()));
        CHECK(found == expected);
      }
}
