#include "equivec/downstream/word_swaps.hpp"

#include "equivec/base/characters.hpp"
#include "equivec/base/error.hpp"
#include "src/base/suggestion.hpp"
#include "src/downstream/function_words.hpp"
#include "src/files/delimited.hpp"
#include "src/text/code_points.hpp"
#include "src/text/token_steps.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace equivec {

namespace {

/// A word of a text, or what stands between two.
struct TextPart {
  std::string_view text;
  bool is_word;
};

/// Bytes that are not UTF-8 belong to words: of a text in another encoding nothing is swapped beside them.
bool continues_word(const CodePoint& point) {
  return point.value == CodePoint::invalid || is_word_character(point.value);
}

std::vector<TextPart> parts_of(std::string_view text) {
  std::vector<TextPart> parts;
  for (std::size_t begin = 0, at = 0; at < text.size();) {
    const CodePoint point = first_code_point(text.substr(at));
    const bool is_word = continues_word(point);
    if (parts.empty() || parts.back().is_word != is_word) {
      begin = at;
      parts.push_back({text.substr(at, 0), is_word});
    }
    at += point.size;
    parts.back().text = text.substr(begin, at - begin);
  }
  return parts;
}

std::string lowercased(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = first_code_point(text.substr(at));
    if (point.value == CodePoint::invalid)
      result += text.substr(at, point.size);
    else
      append_utf8(result, Character::of(point.value).lowercase());
    at += point.size;
  }
  return result;
}

enum class LetterCase { lower, title, upper };

LetterCase case_of(std::string_view text) {
  std::size_t letters = 0, capitals = 0;
  bool begins_with_capital = false;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = first_code_point(text.substr(at));
    if (point.value != CodePoint::invalid && is_word_character(point.value)) {
      const bool is_capital = Character::of(point.value).lowercase() != point.value;
      begins_with_capital = begins_with_capital || (letters == 0 && is_capital);
      ++letters;
      capitals += is_capital;
    }
    at += point.size;
  }
  if (letters > 1 && capitals == letters) return LetterCase::upper;
  return begins_with_capital && capitals == 1 ? LetterCase::title : LetterCase::lower;
}

std::string with_case(std::string word, LetterCase letter_case) {
  const auto raise = [](char& c) { c = static_cast<char>(c - (c >= 'a' && c <= 'z' ? 32 : 0)); };
  if (letter_case == LetterCase::title) raise(word.front());
  if (letter_case == LetterCase::upper) std::ranges::for_each(word, raise);
  return word;
}

bool has_capital(const WordPair& pair) {
  return std::ranges::any_of(pair, [](const std::string& word) { return lowercased(word) != word; });
}

std::string shown_pair(const WordPair& pair) { return "'" + escaped(pair[0]) + "' and '" + escaped(pair[1]) + "'"; }

/// Throws Error unless words can be found in a text, and are two.
void require_swappable(const WordPair& pair, const std::string& where) {
  for (const std::string& word : pair) {
    const std::vector<TextPart> parts = parts_of(word);
    if (parts.empty() || !parts.front().is_word || !parts.back().is_word)
      throw Error(where + "the pair " + shown_pair(pair) + ": '" + escaped(word) +
                  "' does not begin and end with a letter or digit, so no text holds it as a word; write words alone");
  }
  if (lowercased(pair[0]) == lowercased(pair[1]))
    throw Error(where + "the pair " + shown_pair(pair) + " is one word twice; write two words");
}

const WordList* list_named(const BiasWordSets& sets, std::string_view name) {
  const auto found = std::ranges::find(sets.lists, name, &WordList::name);
  return found == sets.lists.end() ? nullptr : &*found;
}

/// The words at the same position of two lists; none if there are no such lists.
std::vector<WordPair> pairs_of_lists(const BiasWordSets& sets, const std::string& first, const std::string& second) {
  const WordList *const firsts = list_named(sets, first), *const seconds = list_named(sets, second);
  std::vector<WordPair> pairs;
  if (!firsts && !seconds) return pairs;
  const std::size_t sizes[] = {firsts ? firsts->words.size() : 0, seconds ? seconds->words.size() : 0};
  if (sizes[0] != sizes[1])
    throw Error("word sets '" + sets.name + "': the list '" + first + "' has " + std::to_string(sizes[0]) +
                " words and '" + second + "' " + std::to_string(sizes[1]) +
                "; words at the same position are a pair, so give as many");
  for (std::size_t i = 0; i < sizes[0]; ++i) pairs.push_back({firsts->words[i], seconds->words[i]});
  return pairs;
}

}  // namespace

std::string_view name_of(TextGroup group) {
  constexpr std::array<std::string_view, 4> names = {"none", "first", "second", "both"};
  return names[static_cast<std::size_t>(group)];
}

SwapWords swap_words(const BiasWordSets& sets) {
  SwapWords words{.name = sets.name, .pairs = {}, .names = {}, .persons = {}};
  for (const WordSet& set : sets.definitional) {
    if (set.size() != 2) continue;
    const WordPair pair = {set[0], set[1]};
    (has_capital(pair) ? words.names : words.pairs).push_back(pair);
  }
  for (WordPair& pair : pairs_of_lists(sets, "swap-first", "swap-second"))
    if (std::ranges::find(words.pairs, pair) == words.pairs.end()) words.pairs.push_back(std::move(pair));
  if (words.pairs.empty() && words.names.empty())
    throw Error("word sets '" + sets.name +
                "': no definitional set has two words, and there are no lists swap-first and swap-second, so there is "
                "nothing to swap; give pairs of words");
  words.persons = pairs_of_lists(sets, "person-first", "person-second");
  if (words.persons.empty()) words.persons = words.pairs;
  return words;
}

bool has_swap_words(const BiasWordSets& sets) {
  return list_named(sets, "swap-first") ||
         std::ranges::any_of(sets.definitional, [](const WordSet& set) { return set.size() == 2; });
}

std::vector<WordPair> read_word_pairs(const std::filesystem::path& file) {
  std::vector<WordPair> pairs;
  for_each_entry(file, [&](std::string_view line, std::size_t number) {
    std::vector<std::string> fields = split_fields(line, separator_of(line, separators));
    const std::string where = place(file, number);
    if (fields.size() != 2 || fields[0].empty() || fields[1].empty())
      throw Error(where + "expected two words, one of each group, found " + std::to_string(fields.size()) +
                  (fields.size() == 1 ? " field" : " fields") + "; write a pair a line");
    WordPair pair = {std::move(fields[0]), std::move(fields[1])};
    require_swappable(pair, where);
    pairs.push_back(std::move(pair));
  });
  if (pairs.empty()) throw Error(file.string() + ": holds no pair of words (two words a line)");
  return pairs;
}

std::vector<WordPair> read_name_pairs(const std::string& name_or_file) {
  if (name_or_file != "weat") return read_word_pairs(name_or_file);
  return pairs_of_lists(read_word_sets("weat"), "female-names", "male-names");
}

/// Finds the words of pairs by their first part.
class WordSwaps::Index {
 public:
  explicit Index(const SwapWords& words) : name_(words.name) {
    for (const WordPair& pair : words.pairs) add(pair, false);
    for (const WordPair& pair : words.names) add(pair, true);
    if (entries_.empty()) throw Error(name_ + ": there are no pairs of words to swap");
    for (auto& [part, entries] : entries_)  // the longest first; as written before in any case
      std::ranges::stable_sort(entries, [](const Entry& a, const Entry& b) {
        return std::pair(a.parts, a.as_written) > std::pair(b.parts, b.as_written);
      });
  }

  Twin twin_of(std::string_view text) const {
    const std::vector<TextPart> parts = parts_of(text);
    Twin twin;
    bool firsts = false, seconds = false;
    for (std::size_t i = 0; i < parts.size();) {
      const Entry* const entry = parts[i].is_word ? find(parts, i) : nullptr;
      if (!entry) {
        twin.text += parts[i++].text;
        continue;
      }
      std::string found;
      for (std::size_t k = 0; k < entry->parts; ++k) found += parts[i + k].text;
      i += entry->parts;
      const std::string& other =
          entry->second_other.empty() || takes_noun(parts, i) ? entry->other : entry->second_other;
      twin.text += entry->as_written ? other : with_case(other, case_of(found));
      (entry->side == 0 ? firsts : seconds) = true;
      ++twin.swapped;
    }
    twin.group = firsts && seconds ? TextGroup::both
                 : firsts          ? TextGroup::first
                 : seconds         ? TextGroup::second
                                   : TextGroup::none;
    return twin;
  }

 private:
  struct Entry {
    std::string word;  ///< in lower case unless it is found as written
    std::size_t parts;
    int side;
    bool as_written;
    std::string other, second_other;  ///< the second one is mostly empty
  };

  static std::string written(const std::string& word, bool as_written) { return as_written ? word : lowercased(word); }

  void add(const WordPair& pair, bool as_written) {
    require_swappable(pair, name_ + ": ");
    for (int side = 0; side < 2; ++side)
      add(Entry{.word = written(pair[static_cast<std::size_t>(side)], as_written),
                .parts = 0,
                .side = side,
                .as_written = as_written,
                .other = written(pair[static_cast<std::size_t>(1 - side)], as_written),
                .second_other = ""});
  }

  void add(Entry entry) {
    const std::vector<TextPart> parts = parts_of(entry.word);
    entry.parts = parts.size();
    std::vector<Entry>& entries = entries_[std::string(parts.front().text)];
    const auto known = std::ranges::find_if(
        entries, [&](const Entry& e) { return e.word == entry.word && e.as_written == entry.as_written; });
    if (known == entries.end()) {
      entries.push_back(std::move(entry));
      return;
    }
    const std::string what = name_ + ": the word '" + escaped(entry.word) + "' ";
    if (known->side != entry.side)
      throw Error(what + "stands on both sides of pairs, so its group is not known; leave it out on one side");
    if (known->other == entry.other || known->second_other == entry.other) return;
    if (!known->second_other.empty())
      throw Error(what + "stands in more than two pairs, with '" + escaped(known->other) + "', '" +
                  escaped(known->second_other) + "' and '" + escaped(entry.other) + "'; leave two");
    known->second_other = std::move(entry.other);
  }

  /// The longest word that begins at part i; null if there is none.
  const Entry* find(const std::vector<TextPart>& parts, std::size_t i) const {
    for (const std::string& key : {std::string(parts[i].text), lowercased(parts[i].text)}) {
      const auto found = entries_.find(key);
      if (found == entries_.end()) continue;
      for (const Entry& entry : found->second) {
        if (i + entry.parts > parts.size()) continue;
        std::string text;
        for (std::size_t k = 0; k < entry.parts; ++k) text += parts[i + k].text;
        if (written(text, entry.as_written) == entry.word) return &entry;
      }
    }
    return nullptr;
  }

  /// Whether the parts from i on can be a noun phrase without its article.
  static bool takes_noun(const std::vector<TextPart>& parts, std::size_t i) {
    if (i + 1 >= parts.size() || parts[i].is_word || !std::ranges::all_of(parts[i].text, is_space)) return false;
    return !is_function_word(lowercased(parts[i + 1].text));
  }

  std::string name_;
  std::unordered_map<std::string, std::vector<Entry>> entries_;
};

WordSwaps::WordSwaps(const SwapWords& words) : index_(std::make_unique<const Index>(words)) {}
WordSwaps::~WordSwaps() = default;
WordSwaps::WordSwaps(WordSwaps&&) noexcept = default;
WordSwaps& WordSwaps::operator=(WordSwaps&&) noexcept = default;

Twin WordSwaps::twin_of(std::string_view text) const { return index_->twin_of(text); }

TwinTexts twin_texts(const WordSwaps& swaps, std::span<const std::string> texts,
                     std::span<const std::uint32_t> labels) {
  TwinTexts result;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    Twin twin = swaps.twin_of(texts[i]);
    if (twin.swapped == 0) {
      ++result.without;
      continue;
    }
    result.texts.push_back(texts[i]);
    result.twins.push_back(std::move(twin.text));
    result.groups.push_back(twin.group);
    if (!labels.empty()) result.labels.push_back(labels[i]);
    result.swapped += twin.swapped;
  }
  return result;
}

}  // namespace equivec
