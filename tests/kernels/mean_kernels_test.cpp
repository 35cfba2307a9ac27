#include "src/kernels/mean_kernels.hpp"

#include "equivec/base/rng.hpp"

#include "catch.hpp"

#include <cmath>
#include <limits>
#include <vector>

using namespace equivec;

namespace {

const std::vector<MeanKernels>& mean_targets() {
  static const std::vector<MeanKernels> all = all_mean_kernels();
  return all;
}

std::vector<std::vector<float>> random_rows(std::size_t count, std::size_t dimension) {
  Rng rng(3, count);
  std::vector<std::vector<float>> rows(count, std::vector<float>(dimension));
  for (auto& row : rows)
    for (float& number : row) number = rng.uniform() - 0.3F;
  return rows;
}

}  // namespace

TEST_CASE("mean kernels: weighted sums of rows are those of doubles, for any dimension") {
  for (const MeanKernels& kernels : mean_targets()) {
    CAPTURE(kernels.instruction_set);
    for (const std::size_t dimension : {1U, 3U, 7U, 8U, 9U, 31U, 32U, 33U, 100U, 300U}) {
      const auto rows = random_rows(5, dimension);
      std::vector<const float*> places;
      for (const auto& row : rows) places.push_back(row.data());
      const std::vector<double> weights = {1, -0.25, 0, 1e-3, 7};
      std::vector<double> found(dimension, 99);
      kernels.weighted_sum(places.data(), weights.data(), rows.size(), dimension, found.data());
      double worst = 0;
      for (std::size_t c = 0; c < dimension; ++c) {
        double expected = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) expected += weights[i] * static_cast<double>(rows[i][c]);
        worst = std::max(worst, std::abs(found[c] - expected));
      }
      CHECK(worst < 1e-14);
      kernels.weighted_sum(places.data(), weights.data(), 0, dimension, found.data());
      CHECK(found == std::vector<double>(dimension, 0.0));
    }
  }
}

TEST_CASE("mean kernels: the sum of squares is zero only of zeros, and not finite if a number is not") {
  for (const MeanKernels& kernels : mean_targets()) {
    CAPTURE(kernels.instruction_set);
    for (const std::size_t dimension : {1U, 8U, 13U, 100U}) {
      const auto rows = random_rows(1, dimension);
      double expected = 0;
      for (const float number : rows[0]) expected += static_cast<double>(number) * static_cast<double>(number);
      CHECK(std::abs(kernels.sum_of_squares(rows[0].data(), dimension) - expected) < 1e-13);
      for (std::size_t place = 0; place < dimension; ++place) {
        std::vector<float> row(dimension);
        CHECK(kernels.sum_of_squares(row.data(), dimension) == 0);
        row[place] = std::numeric_limits<float>::denorm_min();
        CHECK(kernels.sum_of_squares(row.data(), dimension) > 0);
        row[place] = std::numeric_limits<float>::max();
        CHECK(std::isfinite(kernels.sum_of_squares(row.data(), dimension)));
        for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
          row[place] = bad;
          CHECK(!std::isfinite(kernels.sum_of_squares(row.data(), dimension)));
        }
      }
    }
  }
}
