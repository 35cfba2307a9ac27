#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
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

namespace EQUIVEC_EXPORT equivec {

// All measures of bias by name, on named word sets, for the program, reports and rankings. Each calls a function on
// WordIds; the header of that name states what the numbers mean and their source.

struct BiasMeasureOptions {
  DirectionOptions direction;               ///< for the measures that use a direction
  double strictness = 1;                    ///< exponent of direct bias
  Deviation deviation = Deviation::sample;  ///< for the effect sizes of WEAT and WEFAT
  bool exact = true;                        ///< WEAT: p-value from all partitions where feasible
  int draws = 1000000;                      ///< WEAT: partitions drawn otherwise
  int resamples = 10000;                    ///< for the bootstrap intervals; RNSB uses a hundredth of them
  std::size_t restrict = 50000;  ///< biased words, neighbours and generated analogies are among the first N words
  int biased_words = 0;          ///< on either side; 0: 500 for clusters and 2,500 for classification, as published
  int neighbors = 100;           ///< of each word, for neighbour bias
  int repeats = 10;              ///< of clustering and classification
  int analogies = 150;           ///< number to generate
  std::optional<int> year;       ///< of the occupations' shares; empty: the last
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// Throws OptionError. measure() calls it.
void validate(const BiasMeasureOptions& options);

/// The result of a measure for one set of vectors and one query.
struct BiasMeasurement {
  /// A number in addition to the value.
  struct Figure {
    std::string name;  ///< "linear_accuracy"
    std::optional<double> value;
    std::optional<Interval> interval = {};
  };
  /// Numbers for a word, or for the words of a pair.
  struct Row {
    std::vector<std::string> words;
    std::vector<std::optional<double>> numbers;  ///< one for each of `columns`
  };

  std::string measure, query;  ///< "weat", "weat-1"
  std::optional<double> value, effect_size, p_value;
  std::optional<Interval> interval;  ///< 95 %, of the effect size if there is one, else of the value
  std::vector<Figure> figures;
  std::vector<std::pair<std::string, std::size_t>> counts;  ///< of other items, by name: "questions"
  std::vector<std::string> columns;                         ///< names of the rows' numbers
  std::vector<Row> rows;
  std::vector<std::pair<std::string, std::string>> conventions;  ///< how the value was computed, by name
  std::size_t words = 0;                                         ///< that it was computed from
  WordSet missing;            ///< words asked for that are not in the vocabulary; of pairs, both where one is missing
  WordSet without_direction;  ///< words left out since their vectors have no length or are not finite
};

/// Description of a measure. The texts are for display.
struct BiasMeasure {
  std::string_view name, title;
  std::string_view paper;
  std::string_view takes;         ///< "2 x 2 lists"
  std::string_view range;         ///< of the value: "0 to 1"
  std::string_view better;        ///< "nearer to 0"
  double unbiased;                ///< the value where there is no bias
  std::string_view default_sets;  ///< the built-in sets that it is mostly used with
  bool has_direction;             ///< whether it uses a direction found from definitional sets
  bool has_reference = false;     ///< whether that direction and the biased words are found in the reference

  /// Names of what can be measured with the sets: queries, or other parts of the sets that the measure uses.
  std::vector<std::string> (*queries)(const BiasWordSets& sets, std::string_view measure);

  struct Input {
    const Embeddings& embeddings;
    const Embeddings& reference;  ///< defines the biased words; mostly the same as the embeddings
    const BiasWordSets& sets;
    const std::string& query;
    const BiasMeasureOptions& options;
    bool cased;                          ///< is_cased() of the embeddings' vocabulary
    const Progress* progress = nullptr;  ///< for cancelling
  };
  void (*run)(const Input& input, BiasMeasurement& result);
};

/// In the order in which they are to be listed.
std::span<const BiasMeasure> bias_measures();

/// The measure of that name. Throws OptionError that lists all measures and suggests a similar name.
const BiasMeasure& bias_measure(std::string_view name);

/// Measures one query. The most biased words and their direction (neighbour, cluster and classification bias) are found
/// in `reference`, so that vectors after debiasing can be measured with the words biased before it; null: in the
/// embeddings themselves. Throws Error if the query cannot be measured, naming the list, the words and what is wrong
/// with them; OptionError. Progress is used for cancelling only.
BiasMeasurement measure(const BiasMeasure& measure, const Embeddings& embeddings, const BiasWordSets& sets,
                        const std::string& query, const BiasMeasureOptions& options = {},
                        const Embeddings* reference = nullptr, const Progress* progress = nullptr);

/// How much bias a measurement shows, to rank several by: the size of the effect size, or else how far the value is
/// from the unbiased one. Empty if there is no value.
std::optional<double> bias_size(const BiasMeasure& measure, const BiasMeasurement& measurement);

}  // namespace equivec
