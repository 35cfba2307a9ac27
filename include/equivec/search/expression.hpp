#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/search/neighbors.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Queries as people write them. `source` names the vectors in messages: their file.

/// The id of a word. Throws UnknownWord that names the word and the source, and a word that might have been meant: the
/// same in other letter case, or one of the first 100,000 that is a typo or two away.
WordId require_word(const Vocabulary& vocabulary, std::string_view word, const std::string& source);

/// The words of a query: between tabs, if it has one, so that words may contain spaces; else between white space.
std::vector<std::string> split_words(std::string_view text);
/// The query that split_words() splits into these words; of one word, only if that contains no space.
std::string joined_words(std::span<const std::string> words);

/// A vector whose neighbors are wanted, and the words it is made of.
struct Expression {
  Eigen::VectorXf vector;
  std::vector<WordId> words;  ///< in their order; empty for a vector given by its numbers
};

/// Parses one of
/// - a word, which may contain spaces;
/// - a weighted sum, "king - man + 0.5 woman": signs stand between white space or tabs, a number before a word is its
///   weight;
/// - the numbers of a vector, "[0.1 -0.2 ...]", one for each dimension.
/// Words have unit vectors if the index is by cosine, else their own. `average` divides a sum by its number of words.
/// Throws Error if the text is none of these, if a word is unknown, and, by cosine, if the vector is zero.
Expression parse_expression(const NeighborIndex& index, const std::string& text, const std::string& source,
                            bool average = false);

/// Parses "A B C" or "A : B :: C", the question A is to B as C is to ... ?, and for methods that learn from several
/// pairs "A B A B ... C". Throws Error for another number of words or an unknown word.
Analogy parse_analogy(const Vocabulary& vocabulary, const std::string& text, AnalogyMethod method,
                      const std::string& source);

/// Parses two words. Throws Error for another number of words or an unknown word.
std::pair<WordId, WordId> parse_pair(const Vocabulary& vocabulary, const std::string& text, const std::string& source);

/// Parses three words or more, for outliers(). Throws Error for fewer words or an unknown word.
std::vector<WordId> parse_group(const Vocabulary& vocabulary, const std::string& text, const std::string& source);

/// The first `count` words that begin with `prefix`, in the vocabulary's order, so that frequent words come first where
/// it is by frequency; all begin with an empty one. One pass over the words: 3 million take about 20 ms.
std::vector<WordId> words_beginning(const Vocabulary& vocabulary, std::string_view prefix, std::size_t count);

/// For each of the first `count` words 1 if it begins with `prefix` and a part of it matches `pattern`, a regular
/// expression of RE2, else 0: what NeighborFilter::allowed takes. Empty, which allows all words, if both are empty.
/// Throws OptionError if the pattern is not valid. REQUIRES: count <= vocabulary.size()
std::vector<std::uint8_t> matching_words(const Vocabulary& vocabulary, std::size_t count, std::string_view prefix,
                                         const std::string& pattern);

}  // namespace equivec
