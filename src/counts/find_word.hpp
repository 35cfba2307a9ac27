#pragma once

#include "equivec/counts/vocabulary.hpp"
#include "src/base/characters.hpp"

#include <optional>
#include <string_view>

namespace equivec {

/// True for a word that the vocabulary holds, false for a further one that it only finds.
inline bool holds(const Vocabulary& vocabulary, WordId word) { return index(word) < vocabulary.size(); }

/// A word as it is written, else with A-Z as a-z; further words (FurtherWords) only if the vocabulary holds neither.
inline std::optional<WordId> find_or_lowered(const Vocabulary& vocabulary, std::string_view word) {
  const auto id = vocabulary.find(word);
  if (id && holds(vocabulary, *id)) return id;
  const auto small = vocabulary.find(lowered(word));
  return small ? small : id;
}

}  // namespace equivec
