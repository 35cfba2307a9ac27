#pragma once

#include "equivec/text/corpus.hpp"

#include "apps/python/bindings/support.hpp"

namespace equivec::python {

/// Python's class _core.Corpus.
struct CorpusHandle {
  Corpus corpus;
  bool integers = false;  ///< its words were given as integers
};

}  // namespace equivec::python
