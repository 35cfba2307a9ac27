#pragma once

#include "equivec/bias/association.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace equivec {

// All measures of bias by name, on named words: what the program, a report or a ranking asks for. Behind each stands a
// function on WordIds, in the header of its name, which says what the
// numbers mean and where they come from.

struct BiasMeasureOptions {
  DirectionOptions direction;               ///< of the measures that have one
  double strictness = 1;                    ///< direct bias's exponent
  Deviation deviation = Deviation::sample;  ///< of the effect sizes of WEAT and WEFAT
  bool exact = true;                        ///< WEAT's p-value from all partitions where that is feasible
  int draws = 1000000;                      ///< WEAT's partitions where it is not
  int resamples = 10000;                    ///< of the bootstrap intervals; RNSB takes a hundredth of them
  std::size_t restrict = 50000;  ///< biased words, neighbours and generated analogies are of the first so many
  int biased_words = 0;          ///< on either side; 0: 500 for clusters and 2,500 for classification, as published
  int neighbors = 100;           ///< of a word, for the neighbour bias
  int repeats = 10;              ///< of clustering and classification
  int analogies = 150;           ///< generated
  std::optional<int> year;       ///< of the occupations' shares; otherwise the last there is
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// Throws OptionError. measure() calls it.
void validate(const BiasMeasureOptions& options);

/// What a measure says of one set of vectors and one query.
struct BiasMeasurement {
  /// A number beside the value.
  struct Figure {
    std::string name;  ///< "linear_accuracy"
    std::optional<double> value;
    std::optional<Interval> interval = {};
  };
  /// What is known of a word, or of the words of a pair.
  struct Row {
    std::vector<std::string> words;
    std::vector<std::optional<double>> numbers;  ///< as many as `columns`
  };

  std::string measure, query;  ///< "weat", "weat-1"
  std::optional<double> value, effect_size, p_value;
  std::optional<Interval> interval;  ///< 95 %, of the effect size if there is one, else of the value
  std::vector<Figure> figures;
  std::vector<std::pair<std::string, std::size_t>> counts;  ///< of what else there was: "questions"
  std::vector<std::string> columns;                         ///< of the rows' numbers
  std::vector<Row> rows;
  std::vector<std::pair<std::string, std::string>> conventions;  ///< how the value was computed, by name
  std::size_t words = 0;                                         ///< that it was computed from
  WordSet missing;            ///< words asked for that are not in the vocabulary; of pairs, both where one is missing
  WordSet without_direction;  ///< words left out since their vectors have no length or are not finite
};

/// What measures can be told apart by. All but `measure` are texts to be shown.
struct BiasMeasure {
  std::string_view name, title;
  std::string_view paper;
  std::string_view takes;         ///< "2 x 2 lists"
  std::string_view range;         ///< of the value: "0 to 1"
  std::string_view better;        ///< "nearer to 0"
  double unbiased;                ///< the value where there is no bias
  std::string_view default_sets;  ///< the built-in sets that it is mostly used with
  bool has_direction;             ///< whether it is along a direction that definitional sets give
  bool has_reference = false;     ///< whether that direction, and the words that are biased, are the reference's

  /// Names of what can be measured with the sets: of queries, or of what else it takes from them.
  std::vector<std::string> (*queries)(const BiasWordSets& sets, std::string_view measure);

  struct Input {
    const Embeddings& embeddings;
    const Embeddings& reference;  ///< where words are biased; mostly the same as the embeddings
    const BiasWordSets& sets;
    const std::string& query;
    const BiasMeasureOptions& options;
    bool cased;  ///< is_cased() of the embeddings' vocabulary
  };
  void (*run)(const Input& input, BiasMeasurement& result);
};

/// In the order in which they are listed.
std::span<const BiasMeasure> bias_measures();

/// Throws OptionError that names all measures, and the one that might have been meant.
const BiasMeasure& bias_measure(std::string_view name);

/// Measures one query. `reference` are the vectors in which the most biased words and their direction are found
/// (neighbour, cluster and classification bias), so that vectors after debiasing can be measured by the words of
/// before; nothing stands for the embeddings themselves. Throws Error if the query cannot be measured, naming the list,
/// the words and what is wrong with them; OptionError.
BiasMeasurement measure(const BiasMeasure& measure, const Embeddings& embeddings, const BiasWordSets& sets,
                        const std::string& query, const BiasMeasureOptions& options = {},
                        const Embeddings* reference = nullptr);

/// How much bias a measurement shows, to rank several by: the size of the effect size, or else how far the value is
/// from the unbiased one. Empty if there is no value.
std::optional<double> bias_size(const BiasMeasure& measure, const BiasMeasurement& measurement);

}  // namespace equivec
