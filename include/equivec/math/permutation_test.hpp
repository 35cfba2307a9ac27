#pragma once

#include "equivec/base/export.hpp"
#include "equivec/math/statistics.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace EQUIVEC_EXPORT equivec {

struct PermutationOptions {
  bool exact = true;       ///< count all partitions where feasible; false: always draw partitions
  int draws = 1000000;     ///< 1 to 1,000,000,000: partitions drawn if not all are counted
  std::uint64_t seed = 1;  ///< of the draws
  int threads = 0;         ///< 0: all cores; results do not depend on it
};

/// Throws OptionError. All functions that take the options call it.
void validate(const PermutationOptions& options);

/// How many partitions of the same values into sets of the same sizes have at least the observed statistic.
struct PermutationTest {
  double p_value;                    ///< one-sided, in (0, 1]
  std::uint64_t at_least;            ///< partitions whose statistic is at least the observed one; if exact, includes it
  std::uint64_t partitions;          ///< counted or drawn
  bool exact;                        ///< p_value = at_least / partitions; if drawn, (at_least + 1) / (partitions + 1)
  std::optional<Interval> interval;  ///< if drawn: 95 % interval of the exact p-value (Clopper and Pearson 1934)
};

/// Tests, one-sided, whether the sum of `first` is larger than the sum of as many values drawn from both without
/// replacement. Exact for 50 values or fewer together, or at most 5,000,000 partitions; 25 and 25 values take a second
/// or two and 100 MB, 16 and 16 milliseconds. Sums that differ by less than 1e-12 for each of their values tie, and a
/// tie counts as at least the observed sum, so that rounding makes no p-value smaller. REQUIRES: neither is empty;
/// values from -2 to 2.
PermutationTest permutation_test(std::span<const double> first, std::span<const double> second,
                                 const PermutationOptions& options = {});

}  // namespace equivec
