#pragma once

#include "equivec/counts/vocabulary.hpp"
#include "equivec/search/neighbors.hpp"
#include "src/report/json.hpp"

#include <span>
#include <string>

namespace equivec {

// Answers to queries, as text and as JSON.

/// A line "  0.7664  queen" for each.
std::string to_text(const Vocabulary& vocabulary, std::span<const Neighbor> neighbors);
/// [{"word": ..., "similarity": ...}, ...]
Json to_json(const Vocabulary& vocabulary, std::span<const Neighbor> neighbors);

}  // namespace equivec
