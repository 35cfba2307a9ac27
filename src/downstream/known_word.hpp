#pragma once

#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/base/characters.hpp"

#include <optional>
#include <string_view>

namespace equivec {

/// How words of texts are looked up: as written; if that is not found and the vocabulary is uncased, with A-Z as a-z.
/// The vocabulary must outlive it.
class KnownWord {
 public:
  explicit KnownWord(const Vocabulary& vocabulary) : vocabulary_(vocabulary), cased_(is_cased(vocabulary)) {}

  std::optional<WordId> find(std::string_view word) const {
    const auto id = vocabulary_.find(word);
    return id || cased_ ? id : vocabulary_.find(lowered(word));
  }

 private:
  const Vocabulary& vocabulary_;
  bool cased_;
};

}  // namespace equivec
