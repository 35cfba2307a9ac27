#pragma once

#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/report/bias_plan.hpp"
#include "src/report/json.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace equivec {

// Bias as text and as JSON.

/// Name, title, paper, input, usual sets and range of each measure.
std::string bias_measures_text();
Json bias_measures_json();

/// The direction, what it was made from, and the share of the sets' variance on it, beside that of random words.
std::string to_text(const BiasDirection& direction, const std::string& name,
                    const std::optional<RandomSetsBaseline>& baseline = {});
Json to_json(const BiasDirection& direction, const std::optional<RandomSetsBaseline>& baseline = {});

/// A measurement in a few lines, with `count` words from each end of its rows.
std::string to_text(const BiasMeasurement& measurement, const BiasMeasure& measure, int count);
Json to_json(const BiasMeasurement& measurement, const BiasMeasure& measure);
/// The measurement, or why there is none.
std::string to_text(const BiasOutcome& outcome, int count);
Json to_json(const BiasOutcome& outcome);

/// Everything measured in one set of vectors with one collection of word sets.
Json bias_document(const MeasuredVectors& vectors, const BiasTask& task, const std::optional<TaskDirection>& direction,
                   const std::optional<TaskDirection>& of_reference, const std::vector<BiasOutcome>& outcomes);

/// The first `most` words, separated by blanks, and how many more there are.
std::string list(const WordSet& words, std::size_t most = 12);

WordSet words_of(const Vocabulary& vocabulary, std::span<const WordId> ids);

}  // namespace equivec
