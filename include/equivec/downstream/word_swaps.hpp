#pragma once

#include "equivec/base/export.hpp"
#include "equivec/bias/word_sets.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Twins of texts: the same text of the other group, "his mother sighed" for "her father sighed", as in counterfactual
// data substitution (Maudslay, Gonen, Cotterell and Teufel 2019, "It's All in the Name", EMNLP).

/// The word of the first group and that of the second: woman, man.
using WordPair = std::array<std::string, 2>;

/// What is swapped.
struct SwapWords {
  std::string name;               ///< of the sets or the file, for messages
  std::vector<WordPair> pairs;    ///< found in any case
  std::vector<WordPair> names;    ///< of people; found only as written, since "will" is no Will
  std::vector<WordPair> persons;  ///< nouns that fill the slots of templates
};

/// Those of the sets: the definitional sets of two words, then the words at the same position of the lists "swap-first"
/// and "swap-second", if there are such; persons are those of "person-first" and "person-second", or else all pairs.
/// Definitional pairs with a capital letter are names. Throws Error if there are no pairs, or if two such lists differ
/// in length.
SwapWords swap_words(const BiasWordSets& sets);

/// Whether swap_words() finds pairs.
bool has_swap_words(const BiasWordSets& sets);

/// Two words a line, separated by a tab, a comma, a semicolon or white space; lines that begin with '#' are skipped.
/// Plain or compressed. Throws Error with file and line; Error if there is no pair.
std::vector<WordPair> read_word_pairs(const std::filesystem::path& file);
/// The same of a file; "weat" stands for the women's and men's first names of Caliskan et al. 2017 (WEAT 6), by
/// position.
std::vector<WordPair> read_name_pairs(const std::string& name_or_file);

/// The group of the words that a text has.
enum class TextGroup : std::uint8_t { none, first, second, both };
inline constexpr std::array text_groups = {TextGroup::none, TextGroup::first, TextGroup::second, TextGroup::both};
/// "none", "first", "second", "both".
std::string_view name_of(TextGroup group);

/// A text with the words of each pair swapped.
struct Twin {
  std::string text;                   ///< the text itself if it has no word of a pair
  TextGroup group = TextGroup::none;  ///< of the text, not of its twin
  std::uint32_t swapped = 0;          ///< words
};

/// Swaps words. A word stands between characters that are no letters, digits, marks or underscores, so that "he's" and
/// "ex-wife" hold words, and "hers" does not hold "her"; pairs may hold others, as "ma'am" does, and the longest word
/// is found first. All else stays as it is, byte for byte. A swapped word has its counterpart in lower case, Title case
/// or UPPER case, as it was itself (the counterpart's A-Z; any other case counts as lower).
///
/// A word of two pairs has two counterparts: "her" those of (her, his) and (her, him). The first is taken where a noun
/// can follow: if after white space a word comes that is none of 168 English words which begin no noun phrase
/// after a possessive (and, to, was, again, ...). Else the second is taken.
class WordSwaps {
 public:
  /// Throws Error for a word on both sides, a word of more than two pairs, a pair that differs only in case, or a word
  /// that does not begin and end with a letter, digit, mark or underscore; also if there are no pairs.
  explicit WordSwaps(const SwapWords& words);
  ~WordSwaps();
  WordSwaps(WordSwaps&&) noexcept;
  WordSwaps& operator=(WordSwaps&&) noexcept;

  /// Several threads may call it.
  Twin twin_of(std::string_view text) const;

 private:
  class Index;
  std::unique_ptr<const Index> index_;
};

/// Texts and their twins, side by side.
struct TwinTexts {
  std::vector<std::string> texts, twins;  ///< of the same size
  std::vector<TextGroup> groups;          ///< of the texts: first, second or both
  std::vector<std::uint32_t> labels;      ///< of the texts; empty if they are not known
  std::uint64_t swapped = 0;              ///< words
  std::uint64_t without = 0;              ///< texts that have no twin, since they name no group, and are left out
};

/// REQUIRES: as many labels as texts, or none.
TwinTexts twin_texts(const WordSwaps& swaps, std::span<const std::string> texts,
                     std::span<const std::uint32_t> labels = {});

}  // namespace equivec
