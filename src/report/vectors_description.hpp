#pragma once

#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/report/json.hpp"

namespace equivec {

/// What vectors are and how they were made, for formats that cannot say so themselves: {"format": "word2vec-text",
/// "words": ..., "dimension": ..., "occurrences": ..., "metadata": {"command": ..., ...}}, and "precision" of what is
/// no f32
Json vectors_description(const Embeddings& vectors, Format format);

}  // namespace equivec
