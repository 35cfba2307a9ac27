#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"

#include <span>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// Draws word i with probability weights[i] / sum, in constant time (Walker 1977, Vose 1991).
/// Immutable: all threads may share one table, each with its own Rng.
class AliasSampler {
 public:
  /// Throws OptionError unless every weight is finite and >= 0 and at least one is > 0. At most 2^32 - 1 weights.
  explicit AliasSampler(std::span<const double> weights);

  WordId operator()(Rng& rng) const noexcept {
    // One draw is used twice: its upper half picks the slot, its lower half decides between the slot and its alias.
    const std::uint64_t bits = rng();
    const std::size_t slot = static_cast<std::size_t>((bits >> 32) * slots_.size() >> 32);
    // No branch: the processor could not predict which of the two it is.
    const std::uint32_t own = 0u - static_cast<std::uint32_t>(static_cast<std::uint32_t>(bits) < slots_[slot].keep);
    return word_id((static_cast<std::uint32_t>(slot) & own) | (slots_[slot].alias & ~own));
  }

 private:
  struct Slot {
    std::uint32_t keep;   // probability of the slot itself, in units of 2^-32
    std::uint32_t alias;  // the slot itself if it is always kept
  };
  std::vector<Slot> slots_;
};

}  // namespace equivec
