#pragma once

#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <string>

namespace equivec {

// A native file is opened without a look at its numbers. Whoever uses a vector makes sure of it here.

/// Throws Error naming the first row with a value that is not finite.
void require_finite(const std::string& name, const Vocabulary& vocabulary, MatrixView vectors, int threads);

/// Throws Error naming the word if its vector has a value that is not finite.
void require_finite(const Embeddings& embeddings, WordId word);

}  // namespace equivec
