#pragma once

#include "equivec/types.hpp"
#include "equivec/vocabulary.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// Words that belong together: {woman, man}, or {muslim, christian, jew}, or a list of occupations.
using WordSet = std::vector<std::string>;

/// What bias is measured and removed with, as in data/*.json (data/README.md describes the file).
struct BiasWordSets {
  std::string name;  ///< "gender"
  std::vector<WordSet>
      definitional;  ///< sets whose words differ in the attribute alone; their differences span the subspace
  std::vector<WordSet> equalize;  ///< sets to be made symmetric
  WordSet specific;               ///< words whose meaning is the attribute; never neutralized
  WordSet occupations;            ///< words that should be neutral, to measure bias on
};

/// Names of the sets that come with the library.
std::span<const std::string_view> builtin_word_sets() noexcept;

/// A built-in set by name, or else a JSON file. Throws Error naming file, place and what is wrong.
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
  std::vector<WordId> words;  ///< each once, in the order given
  WordSet missing;
};
/// A word that is not there is looked for with A-Z as a-z.
ResolvedWords resolve(const Vocabulary& vocabulary, const WordSet& words);

}  // namespace equivec
