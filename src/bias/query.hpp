#pragma once

#include "equivec/base/types.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// "the first N", or "all" for 0, as conventions say it of words.
std::string first_words(std::size_t restrict);

// The named measures. Each is defined beside the function that computes it; measures.cpp lists them.
extern const BiasMeasure weat_measure, wefat_measure, rnd_measure, rnsb_measure, mac_measure, ect_measure, ripa_measure,
    direct_bias_measure, indirect_bias_measure, biased_analogies_measure, sembias_measure, neighbor_bias_measure,
    cluster_bias_measure, classification_bias_measure, occupation_shares_measure;

// Shared by the measures.

/// Names of the queries with these numbers of lists of targets and attributes (0: one or more), except those meant for
/// other measures.
std::vector<std::string> queries_with(const BiasWordSets& sets, std::string_view measure, std::size_t targets,
                                      std::size_t attributes);
template <std::size_t targets, std::size_t attributes>
std::vector<std::string> queries_with(const BiasWordSets& sets, std::string_view measure) {
  return queries_with(sets, measure, targets, attributes);
}
/// "NAME: occupations", if the sets have occupations and give a direction.
std::vector<std::string> occupations_of(const BiasWordSets& sets, std::string_view measure);
/// "NAME", if the sets give a direction.
std::vector<std::string> direction_of(const BiasWordSets& sets, std::string_view measure);

/// The query of that name. REQUIRES: one of queries_with().
const BiasQuery& query_of(const BiasMeasure::Input& input);

/// The words that are in the vocabulary and whose vectors are finite and not zero; the others are added to the result.
std::vector<WordId> words_of(const BiasMeasure::Input& input, const WordSet& words, BiasMeasurement& result);
/// The lists of the query, each by words_of(). Throws Error naming a list of which no word is left.
AssociationQuery lists_of(const BiasMeasure::Input& input, BiasMeasurement& result);

/// The direction found in `embeddings` with the sets and options of the input.
BiasDirection direction_in(const BiasMeasure::Input& input, const Embeddings& embeddings, BiasMeasurement& result);
/// The same for measures that use a single direction. Throws OptionError for a rank above 1.
BiasDirection single_direction_in(const BiasMeasure::Input& input, const Embeddings& embeddings,
                                  BiasMeasurement& result);

/// The ordinary words that are in both vocabularies, with vectors that are finite and not zero in both, and their
/// cosines with the reference's direction.
struct ReferenceBias {
  BiasDirection direction;
  std::vector<WordId> reference_words, words;  ///< of the reference's and of the measured vocabulary
  std::vector<double> bias;
};
ReferenceBias reference_bias(const BiasMeasure::Input& input, BiasMeasurement& result);
/// The most biased of them, in the measured vocabulary.
BiasedWords most_biased_in_reference(const BiasMeasure::Input& input, int per_side, BiasMeasurement& result);

BootstrapOptions bootstrap_options(const BiasMeasureOptions& options);
/// Percentile interval of a mean; empty for fewer than two values.
std::optional<Interval> mean_interval(std::span<const double> values, const BiasMeasureOptions& options);

std::string text_of(const Vocabulary& vocabulary, WordId word);
/// Adds a row for each word.
void add_rows(BiasMeasurement& result, const Vocabulary& vocabulary, std::span<const WordId> words,
              std::span<const double> numbers);

}  // namespace equivec
