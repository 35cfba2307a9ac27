#pragma once

#include "equivec/counts/phrases.hpp"
#include "equivec/downstream/mean_vectors.hpp"
#include "equivec/text/text_options.hpp"

#include "apps/python/bindings/support.hpp"

namespace equivec::python {

/// The base of Python's class Phrases.
struct PhrasesHandle {
  Phrases phrases;
};

/// The keywords that say what a word is.
void read_text_options(const Keywords& keywords, TextOptions& options);
/// Those that say how a text becomes a vector, in every function that makes some: weighting, a, remove and normalize.
void read_text_vector_options(const Keywords& keywords, MeanVectorOptions& options);

}  // namespace equivec::python
