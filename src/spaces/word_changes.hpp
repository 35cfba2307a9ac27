#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/spaces/drift.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace equivec {

/// A space of the words that are compared: the same in all spaces, in the same order.
struct ComparedSpace {
  Embeddings words;                                   ///< their vectors without the mean of all of them
  Matrix units;                                       ///< these vectors, scaled to length 1
  std::vector<std::vector<std::uint32_t>> neighbors;  ///< the numbers of each word's nearest, the nearest first
  std::vector<double> counts;                         ///< 1 at least; by Zipf's law if some space has none
};

/// The first `restrict` words (0: all) that all spaces have with a vector of any length, the most frequent first: by
/// the worst of their places in the first two. `left_out` is how many of the words of the first two some other space
/// lacks. Throws Error if a vector of the words is not finite, or dimensions differ.
std::vector<ComparedSpace> compared_spaces(std::span<const Embeddings* const> spaces, std::size_t restrict,
                                           int neighbors, int threads, std::size_t& left_out, Progress* progress);

/// The distance of each word by each measure.
using WordDistances = OfMeasures<std::vector<double>>;
WordDistances word_distances(const ComparedSpace& first, const ComparedSpace& second, int threads);

/// The logarithm of the harmonic mean of a word's counts in both spaces, since noise falls with either.
double frequency_of(const ComparedSpace& first, const ComparedSpace& second, std::size_t word);

}  // namespace equivec
