#pragma once

#include "equivec/association.hpp"

#include <span>

namespace equivec {

/// Whether the sum of `first` is larger than that of as many values drawn from both without replacement would be: one-
/// sided, as weat() says. REQUIRES: neither is empty; values from -2 to 2.
PermutationTest permutation_test(std::span<const double> first, std::span<const double> second,
                                 const PermutationOptions& options = {});

}  // namespace equivec
