#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/spaces/drift.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

struct StabilityOptions {
  std::size_t restrict = 20000;  ///< as in DriftOptions
  int neighbors = 10;            ///< 1 to 1000
  int bands = 10;                ///< of frequency, of about as many words each, 1 to 1000
  BootstrapOptions bootstrap = {.resamples = 1000};
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const StabilityOptions& options);

/// Words of about the same frequency.
struct FrequencyBand {
  std::uint64_t most_count, least_count;  ///< of its words, in the first space; 0 if unknown
  std::size_t words;
  OfMeasures<double> distance;                   ///< the mean over words
  OfMeasures<std::optional<Interval>> interval;  ///< of that, by a percentile bootstrap over the words
};

struct StableWord {
  std::string word;
  std::uint64_t count;          ///< in the first space; 0 if unknown
  OfMeasures<double> distance;  ///< the mean over pairs of spaces
};

struct Stability {
  std::vector<StableWord> words;     ///< all that were compared, the most frequent first
  std::vector<FrequencyBand> bands;  ///< the most frequent first
  std::size_t pairs = 0;             ///< of spaces
};

/// How far words are from where they are in other trainings, over all pairs of spaces: of one text with other seeds, of
/// its resamples, or of texts that should be alike (Wendlandt, Kummerfeld and Mihalcea 2018, "Factors Influencing the
/// Surprising Instability of Word Embeddings", take the ten nearest neighbours). Throws Error for fewer than two
/// spaces, different dimensions, no common word, or a vector that is not finite; OptionError; Cancelled.
Stability measure_stability(std::span<const Embeddings> spaces, const StabilityOptions& options = {},
                            const Reporting& reporting = {});

}  // namespace equivec
