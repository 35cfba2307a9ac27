#pragma once

#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace equivec {

/// Words drawn without replacement, in the order of the vocabulary (Knuth's algorithm S); all if there are no more.
inline std::vector<WordId> drawn_words(std::size_t size, std::size_t wanted, std::uint64_t seed) {
  std::vector<WordId> result;
  Rng rng(seed);
  for (std::size_t i = 0; i < size && result.size() < wanted; ++i)
    if (rng.uniform_double() * static_cast<double>(size - i) < static_cast<double>(wanted - result.size()))
      result.push_back(word_id(i));
  return result;
}

}  // namespace equivec
