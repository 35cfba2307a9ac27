#include "src/train/row_packing.hpp"

#include "equivec/base/rng.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <limits>
#include <vector>

using namespace equivec;

TEST_CASE("row_packing: a number comes back within half a unit") {
  Rng rng(3);
  const int bits = GENERATE(4, 8);
  const std::size_t dimension = GENERATE(1u, 2u, 7u, 16u, 101u);
  const RowPacking packing(dimension, bits);
  CHECK(packing.bytes() == 4 + (bits == 8 ? dimension : (dimension + 1) / 2));
  std::vector<float> row(dimension);
  float most = 0;
  for (float& number : row) {
    number = rng.uniform() - 0.5f;
    most = std::max(most, std::abs(number));
  }
  std::vector<char> packed(packing.bytes());
  CHECK(packing.pack(row.data(), packed.data()) == most);
  std::vector<float> sum(dimension, 1);
  packing.add(packed.data(), 1, sum.data());
  const float unit = most / (bits == 4 ? 7 : 127);
  for (std::size_t c = 0; c < dimension; ++c) CHECK(std::abs(sum[c] - 1 - row[c]) <= unit * 0.5001f + 1e-6f);
  packing.add(packed.data(), -1, sum.data());
  for (const float number : sum) CHECK(std::abs(number - 1) < 1e-6f);
}

TEST_CASE("row_packing: zeros stay zeros and what is not finite is told") {
  const RowPacking packing(3, 4);
  std::vector<char> packed(packing.bytes());
  std::vector<float> row = {0, 0, 0};
  CHECK(packing.pack(row.data(), packed.data()) == 0);
  packing.add(packed.data(), 1, row.data());
  CHECK(row == std::vector<float>{0, 0, 0});
  row[1] = std::numeric_limits<float>::quiet_NaN();
  CHECK_FALSE(packing.pack(row.data(), packed.data()) < 1e30f);
  row[1] = -std::numeric_limits<float>::infinity();
  CHECK_FALSE(packing.pack(row.data(), packed.data()) < 1e30f);
}
