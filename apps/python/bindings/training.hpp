#pragma once

#include "equivec/counts/cooccurrence.hpp"
#include "equivec/train/recipe.hpp"

namespace equivec::python {

/// The base of Python's class Cooccurrences.
struct CooccurrencesHandle {
  CountedText text;
};

}  // namespace equivec::python
