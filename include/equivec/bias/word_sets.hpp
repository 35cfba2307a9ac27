#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// A group of words: {woman, man}, {muslim, christian, jew}, or a list of occupations.
using WordSet = std::vector<std::string>;

/// A named list that queries refer to.
struct WordList {
  std::string name;
  WordSet words;    ///< each once, at least one
  WordSet removed;  ///< printed in the paper, but left out by its authors; not among `words`
};

/// Lists that a measure of association compares: targets X, Y, ... with attributes A, B, ...
struct BiasQuery {
  std::string name;
  std::vector<WordSet> targets, attributes;                ///< at least one of each
  std::vector<std::string> target_names, attribute_names;  ///< one for each list
  std::string shares;                                      ///< name of the WordShares of the words; may be empty
  std::vector<std::string>
      measures;  ///< measures it is meant for, by their names in the file; empty: all that take such lists
};

/// Statistics of words in per cent, such as the share of women in an occupation.
struct WordShares {
  struct Entry {
    std::string word;
    std::vector<std::optional<double>> percent;  ///< 0 to 100, one a year; empty where it is not known
  };
  std::string name;
  std::vector<int> years;      ///< ascending
  std::vector<Entry> entries;  ///< each word once
};

/// A question of SemBias (Zhao, Zhou, Li, Wang and Chang 2018, "Learning Gender-Neutral Word Embeddings", EMNLP): which
/// of these pairs differs most in the attribute?
struct PairChoice {
  using Pair = std::array<std::string, 2>;
  Pair definition;         ///< differs by definition: king queen
  Pair stereotype;         ///< differs by stereotype: doctor nurse
  std::vector<Pair> none;  ///< differ in something else: cup lid; at least one
};

struct PairChoices {
  std::string name;
  std::vector<PairChoice> questions;
};

/// Word sets for measuring and removing bias, as in data/*.json (data/README.md describes the file). At least one of
/// `definitional`, `lists` and `choices` is not empty.
struct BiasWordSets {
  std::string name;  ///< "gender"
  std::vector<WordSet>
      definitional;  ///< sets whose words differ only in the attribute; their differences span the subspace
  std::vector<WordSet> equalize;  ///< sets to be made symmetric
  WordSet specific;               ///< words that have the attribute by meaning; never neutralized
  WordSet occupations;            ///< words that should be neutral, to measure bias on
  std::vector<WordList> lists;
  std::vector<BiasQuery> queries;
  std::vector<WordShares> shares;
  std::vector<PairChoices> choices;
};

/// Names of the sets that come with the library.
std::span<const std::string_view> builtin_word_sets() noexcept;

/// Reads a built-in set by name, or else a JSON file. Throws Error naming file, line, place and what is wrong.
BiasWordSets read_word_sets(const std::string& name_or_file);

/// The same of the text of such a file. `where` names it in messages.
BiasWordSets parse_word_sets(std::string_view json, const std::string& where);

/// Word sets found in a vocabulary.
struct ResolvedSets {
  std::vector<std::vector<WordId>> sets;  ///< each of two words or more; each set once
  WordSet missing;                        ///< words not found
};
/// If a word of a set is missing, the whole set is also looked up with A-Z as a-z. If a word of a pair is still
/// missing, the pair is dropped; a larger set keeps the words found, if there are at least two. Sets of the same words
/// count once.
ResolvedSets resolve(const Vocabulary& vocabulary, std::span<const WordSet> sets);

/// The sets, each followed by its Title and UPPER case forms (A-Z only) where these differ from it.
std::vector<WordSet> with_case_variants(std::span<const WordSet> sets);

struct ResolvedWords {
  std::vector<WordId> words;           ///< each once, in the order given
  std::vector<std::size_t> positions;  ///< of each in the given list, from 0: its first occurrence
  WordSet missing;
};
/// A word that is not found is looked up with A-Z as a-z.
ResolvedWords resolve(const Vocabulary& vocabulary, const WordSet& words);

/// For the lists of association measures. A word is looked up as written; if it is not found and the vocabulary is not
/// `cased` (see is_cased()), with A-Z as a-z. In a cased vocabulary the lowercase form of a name is a different word,
/// if any, whose numbers would mean nothing: "Courtney" is not "courtney".
ResolvedWords resolve_list(const Vocabulary& vocabulary, const WordSet& words, bool cased);

/// Words of two lists, paired by position.
struct ResolvedPairs {
  std::vector<WordId> first, second;                ///< of the same size; words at the same position are a pair
  std::vector<std::array<std::string, 2>> dropped;  ///< pairs left out, as given
  WordSet missing;                                  ///< words not found, each once
};
/// Words are looked up as in resolve_list(). Pairs with a missing word, pairs of a word with itself and repeated pairs
/// are left out. Throws Error if the lists differ in size.
ResolvedPairs resolve_pairs(const Vocabulary& vocabulary, const WordSet& first, const WordSet& second, bool cased);

/// The words that debiasing does not neutralize, because they have the attribute by meaning: the specific words and all
/// words of the definitional and equalize sets, these also in Title and UPPER case. Ascending.
std::vector<WordId> words_kept(const Vocabulary& vocabulary, const BiasWordSets& sets);
/// All other words. Ascending.
std::vector<WordId> words_neutralized(const Vocabulary& vocabulary, const BiasWordSets& sets);

}  // namespace equivec
