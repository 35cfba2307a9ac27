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

TEST_CASE("search kernels: scores of several products are those of double arithmetic") {
  for (const SearchKernels& kernel : kernels())
    for (const std::size_t count : {1u, 3u, 16u, 17u, 100u}) {
      CAPTURE(kernel.instruction_set, count);
      // Products of unit vectors.
      std::vector<float> q = random_numbers(count, 1), r = random_numbers(count, 2), s = random_numbers(count, 3);
      for (std::vector<float>* numbers : {&q, &r, &s})
        for (float& number : *numbers) number *= 1.99F;
      double ratios = 0, directions = 0, probabilities = 0;
      std::vector<float> by_ratio = q, by_direction = q, by_probability = q;
      kernel.ratios(by_ratio.data(), r.data(), s.data(), 0.001F, count);
      kernel.directions(by_direction.data(), r.data(), 0.25F, count);
      kernel.probabilities(by_probability.data(), r.data(), -0.5F, count);
      for (std::size_t i = 0; i < count; ++i) {
        const double a = static_cast<double>(q[i]), b = static_cast<double>(r[i]), c = static_cast<double>(s[i]);
        const auto worse = [](double& worst, float found, double expected) {
          worst = std::max(worst, std::abs(static_cast<double>(found) / expected - 1));
        };
        worse(ratios, by_ratio[i], (1 + a) / 2 * (1 + b) / 2 / ((1 + c) / 2 + 0.001));
        worse(directions, by_direction[i], (a - 0.25) / std::sqrt(2 - 2 * b));
        worse(probabilities, by_probability[i], b / (1 + std::exp(-a + 0.5)));
      }
      CHECK(ratios < 2e-5);  // 1 + s is small where s is near to -1
      CHECK(directions < 2e-5);
      CHECK(probabilities < 1e-6);
    }
}

TEST_CASE("search kernels: a probability of a far score is 0 or 1 and no NaN") {
  for (const SearchKernels& kernel : kernels()) {
    CAPTURE(kernel.instruction_set);
    std::vector<float> scores = {-1000, 1000, -90, 90};
    const std::vector<float> similarities(4, 0.5F);
    kernel.probabilities(scores.data(), similarities.data(), 0, 4);
    CHECK(scores[0] >= 0);
    CHECK(scores[0] < 1e-30F);
    CHECK(scores[1] == 0.5F);
    CHECK(scores[2] < 1e-30F);
    CHECK(scores[3] == 0.5F);
  }
}
