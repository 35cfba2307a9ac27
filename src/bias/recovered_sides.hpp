#pragma once

#include "equivec/bias/biased_words.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/math/clustering.hpp"

#include <Eigen/Core>

#include <cstdint>
#include <vector>

namespace equivec {

// What the tests of biased words have in common.

/// Those of the first side, then those of the last, one a row. Throws Error if a word stands twice.
Points unit_rows(const Embeddings& embeddings, const BiasedWords& words);

/// Of tries with these accuracies, at least one; without an interval.
RecoveredSides recovered_sides(std::span<const double> accuracies);

/// The first stream of the random numbers that tries are made of. Resamples have those below.
inline constexpr std::uint64_t streams_of_tries = std::uint64_t{1} << 32;

}  // namespace equivec
