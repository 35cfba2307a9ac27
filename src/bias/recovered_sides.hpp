#pragma once

#include "equivec/bias/biased_words.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/math/clustering.hpp"

#include <Eigen/Core>

#include <cstdint>
#include <vector>

namespace equivec {

// Shared by cluster bias and classification bias.

/// Unit vectors of the words, those of the first side, then those of the last, one a row. Throws Error if a word occurs
/// twice.
Points unit_rows(const Embeddings& embeddings, const BiasedWords& words);

/// Summary of tries with these accuracies, without an interval. REQUIRES: at least one.
RecoveredSides recovered_sides(std::span<const double> accuracies);

/// The first random stream used by tries. Resamples use those below.
inline constexpr std::uint64_t streams_of_tries = std::uint64_t{1} << 32;

}  // namespace equivec
