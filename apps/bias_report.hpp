#pragma once

#include "apps/query.hpp"
#include "apps/table.hpp"

#include "equivec/bias_measures.hpp"

#include <cstddef>
#include <string>
#include <vector>

// What the commands bias and debias tell.

/// The direction, from what it is made, and how much of the sets' variance it holds; beside it what random words would.
void print(const equivec::BiasDirection& direction, const std::string& name,
           const std::optional<equivec::RandomSetsBaseline>& baseline = {});
Json to_json(const equivec::BiasDirection& direction, const std::optional<equivec::RandomSetsBaseline>& baseline = {});

/// A measurement in a few lines, with the `count` words at either end of its rows.
void print(const equivec::BiasMeasurement& measurement, const equivec::BiasMeasure& measure, int count);
Json to_json(const equivec::BiasMeasurement& measurement, const equivec::BiasMeasure& measure);

/// Words with blanks between, the first `most` of them.
std::string list(const equivec::WordSet& words, std::size_t most = 12);

equivec::WordSet words_of(const equivec::Vocabulary& vocabulary, std::span<const equivec::WordId> ids);
