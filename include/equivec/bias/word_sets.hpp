#pragma once

#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// Words that belong together: {woman, man}, or {muslim, christian, jew}, or a list of occupations.
using WordSet = std::vector<std::string>;

/// A list that queries name.
struct WordList {
  std::string name;
  WordSet words;    ///< each once, one at least
  WordSet removed;  ///< printed in the paper, but left out by its authors; not among `words`
};

/// Lists that a measure of association compares: targets X, Y, ... with attributes A, B, ...
struct BiasQuery {
  std::string name;
  std::vector<WordSet> targets, attributes;                ///< one at least of each
  std::vector<std::string> target_names, attribute_names;  ///< of the lists, as many
  std::string shares;                                      ///< name of the numbers that go with the words; may be empty
  std::vector<std::string>
      measures;  ///< those it is meant for, as the file calls them; empty: all that take such lists
};

/// Numbers known of words, in per cent, such as the share of women in an occupation.
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
  std::vector<Pair> none;  ///< differ in something else: cup lid; one at least
};

struct PairChoices {
  std::string name;
  std::vector<PairChoice> questions;
};

/// What bias is measured and removed with, as in data/*.json (data/README.md describes the file). At least one of
/// `definitional`, `lists` and `choices` holds something.
struct BiasWordSets {
  std::string name;  ///< "gender"
  std::vector<WordSet>
      definitional;  ///< sets whose words differ in the attribute alone; their differences span the subspace
  std::vector<WordSet> equalize;  ///< sets to be made symmetric
  WordSet specific;               ///< words whose meaning is the attribute; never neutralized
  WordSet occupations;            ///< words that should be neutral, to measure bias on
  std::vector<WordList> lists;
  std::vector<BiasQuery> queries;
  std::vector<WordShares> shares;
  std::vector<PairChoices> choices;
};

/// Names of the sets that come with the library.
std::span<const std::string_view> builtin_word_sets() noexcept;

/// A built-in set by name, or else a JSON file. Throws Error naming file, line, place and what is wrong.
BiasWordSets read_word_sets(const std::string& name_or_file);

/// Word sets found in a vocabulary.
struct ResolvedSets {
  std::vector<std::vector<WordId>> sets;  ///< of two words or more, each once
  WordSet missing;                        ///< words not found
};
/// A set of which a word is missing is looked for with A-Z as a-z too, as a whole. If one of a pair is still missing
/// the pair is dropped; a larger set keeps the words found, if there are two. Sets of the same words count once.
ResolvedSets resolve(const Vocabulary& vocabulary, std::span<const WordSet> sets);

/// The sets, each followed by its Title and UPPER case forms (A-Z only) where these differ from it.
std::vector<WordSet> with_case_variants(std::span<const WordSet> sets);

struct ResolvedWords {
  std::vector<WordId> words;           ///< each once, in the order given
  std::vector<std::size_t> positions;  ///< of each in the list given, from 0: the first place it came from
  WordSet missing;
};
/// A word that is not there is looked for with A-Z as a-z.
ResolvedWords resolve(const Vocabulary& vocabulary, const WordSet& words);

/// A list for measures of association. A word is taken as written; only if the vocabulary is not `cased`, as is_cased()
/// tells, is one that is not there looked for with A-Z as a-z. In cased vectors the small form of a name is another
/// word, if it is one at all, and would give numbers that mean nothing: "Courtney" is no "courtney".
ResolvedWords resolve_list(const Vocabulary& vocabulary, const WordSet& words, bool cased);

/// Words of two lists, paired by position.
struct ResolvedPairs {
  std::vector<WordId> first, second;                ///< as many; the words at the same place are a pair
  std::vector<std::array<std::string, 2>> dropped;  ///< pairs left out, as given
  WordSet missing;                                  ///< words not found, each once
};
/// Words are looked for as in resolve_list(). Left out are pairs of which a word is missing, pairs of a word with
/// itself, and pairs that have come before. Throws Error if the lists differ in size.
ResolvedPairs resolve_pairs(const Vocabulary& vocabulary, const WordSet& first, const WordSet& second, bool cased);

/// The words that debiasing leaves their part along the direction, since it is theirs by meaning: the specific words,
/// and all words of the definitional and equalize sets, these in their Title and UPPER case forms too. Ascending.
std::vector<WordId> words_kept(const Vocabulary& vocabulary, const BiasWordSets& sets);
/// All other words. Ascending.
std::vector<WordId> words_neutralized(const Vocabulary& vocabulary, const BiasWordSets& sets);

}  // namespace equivec
