#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <compare>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// Words with others that mean nearly the same, or the opposite.
struct SemanticLexicon {
  std::string name;
  std::vector<std::vector<std::string>> entries;  ///< a word, then those that belong to it; in the order of the file
};

/// A word and its neighbours a line, between white space, as the lexicons of Faruqui et al. (2015) are written; a pair
/// of words a line is the same form. Empty lines and lines that begin with '#' are passed over, and a word without
/// neighbours gives no pair. Throws Error with the file if it holds no pair.
SemanticLexicon read_lexicon(const std::filesystem::path& file);

/// Two different words that belong together, in no order.
struct RelatedPair {
  WordId first, second;  ///< first < second
  friend auto operator<=>(const RelatedPair&, const RelatedPair&) = default;
};

struct RelatedPairs {
  std::vector<RelatedPair> pairs;  ///< ascending, each once
  std::size_t missing = 0;         ///< pairs, as they stand in the lexicon, of which a word is not in the vocabulary
  std::size_t unknown = 0;         ///< different words that are not in it
};

/// The first word of an entry with each of the others. A word is no pair with itself.
RelatedPairs related_pairs(const Embeddings& embeddings, const SemanticLexicon& lexicon);

}  // namespace equivec
