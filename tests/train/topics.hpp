#pragma once

#include "equivec/base/rng.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace equivec {

/// Two topics of so many words each, that never meet in a sentence; some chunks. Few words are changed at every step.
inline std::string text_of_topics(std::size_t words = 4) {
  const std::vector<std::string> topics[2] = {{"cat", "dog", "cow", "pig"}, {"red", "blue", "green", "pink"}};
  std::string text;
  Rng rng(5);
  for (int i = 0; i < 50000; ++i)
    for (int k = 0; k < 8; ++k) {
      const std::size_t word = rng.below(static_cast<std::uint32_t>(words));
      text += topics[i % 2][word % 4] + (word < 4 ? "" : std::to_string(word)) + (k == 7 ? '\n' : ' ');
    }
  return text;
}

}  // namespace equivec
