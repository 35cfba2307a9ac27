#pragma once

#include "equivec/math/statistics.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace equivec {

struct PermutationOptions {
  bool exact = true;       ///< count all partitions where that is feasible; otherwise draw some in any case
  int draws = 1000000;     ///< 1 to 1,000,000,000: partitions drawn where not all are counted
  std::uint64_t seed = 1;  ///< of the draws
  int threads = 0;         ///< 0: all cores; results do not depend on it
};

/// Throws OptionError. All functions that take the options call it.
void validate(const PermutationOptions& options);

/// How often a partition of the same words into sets of the same sizes has at least the statistic observed.
struct PermutationTest {
  double p_value;                    ///< one-sided, in (0, 1]
  std::uint64_t at_least;            ///< partitions whose statistic is at least the observed one, which is one of them
  std::uint64_t partitions;          ///< all there are, or those drawn
  bool exact;                        ///< p_value = at_least / partitions; if drawn, (at_least + 1) / (partitions + 1)
  std::optional<Interval> interval;  ///< if drawn: 95 % interval of the exact p-value (Clopper and Pearson 1934)
};

/// Whether the sum of `first` is larger than that of as many values drawn from both without replacement would be: one-
/// sided, as weat() says. REQUIRES: neither is empty; values from -2 to 2.
PermutationTest permutation_test(std::span<const double> first, std::span<const double> second,
                                 const PermutationOptions& options = {});

}  // namespace equivec
