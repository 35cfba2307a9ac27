#pragma once

#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace equivec {

// What the commands bias and debias tell.

/// The direction, from what it is made, and how much of the sets' variance it holds; beside it what random words would.
std::string to_text(const BiasDirection& direction, const std::string& name,
                    const std::optional<RandomSetsBaseline>& baseline = {});
Json to_json(const BiasDirection& direction, const std::optional<RandomSetsBaseline>& baseline = {});

/// A measurement in a few lines, with the `count` words at either end of its rows.
std::string to_text(const BiasMeasurement& measurement, const BiasMeasure& measure, int count);
Json to_json(const BiasMeasurement& measurement, const BiasMeasure& measure);

/// Words with blanks between, the first `most` of them.
std::string list(const WordSet& words, std::size_t most = 12);

WordSet words_of(const Vocabulary& vocabulary, std::span<const WordId> ids);

}  // namespace equivec
