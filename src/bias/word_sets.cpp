#include "equivec/bias/word_sets.hpp"

#include "equivec/base/error.hpp"
#include "src/base/characters.hpp"
#include "src/base/suggestion.hpp"
#include "src/bias/builtin_word_sets.hpp"
#include "src/counts/find_word.hpp"
#include "src/files/decompress.hpp"
#include "src/files/json.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace equivec {

namespace {

using Names = std::vector<std::string_view>;

/// Reads one file. `where` names it in messages.
class WordSetReader {
 public:
  explicit WordSetReader(std::string where) : where_(std::move(where)) {}

  BiasWordSets read(std::string_view text) const {
    const JsonValue root = parse_json(where_, text);
    check_keys(root, "", {"name"},
               {"description", "definitional", "equalize", "specific", "occupations", "lists", "shares", "queries",
                "choices"});
    BiasWordSets result;
    result.name = text_of(*root.find("name"), "name");
    if (const JsonValue* text_there = root.find("description")) text_of(*text_there, "description");
    result.definitional = sets_of(root, "definitional");
    result.equalize = sets_of(root, "equalize");
    result.specific = words_in(root, "specific");
    result.occupations = words_in(root, "occupations");
    for_each_named(root, "lists", [&](const JsonValue& list, const std::string& place) {
      result.lists.push_back(list_of(list, place));
    });
    for_each_named(root, "shares", [&](const JsonValue& shares, const std::string& place) {
      result.shares.push_back(shares_of(shares, place));
    });
    for_each_named(root, "choices", [&](const JsonValue& choices, const std::string& place) {
      result.choices.push_back(choices_of(choices, place));
    });
    read_queries(root, result);
    if (result.definitional.empty() && result.lists.empty() && result.choices.empty())
      fail(root.line, "", "has none of the sections 'definitional', 'lists' and 'choices'; add one");
    return result;
  }

 private:
  using Kind = JsonValue::Kind;

  [[noreturn]] void fail(std::size_t line, const std::string& place, const std::string& message) const {
    fail_at(where_, line, place, message);
  }

  /// The items of a list or object that must not be empty.
  const std::vector<JsonValue>& items_of(const JsonValue& value, Kind kind, const std::string& place,
                                         const std::string& expected) const {
    if (value.kind != kind || value.items.empty()) fail(value.line, place, found(value) + "; write " + expected);
    return value.items;
  }

  void check_keys(const JsonValue& object, const std::string& place, const Names& needed,
                  const Names& optional = {}) const {
    if (object.kind != Kind::object)
      fail(object.line, place, found(object) + "; write an object with " + joined(needed));
    Names known = needed;
    known.insert(known.end(), optional.begin(), optional.end());
    for (const JsonValue& member : object.items)
      if (std::ranges::find(known, member.key) == known.end())
        fail(member.key_line, place, "unknown key " + in_quotes(member.key) + "; " + suggestion(member.key, known));
    for (const std::string_view name : needed)
      if (!object.find(name)) fail(object.line, place, "lacks the key '" + std::string(name) + "'; add it");
    if (const JsonValue* source = object.find("source")) text_of(*source, inside(place, "source"));
  }

  void check_text(std::string_view text, std::size_t line, const std::string& place) const {
    if (text.empty()) fail(line, place, "found an empty text; write a word or take it out");
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' '; }))
      fail(line, place, "found " + in_quotes(text) + "; tabs, line feeds and other control characters cannot be in it");
  }

  const std::string& text_of(const JsonValue& value, const std::string& place) const {
    if (value.kind != Kind::text) fail(value.line, place, found(value) + "; write a text in quotes");
    check_text(value.text, value.line, place);
    return value.text;
  }

  WordSet words_of(const JsonValue& list, const std::string& place) const {
    WordSet words;
    std::unordered_set<std::string_view> seen;
    for (const JsonValue& word : items_of(list, Kind::list, place, "a list of one word or more")) {
      words.push_back(text_of(word, place));
      if (!seen.insert(word.text).second) fail(word.line, place, in_quotes(word.text) + " occurs twice; take one out");
    }
    return words;
  }

  WordSet words_in(const JsonValue& root, const std::string& section) const {
    const JsonValue* value = root.find(section);
    if (!value) return {};
    check_keys(*value, section, {"source", "words"});
    return words_of(*value->find("words"), inside(section, "words"));
  }

  std::vector<WordSet> sets_of(const JsonValue& root, const std::string& section) const {
    const JsonValue* value = root.find(section);
    if (!value) return {};
    check_keys(*value, section, {"source", "sets"});
    const std::string place = inside(section, "sets");
    std::vector<WordSet> sets;
    for (const JsonValue& set : items_of(*value->find("sets"), Kind::list, place, "a list of sets of words")) {
      sets.push_back(words_of(set, place));
      if (sets.back().size() < 2)
        fail(set.line, place, "found a set of " + in_quotes(sets.back()[0]) + " alone; a set needs two words or more");
    }
    return sets;
  }

  /// Calls f(value, place) for each member of a section with named members.
  template <class F>
  void for_each_named(const JsonValue& root, const std::string& section, F&& f) const {
    const JsonValue* value = root.find(section);
    if (!value) return;
    for (const JsonValue& member : items_of(*value, Kind::object, section, "an object with a name for each part")) {
      check_text(member.key, member.key_line, section);
      f(member, inside(section, member.key));
    }
  }

  WordList list_of(const JsonValue& list, const std::string& place) const {
    check_keys(list, place, {"source", "words"}, {"removed"});
    WordList result{list.key, words_of(*list.find("words"), inside(place, "words")), {}};
    if (const JsonValue* removed = list.find("removed")) {
      const std::string there = inside(place, "removed");
      result.removed = words_of(*removed, there);
      const std::unordered_set<std::string_view> kept(result.words.begin(), result.words.end());
      for (const JsonValue& word : removed->items)
        if (kept.contains(word.text))
          fail(word.line, there, in_quotes(word.text) + " is among 'words' too; take it out of one of them");
    }
    return result;
  }

  WordShares shares_of(const JsonValue& shares, const std::string& place) const {
    check_keys(shares, place, {"source", "years", "percent"});
    WordShares result{shares.key, {}, {}};
    const std::string years = inside(place, "years");
    for (const JsonValue& year : items_of(*shares.find("years"), Kind::list, years, "a list of years")) {
      if (year.kind != Kind::number || year.number != std::floor(year.number) || std::abs(year.number) > 9999)
        fail(year.line, years, found(year) + "; write a year such as 1990");
      const int number = static_cast<int>(year.number);
      if (!result.years.empty() && number <= result.years.back())
        fail(year.line, years,
             found(year) + " after " + std::to_string(result.years.back()) + "; write each year once, ascending");
      result.years.push_back(number);
    }
    const std::string percent = inside(place, "percent");
    for (const JsonValue& entry :
         items_of(*shares.find("percent"), Kind::object, percent, "an object with numbers for each word")) {
      check_text(entry.key, entry.key_line, percent);
      result.entries.push_back({entry.key, percents_of(entry, result.years.size(), inside(percent, entry.key))});
    }
    return result;
  }

  std::vector<std::optional<double>> percents_of(const JsonValue& entry, std::size_t years,
                                                 const std::string& place) const {
    if (entry.kind != Kind::list) fail(entry.line, place, found(entry) + "; write a list with one number a year");
    if (entry.items.size() != years)
      fail(entry.line, place,
           "found " + std::to_string(entry.items.size()) + " numbers for " + std::to_string(years) +
               " years; write one a year, null where there is none");
    std::vector<std::optional<double>> result;
    for (const JsonValue& number : entry.items) {
      const bool is_percent = number.kind == Kind::number && number.number >= 0 && number.number <= 100;
      if (!is_percent && number.kind != Kind::null)
        fail(number.line, place, found(number) + "; write a number from 0 to 100, or null where there is none");
      result.push_back(is_percent ? std::optional(number.number) : std::nullopt);
    }
    return result;
  }

  PairChoices choices_of(const JsonValue& choices, const std::string& place) const {
    check_keys(choices, place, {"source", "questions"});
    const std::string there = inside(place, "questions");
    PairChoices result{choices.key, {}};
    for (const JsonValue& question : items_of(*choices.find("questions"), Kind::list, there, "a list of questions")) {
      const std::string form = "the pair of the definition, that of the stereotype and one or more of neither";
      const std::vector<JsonValue>& pairs = items_of(question, Kind::list, there, form);
      if (pairs.size() < 3)
        fail(question.line, there, "found a question of " + std::to_string(pairs.size()) + " items; write " + form);
      PairChoice choice{pair_of(pairs[0], there), pair_of(pairs[1], there), {}};
      for (std::size_t i = 2; i < pairs.size(); ++i) choice.none.push_back(pair_of(pairs[i], there));
      result.questions.push_back(std::move(choice));
    }
    return result;
  }

  PairChoice::Pair pair_of(const JsonValue& pair, const std::string& place) const {
    WordSet words = words_of(pair, place);
    if (words.size() != 2)
      fail(pair.line, place, "found a list of " + std::to_string(words.size()) + " where a pair of words is needed");
    return {std::move(words[0]), std::move(words[1])};
  }

  /// Names and where each of them stands.
  struct Positions {
    Names names;
    std::unordered_map<std::string_view, std::size_t> positions;

    void add(std::string_view name) {
      positions.emplace(name, names.size());
      names.push_back(name);
    }
  };

  void read_queries(const JsonValue& root, BiasWordSets& sets) const {
    const JsonValue* value = root.find("queries");
    if (!value) return;
    Positions lists, shares;
    for (const WordList& list : sets.lists) lists.add(list.name);
    for (const WordShares& known : sets.shares) shares.add(known.name);
    std::unordered_set<std::string_view> seen;
    for (const JsonValue& query : items_of(*value, Kind::list, "queries", "a list of queries")) {
      check_keys(query, "queries", {"name", "source", "targets", "attributes"}, {"shares", "measures"});
      BiasQuery result;
      const JsonValue& name = *query.find("name");
      result.name = text_of(name, "queries");
      if (!seen.insert(name.text).second)
        fail(name.line, "queries", "the name " + in_quotes(name.text) + " occurs twice; give each query its own");
      const std::string place = inside("queries", result.name);
      const auto look_up = [&](const char* key, std::vector<std::string>& names, std::vector<WordSet>& words) {
        names = words_of(*query.find(key), inside(place, key));
        for (const JsonValue& list : query.find(key)->items)
          words.push_back(sets.lists[position_of(list, lists, "list", inside(place, key))].words);
      };
      look_up("targets", result.target_names, result.targets);
      look_up("attributes", result.attribute_names, result.attributes);
      if (const JsonValue* numbers = query.find("shares")) {
        result.shares = text_of(*numbers, inside(place, "shares"));
        position_of(*numbers, shares, "part of 'shares'", inside(place, "shares"));
      }
      if (const JsonValue* measures = query.find("measures"))
        result.measures = words_of(*measures, inside(place, "measures"));
      sets.queries.push_back(std::move(result));
    }
  }

  std::size_t position_of(const JsonValue& name, const Positions& known, const std::string& what,
                          const std::string& place) const {
    const auto there = known.positions.find(name.text);
    if (there == known.positions.end())
      fail(name.line, place,
           "no " + what + " is named " + in_quotes(name.text) + "; " + suggestion(name.text, known.names));
    return there->second;
  }

  std::string where_;
};

// ---- words of a vocabulary ----

struct Lookup {
  std::vector<WordId> words;         // those found, each once
  std::vector<std::size_t> missing;  // positions of the others
};

Lookup look_up(const Vocabulary& vocabulary, const WordSet& words) {
  Lookup result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto id = vocabulary.find(words[i]);
    if (!id)
      result.missing.push_back(i);
    else if (std::ranges::find(result.words, *id) == result.words.end())
      result.words.push_back(*id);
  }
  return result;
}

std::optional<WordId> look_up(const Vocabulary& vocabulary, const std::string& word, bool fold) {
  return fold ? find_or_lowered(vocabulary, word) : vocabulary.find(word);
}

/// "gender" of gender.json.
std::string_view name_of(const EmbeddedFile& file) { return file.name.substr(0, file.name.rfind('.')); }

}  // namespace

std::span<const std::string_view> builtin_word_sets() noexcept {
  static const auto names = [] {
    std::vector<std::string_view> result;
    for (const EmbeddedFile& file : builtin_word_set_files()) result.push_back(name_of(file));
    return result;
  }();
  return names;
}

BiasWordSets read_word_sets(const std::string& name_or_file) {
  for (const EmbeddedFile& file : builtin_word_set_files())
    if (name_of(file) == name_or_file) return WordSetReader("built-in sets " + name_or_file).read(file.text);
  std::error_code ignored;
  if (name_or_file != "-" && !std::filesystem::exists(name_or_file, ignored)) {
    const std::span<const std::string_view> known = builtin_word_sets();
    throw Error(name_or_file + ": is neither a file nor a built-in word set; " + suggestion(name_or_file, known));
  }
  const auto file = open_decompressed(name_or_file);
  return WordSetReader(name_or_file).read(file->bytes());
}

BiasWordSets parse_word_sets(std::string_view json, const std::string& where) {
  return WordSetReader(where).read(json);
}

std::vector<WordSet> with_case_variants(std::span<const WordSet> sets) {
  std::vector<WordSet> result;
  for (const WordSet& set : sets) {
    std::vector<WordSet> forms = {set};
    for (const auto form : {titled, uppered}) {
      WordSet variant;
      for (const std::string& word : set) variant.push_back(form(word));
      if (std::ranges::find(forms, variant) == forms.end()) forms.push_back(std::move(variant));
    }
    result.insert(result.end(), forms.begin(), forms.end());
  }
  return result;
}

ResolvedSets resolve(const Vocabulary& vocabulary, std::span<const WordSet> sets) {
  ResolvedSets result;
  std::set<std::vector<WordId>> seen;
  for (const WordSet& set : sets) {
    Lookup found = look_up(vocabulary, set);
    if (!found.missing.empty()) {
      WordSet lower(set.size());
      std::ranges::transform(set, lower.begin(), lowered);
      // As a whole: a set with one word in another case would also compare cases.
      if (Lookup other = look_up(vocabulary, lower); other.missing.size() < found.missing.size())
        found = std::move(other);
    }
    for (const std::size_t i : found.missing) result.missing.push_back(set[i]);
    auto sorted = found.words;
    std::ranges::sort(sorted);
    if (found.words.size() >= 2 && seen.insert(std::move(sorted)).second) result.sets.push_back(std::move(found.words));
  }
  return result;
}

ResolvedWords resolve_list(const Vocabulary& vocabulary, const WordSet& words, bool cased) {
  ResolvedWords result;
  std::unordered_set<std::uint32_t> seen;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto id = look_up(vocabulary, words[i], !cased);
    if (!id) {
      result.missing.push_back(words[i]);
    } else if (seen.insert(static_cast<std::uint32_t>(*id)).second) {
      result.words.push_back(*id);
      result.positions.push_back(i);
    }
  }
  return result;
}

ResolvedWords resolve(const Vocabulary& vocabulary, const WordSet& words) {
  return resolve_list(vocabulary, words, false);
}

ResolvedPairs resolve_pairs(const Vocabulary& vocabulary, const WordSet& first, const WordSet& second, bool cased) {
  if (first.size() != second.size())
    throw Error("lists of " + std::to_string(first.size()) + " and " + std::to_string(second.size()) +
                " words give no pairs; write as many words in the one as in the other");
  ResolvedPairs result;
  std::set<std::pair<WordId, WordId>> seen;
  std::unordered_set<std::string_view> missing;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto a = look_up(vocabulary, first[i], !cased), b = look_up(vocabulary, second[i], !cased);
    if (!a && missing.insert(first[i]).second) result.missing.push_back(first[i]);
    if (!b && missing.insert(second[i]).second) result.missing.push_back(second[i]);
    if (a && b && *a != *b && seen.insert({*a, *b}).second) {
      result.first.push_back(*a);
      result.second.push_back(*b);
    } else {
      result.dropped.push_back({first[i], second[i]});
    }
  }
  return result;
}

std::vector<WordId> words_kept(const Vocabulary& vocabulary, const BiasWordSets& sets) {
  WordSet listed = sets.specific;
  for (const auto* group : {&sets.definitional, &sets.equalize})
    for (const WordSet& set : with_case_variants(*group)) listed.insert(listed.end(), set.begin(), set.end());
  std::vector<WordId> kept = resolve(vocabulary, listed).words;
  // A set is found as a whole, as written or in lowercase; its words, looked up one by one, may give other forms.
  for (const auto* group : {&sets.definitional, &sets.equalize})
    for (const auto& set : resolve(vocabulary, with_case_variants(*group)).sets)
      kept.insert(kept.end(), set.begin(), set.end());
  std::ranges::sort(kept);
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  return kept;
}

std::vector<WordId> words_neutralized(const Vocabulary& vocabulary, const BiasWordSets& sets) {
  const std::vector<WordId> kept = words_kept(vocabulary, sets);
  std::vector<WordId> others;
  for (std::size_t row = 0; row < vocabulary.size(); ++row)
    if (!std::ranges::binary_search(kept, word_id(row))) others.push_back(word_id(row));
  return others;
}

}  // namespace equivec
