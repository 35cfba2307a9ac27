#pragma once

#include "equivec/math/permutation_test.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace equivec {

using Values = std::vector<double>;

/// The number of choices of first.size() values whose sum is at least that of `first`, by enumeration.
inline std::uint64_t enumerated(const Values& first, const Values& second) {
  Values all = first;
  all.insert(all.end(), second.begin(), second.end());
  const double observed = std::accumulate(first.begin(), first.end(), 0.0);
  std::uint64_t count = 0;
  for (std::uint32_t choice = 0; choice < 1U << all.size(); ++choice) {
    if (static_cast<std::size_t>(std::popcount(choice)) != first.size()) continue;
    double sum = 0;
    for (std::size_t i = 0; i < all.size(); ++i) sum += (choice >> i & 1) != 0 ? all[i] : 0;
    count += sum > observed - 1e-11;
  }
  return count;
}

inline PermutationOptions drawing(int draws, std::uint64_t seed = 1) {
  PermutationOptions options;
  options.exact = false;
  options.draws = draws;
  options.seed = seed;
  return options;
}

}  // namespace equivec
