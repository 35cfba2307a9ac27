#include "src/counts/word_index.hpp"

#include <random>

namespace equivec {

std::uint64_t seed_of_run() {
  static const std::uint64_t seed = [] {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
  }();
  return seed;
}

}  // namespace equivec
