#pragma once

#include "equivec/base/rng.hpp"
#include "equivec/spaces/lexicon.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace equivec {

/// Different pairs of the first `words` words.
inline std::vector<RelatedPair> random_pairs(std::uint32_t words, std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<RelatedPair> pairs;
  while (pairs.size() < count) {
    const std::uint32_t a = rng.below(words), b = rng.below(words);
    if (a != b) pairs.push_back({word_id(std::min(a, b)), word_id(std::max(a, b))});
  }
  std::ranges::sort(pairs);
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

}  // namespace equivec
