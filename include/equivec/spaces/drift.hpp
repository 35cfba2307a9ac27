#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Which words have changed between two spaces, such as those of two decades, and which only seem to: any two trainings
// differ, those of one text too.

/// How far a word is in one space from where it is in another. Each is a distance: 0 if nothing has changed. Vectors
/// are taken without their mean over the words compared, which all words share and which hides changes (Schlechtweg et
/// al. 2019, "A Wind of Change: Detecting and Evaluating Lexical Semantic Change across Times and Domains").
enum class ChangeMeasure {
  /// 1 - cosine, after one space was turned onto the other by orthogonal Procrustes of the first 20,000 words compared
  /// (Hamilton, Leskovec and Jurafsky 2016, "Diachronic Word Embeddings Reveal Statistical Laws of Semantic Change");
  /// 0 to 2.
  cosine,
  /// The share of a word's nearest neighbours that are not the same in both (Gonen et al. 2020, "Simple, Interpretable
  /// and Stable Method for Detecting Words with Usage Change across Corpora"); 0 to 1.
  neighbors,
  /// 1 - cosine of the word's cosines to its nearest neighbours of either space (Hamilton et al. 2016, "Cultural Shift
  /// or Linguistic Drift? Comparing Two Computational Measures of Semantic Change", the local neighborhood measure); 0
  /// to 2.
  second_order
};
inline constexpr std::array change_measures = {ChangeMeasure::cosine, ChangeMeasure::neighbors,
                                               ChangeMeasure::second_order};
/// "cosine", "neighbors", "second-order".
std::string_view name_of(ChangeMeasure measure);

/// A number for each measure.
template <class T>
using OfMeasures = std::array<T, change_measures.size()>;

struct DriftOptions {
  ChangeMeasure measure = ChangeMeasure::cosine;  ///< by which words are ranked
  /// The first N words that all spaces have, the most frequent first, are compared, and are each other's neighbours;
  /// 0: all.
  std::size_t restrict = 20000;
  int neighbors = 100;                 ///< 1 to 1000
  double false_discovery_rate = 0.05;  ///< 0 to 1: up to which a word is called changed
  double confidence = 0.95;            ///< of the intervals
  std::size_t examples = 20;           ///< so many words of the ranking show their neighbours in both spaces
  int threads = 0;                     ///< 0: all cores; results do not depend on it
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const DriftOptions& options);

/// How far a word is from where it was, and what chance would give.
struct WordChange {
  double distance;
  double expected;    ///< the median of null distances at the word's frequency
  Interval interval;  ///< of the distance, if it scatters about its median as null distances of its frequency do
  /// (distance - expected) / scale, where scale is how far null distances lie above their median; shares of neighbours
  /// are taken as logits there, since one near 1 scatters less than others, and has no room above it.
  double excess;
  double p_value;  ///< the share of null distances with at least this excess, (r + 1) / (n + 1)
  double q_value;  ///< false_discovery_rates() of the p-values of all words by this measure
};

struct DriftingWord {
  std::string word;
  std::uint64_t first_count, second_count;  ///< in the two spaces; 0 if unknown
  OfMeasures<WordChange> changes;           ///< in the order of change_measures
  /// Nearest words in the two spaces, among those compared; empty but for the first options.examples.
  std::vector<std::string> first_neighbors = {}, second_neighbors = {};
};

struct Drift {
  std::vector<DriftingWord> words;  ///< all that were compared, by options.measure: the largest excess first
  OfMeasures<std::size_t> changed;  ///< words with a q-value of at most options.false_discovery_rate
  OfMeasures<double> null_median;   ///< of all null distances
  std::size_t left_out = 0;         ///< words that both spaces have, but not all null spaces
  std::size_t null_pairs = 0;       ///< pairs of null spaces that were compared
  std::size_t null_distances = 0;   ///< of each measure: p-values are at least 1 / (null_distances + 1)
};

/// Compares two spaces word by word. The null hypothesis is that a word differs no more than in two of the null spaces,
/// which were trained like `first` on one and the same text: with other seeds, if only the chance of training is to be
/// ruled out; on bootstrap resamples of it (bootstrap_replicates()) or its halves, if also the chance by which this
/// text was written and no other. All pairs of null spaces are compared, or the only one with `first`. Distances depend
/// on frequency: expected distance and scale are those of null distances at words as frequent, the frequency of a pair
/// being the harmonic mean of the counts of both spaces, since noise falls with either.
/// Stages: finding neighbors, comparing spaces. Throws Error if dimensions differ, if fewer than 10 words are in all
/// spaces, if a vector is not finite, or if two null spaces are the same vectors but for a rotation; OptionError, also
/// if there is no null space; Cancelled.
Drift measure_drift(const Embeddings& first, const Embeddings& second, std::span<const Embeddings> null_spaces,
                    const DriftOptions& options = {}, const Reporting& reporting = {});

}  // namespace equivec
