#pragma once

#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/search/neighbors.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/report/json.hpp"

#include <span>
#include <string>
#include <utility>

namespace equivec {

// Answers to queries: as text, lines that end with a line feed, and as JSON documents.

/// The query on a line of its own, then a line "  0.7664  queen" for each neighbor; also for outliers.
std::string neighbors_text(const Vocabulary& vocabulary, const std::string& query, std::span<const Neighbor> found);
/// {"query": "king", "neighbors": [{"word": ..., "similarity": ...}, ...]}
Json neighbors_document(const Vocabulary& vocabulary, const std::string& query, std::span<const Neighbor> found);

/// "man : king :: woman : ?", then a line for each answer.
std::string analogy_text(const Vocabulary& vocabulary, const Analogy& analogy, std::span<const Neighbor> answers);
/// {"query": "man king woman", "answers": [{"word": ..., "similarity": ...}, ...]}
Json analogy_document(const Vocabulary& vocabulary, const std::string& query, std::span<const Neighbor> answers);

/// {"query": ..., "outlier": ..., "words": [{"word": ..., "similarity": ...}, ...]} of what outliers() gives, not
/// empty.
Json outlier_document(const Vocabulary& vocabulary, const std::string& query, std::span<const Neighbor> words);

/// "king queen  cosine 0.7508  squared difference 0.4984"
std::string similarity_text(const Embeddings& embeddings, const std::pair<WordId, WordId>& words);
/// {"words": ["king", "queen"], "similarity": ..., "squared_difference": ...}
Json similarity_document(const Embeddings& embeddings, const std::pair<WordId, WordId>& words);

}  // namespace equivec
