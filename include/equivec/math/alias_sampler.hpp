#pragma once

#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"

#include <span>
#include <vector>

namespace equivec {

/// Draws word i with probability weights[i] / sum, in constant time (Walker 1977, Vose 1991).
/// Immutable: one table serves all threads, each bringing its own Rng.
class AliasSampler {
 public:
  /// Throws OptionError unless every weight is finite and >= 0 and one is > 0. At most 2^32 - 1 weights.
  explicit AliasSampler(std::span<const double> weights);

  WordId operator()(Rng& rng) const noexcept {
    // One draw serves twice: its upper half picks the slot, its lower half decides between the slot and its alias.
    const std::uint64_t bits = rng();
    const std::size_t slot = static_cast<std::size_t>((bits >> 32) * slots_.size() >> 32);
    // Which of the two cannot be predicted, so there is no branch on it.
    const std::uint32_t own = 0u - static_cast<std::uint32_t>(static_cast<std::uint32_t>(bits) < slots_[slot].keep);
    return word_id((static_cast<std::uint32_t>(slot) & own) | (slots_[slot].alias & ~own));
  }

 private:
  struct Slot {
    std::uint32_t keep;   // of 2^32
    std::uint32_t alias;  // the slot itself where it is always kept
  };
  std::vector<Slot> slots_;
};

}  // namespace equivec
