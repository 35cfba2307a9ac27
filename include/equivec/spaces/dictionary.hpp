#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// Words of a source with words of a target that mean the same; a word may have several.
struct Dictionary {
  std::string name;
  std::vector<std::pair<std::string, std::string>> entries;  ///< in the order of the file
};

/// A word of the source and one of the target a line, between tabs or, on a line without one, between blanks, as in
/// MUSE's dictionaries. Empty lines and lines that begin with '#' are passed over. Throws Error with file and line.
Dictionary read_dictionary(const std::filesystem::path& file);

/// A row of the source and the row of the target that it should come near to.
struct TranslationPair {
  WordId source, target;
  friend bool operator==(const TranslationPair&, const TranslationPair&) = default;
};

struct FoundPairs {
  std::vector<TranslationPair> pairs;  ///< without those that come again
  std::size_t missing = 0;             ///< entries of which a word is not in its vocabulary
};

FoundPairs find_pairs(const Embeddings& source, const Embeddings& target, const Dictionary& dictionary);

/// Words that both vocabularies have, the most frequent first: by the worse of their two places, since vocabularies
/// begin with what is frequent. At most `count`; 0: all.
std::vector<TranslationPair> shared_words(const Embeddings& source, const Embeddings& target, std::size_t count);

}  // namespace equivec
