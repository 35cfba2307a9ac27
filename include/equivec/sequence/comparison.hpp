#pragma once

#include "equivec/base/export.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/sequence/scores.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// What a model reaches with some vectors, trained with several seeds: one measure on one test.
struct SeededScores {
  std::string name;                 ///< of the vectors
  std::vector<double> values;       ///< of each seed
  std::vector<MeasureParts> parts;  ///< of each seed: none if the measure is no ratio of sums
  double seconds = 0;               ///< that training took, over all seeds
};

/// Scores of some vectors and their difference from the first ones'.
struct ComparedScores {
  SeededScores scores;
  double mean = 0;
  std::optional<Interval> interval;  ///< of the mean, by Student's t over the seeds; empty for one seed
  /// This minus the first, by seeds that both share: the mean with its interval and p-value by the paired t-test. Empty
  /// for the first, and for fewer than two seeds.
  std::optional<Difference> over_seeds;
  /// The same for these seeds over the examples of the test: paired bootstrap of the sums over all seeds.
  std::optional<Difference> over_examples;
};

/// First minus second of a ratio of sums over the same examples, by paired bootstrap; empty if either has no parts.
std::optional<Difference> difference_of_sums(const MeasureParts& first, const MeasureParts& second, bool exponential,
                                             const BootstrapOptions& options = {});

/// Compares all with the first. REQUIRES: the same seeds and the same test.
std::vector<ComparedScores> compare(std::vector<SeededScores> scores, bool exponential,
                                    const BootstrapOptions& options = {});

}  // namespace equivec
