#pragma once

#include "equivec/bias/word_sets.hpp"

#include <string>

namespace equivec::python {

/// The base of Python's class WordSets.
struct WordSetsHandle {
  BiasWordSets sets;
  std::string source;  ///< the name or file they were read from; recorded
};

}  // namespace equivec::python
