#pragma once

#include "equivec/sequence/examples.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace equivec {

/// A text as a network reads it.
struct Tokens {
  static constexpr std::int64_t unknown = -1;

  std::vector<std::string> words;
  std::vector<std::int64_t> rows;  ///< of the vectors, those composed of n-grams included; or unknown

  std::size_t size() const noexcept { return words.size(); }
};

/// Examples as a network reads them.
struct EncodedExamples {
  std::vector<Tokens> inputs;
  std::vector<std::vector<std::int64_t>> outputs;  ///< numbers of labels; -1: of none that training knew

  std::size_t size() const noexcept { return inputs.size(); }
};

}  // namespace equivec
