#include "equivec/base/rng.hpp"
#include "src/kernels/search_kernels.hpp"

#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
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
        // Exactly as long as required, so that sanitizers detect reads beyond the end.
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

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// Numbers as the kernels require them: padded to a multiple of 16.
std::vector<float> padded_numbers(std::size_t count, std::uint64_t seed, float factor = 1) {
  std::vector<float> result = random_numbers((count + 15) / 16 * 16, seed);
  for (float& number : result) number *= factor;
  for (std::size_t i = count; i < result.size(); ++i) result[i] = 1e30F;  // must not be selected
  return result;
}

/// Checks that select(threshold, to) finds the rows with scores of at least the threshold, within `accuracy`.
template <class Select>
void check_selection(std::size_t count, const std::vector<double>& scores, double accuracy, const Select& select) {
  for (const double threshold : {-1e9, -0.3, 0.0, 0.25, 0.7, 1.1}) {
    CAPTURE(count, threshold);
    std::vector<SelectedRow> found(count);
    found.resize(select(static_cast<float>(threshold), found.data()));
    std::size_t next = 0;
    bool right = true;
    for (std::size_t i = 0; i < count; ++i) {
      const bool selected = next < found.size() && found[next].row == i;
      const double tolerance = accuracy * (1 + std::abs(scores[i]));
      if (selected)
        right = right && std::abs(static_cast<double>(found[next++].score) - scores[i]) <= tolerance &&
                scores[i] >= threshold - tolerance;
      else
        right = right && !(scores[i] >= threshold + tolerance);
    }
    CHECK(right);
    CHECK(next == found.size());
  }
}

}  // namespace

TEST_CASE("search kernels: products and distances of two rows are those of double arithmetic") {
  for (const SearchKernels& kernel : kernels())
    for (std::size_t dimension = 1; dimension < 140; ++dimension) {
      CAPTURE(kernel.instruction_set, dimension);
      // Exactly as long as required, so that sanitizers detect reads beyond the end.
      const std::vector<float> a = random_numbers(dimension, dimension),
                               b = random_numbers(dimension, 1000 + dimension);
      std::vector<float> difference(dimension);
      std::ranges::transform(a, b, difference.begin(), std::minus());
      const auto near = [](float found, double expected) {
        return std::abs(static_cast<double>(found) - expected) < 1e-5;
      };
      CHECK(near(kernel.product(a.data(), b.data(), dimension), product(a.data(), b.data(), dimension)));
      CHECK(near(kernel.square_distance(a.data(), b.data(), dimension),
                 product(difference.data(), difference.data(), dimension)));
      CHECK(kernel.square_distance(a.data(), a.data(), dimension) == 0);
    }
}

TEST_CASE("search kernels: rows are selected by the scores of double arithmetic, a NaN never") {
  for (const SearchKernels& kernel : kernels())
    for (const std::size_t count : {0u, 1u, 3u, 15u, 16u, 17u, 100u, 1000u}) {
      CAPTURE(kernel.instruction_set, count);
      // Products of unit vectors lie between -1 and 1.
      std::vector<float> q = padded_numbers(count, 1, 1.99F);
      const std::vector<float> r = padded_numbers(count, 2, 1.99F), s = padded_numbers(count, 3, 1.99F),
                               h = padded_numbers(count, 4);
      for (std::size_t i = 5; i < count; i += 7) q[i] = not_a_number;
      const auto scores = [&](auto&& f) {
        std::vector<double> result;
        for (std::size_t i = 0; i < count; ++i)
          result.push_back(f(static_cast<double>(q[i]), static_cast<double>(r[i]), static_cast<double>(s[i]),
                             static_cast<double>(h[i])));
        return result;
      };
      check_selection(count, scores([](double a, double, double, double) { return a; }), 0,
                      [&](float t, SelectedRow* to) { return kernel.select(q.data(), count, t, to); });
      check_selection(
          count, scores([](double a, double, double, double e) { return a - e; }), 1e-6,
          [&](float t, SelectedRow* to) { return kernel.select_difference(q.data(), h.data(), count, t, to); });
      check_selection(count, scores([](double a, double b, double c, double) { return a - b + c; }), 1e-6,
                      [&](float t, SelectedRow* to) {
                        return kernel.select_offset(q.data(), r.data(), s.data(), nullptr, count, t, to);
                      });
      check_selection(count, scores([](double a, double b, double c, double e) { return a - b + c - e; }), 1e-6,
                      [&](float t, SelectedRow* to) {
                        return kernel.select_offset(q.data(), r.data(), s.data(), h.data(), count, t, to);
                      });
      // 1 + r is small where r is near to -1, and 1 - s where s is near to 1.
      check_selection(count,
                      scores([](double a, double b, double c, double) { return (1 + a) * (1 + c) / (1.002 + b); }),
                      3e-5, [&](float t, SelectedRow* to) {
                        return kernel.select_ratio(q.data(), r.data(), s.data(), 0.001F, count, t, to);
                      });
      check_selection(
          count, scores([](double a, double b, double c, double) { return (a - b - 0.25) / std::sqrt(2 - 2 * c); }),
          3e-5, [&](float t, SelectedRow* to) {
            return kernel.select_direction(q.data(), r.data(), s.data(), 0.25F, count, t, to);
          });
      for (float& number : q)
        if (std::isnan(number)) number = 0.5F;
      check_selection(
          count, scores([](double a, double, double c, double) { return c / (1 + std::exp(0.5 - a)); }), 1e-6,
          [&](float t, SelectedRow* to) { return kernel.select_probability(q.data(), s.data(), -0.5F, count, t, to); });
    }
}

TEST_CASE("search kernels: a probability of a far score is 0 or 1 and no NaN") {
  for (const SearchKernels& kernel : kernels()) {
    CAPTURE(kernel.instruction_set);
    std::vector<float> scores(16, -1000);
    scores[1] = 1000;
    scores[2] = -90;
    scores[3] = 90;
    const std::vector<float> similarities(16, 0.5F);
    std::vector<SelectedRow> found(4);
    REQUIRE(kernel.select_probability(scores.data(), similarities.data(), 0, 4, 0, found.data()) == 4);
    CHECK(found[0].score < 1e-30F);
    CHECK(found[1].score == 0.5F);
    CHECK(found[2].score < 1e-30F);
    CHECK(found[3].score == 0.5F);
  }
}

TEST_CASE("search kernels: a direction that is only rounding stays a candidate") {
  for (const SearchKernels& kernel : kernels()) {
    CAPTURE(kernel.instruction_set);
    const std::vector<float> zeros(16, 0), ones(16, 1);
    std::vector<SelectedRow> found(1);
    REQUIRE(kernel.select_direction(zeros.data(), zeros.data(), ones.data(), 0.1F, 1, 0.9F, found.data()) == 1);
    CHECK(found[0].score == 2);
  }
}
