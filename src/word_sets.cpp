#include "equivec/word_sets.hpp"

#include "src/builtin_word_sets.hpp"
#include "src/decompress.hpp"
#include "src/letter_case.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_set>

namespace equivec {

namespace {

using Json = nlohmann::json;

/// Reads one file. `where` names it in messages.
class WordSetReader {
 public:
  explicit WordSetReader(std::string where) : where_(std::move(where)) {}

  BiasWordSets read(std::string_view text) const {
    const Json root = parse(text);
    if (!root.is_object()) fail("", "expected an object with the sections of a word set file");
    only_keys(root, "", {"name", "description", "definitional", "equalize", "specific", "occupations"});
    BiasWordSets result;
    result.name = text_of(root, "", "name");
    if (root.contains("description")) text_of(root, "", "description");
    if (!root.contains("definitional")) fail("definitional", "the section is missing; it defines the bias direction");
    result.definitional = sets_of(root, "definitional");
    if (root.contains("equalize")) result.equalize = sets_of(root, "equalize");
    if (root.contains("specific")) result.specific = words_of(root, "specific");
    if (root.contains("occupations")) result.occupations = words_of(root, "occupations");
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& place, const std::string& message) const {
    throw Error(where_ + ": " + (place.empty() ? "" : "'" + place + "': ") + message);
  }

  Json parse(std::string_view text) const {
    try {
      return Json::parse(text);
    } catch (const Json::parse_error& error) {
      const auto before = text.substr(0, std::min<std::size_t>(error.byte, text.size()));
      const auto line = 1 + std::count(before.begin(), before.end(), '\n');
      throw Error(where_ + ":" + std::to_string(line) +
                  ": is not JSON here; look for a missing comma, quote or bracket");
    }
  }

  void only_keys(const Json& object, const std::string& place, std::initializer_list<std::string_view> known) const {
    for (const auto& [key, value] : object.items()) {
      if (std::ranges::find(known, key) != known.end()) continue;
      std::string names;
      for (const std::string_view name : known) names += (names.empty() ? "" : ", ") + std::string(name);
      fail(place, "unknown key '" + key + "'; known are " + names);
    }
  }

  std::string text_of(const Json& object, const std::string& place, const char* key) const {
    if (!object.contains(key) || !object[key].is_string() || object[key].get_ref<const std::string&>().empty())
      fail(place, "expected '" + std::string(key) + "' with a text");
    return object[key];
  }

  const Json& section(const Json& root, const std::string& name, const char* list) const {
    const Json& found = root[name];
    if (!found.is_object()) fail(name, "expected an object with 'source' and '" + std::string(list) + "'");
    only_keys(found, name, {"source", list});
    text_of(found, name, "source");
    if (!found.contains(list) || !found[list].is_array()) fail(name, "expected a list '" + std::string(list) + "'");
    return found[list];
  }

  WordSet list_of(const Json& list, const std::string& place) const {
    WordSet words;
    std::unordered_set<std::string> seen;
    for (const Json& word : list) {
      if (!word.is_string() || word.get_ref<const std::string&>().empty())
        fail(place, "expected words, found " + word.dump());
      words.push_back(word);
      if (!seen.insert(words.back()).second) fail(place, "the word '" + words.back() + "' stands there twice");
    }
    return words;
  }

  WordSet words_of(const Json& root, const std::string& name) const {
    return list_of(section(root, name, "words"), name);
  }

  std::vector<WordSet> sets_of(const Json& root, const std::string& name) const {
    std::vector<WordSet> sets;
    for (const Json& set : section(root, name, "sets")) {
      if (!set.is_array()) fail(name, "expected lists of words, found " + set.dump());
      sets.push_back(list_of(set, name));
      if (sets.back().size() < 2) fail(name, "a set needs two words or more, found " + set.dump());
    }
    if (sets.empty()) fail(name, "there is no set in it");
    return sets;
  }

  std::string where_;
};

struct Lookup {
  std::vector<WordId> words;         // those found, each once
  std::vector<std::size_t> missing;  // places of the others
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

}  // namespace

std::span<const std::string_view> builtin_word_sets() noexcept {
  static const auto names = [] {
    std::vector<std::string_view> result;
    for (const BuiltinWordSets& file : builtin_word_set_files()) result.push_back(file.name);
    return result;
  }();
  return names;
}

BiasWordSets read_word_sets(const std::string& name_or_file) {
  for (const BuiltinWordSets& file : builtin_word_set_files())
    if (file.name == name_or_file) return WordSetReader("built-in sets " + name_or_file).read(file.text);
  std::error_code ignored;
  if (name_or_file != "-" && !std::filesystem::exists(name_or_file, ignored)) {
    std::string names;
    for (const std::string_view name : builtin_word_sets()) names += (names.empty() ? "" : ", ") + std::string(name);
    throw Error(name_or_file + ": is neither a file nor one of the built-in word sets (" + names + ")");
  }
  const auto file = open_decompressed(name_or_file);
  return WordSetReader(name_or_file).read(file->bytes());
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
      // As a whole: a set of which one word came in another case would compare cases too.
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

ResolvedWords resolve(const Vocabulary& vocabulary, const WordSet& words) {
  ResolvedWords result;
  std::unordered_set<std::uint32_t> seen;
  for (const std::string& word : words) {
    auto id = vocabulary.find(word);
    if (!id) id = vocabulary.find(lowered(word));
    if (id) {
      if (seen.insert(static_cast<std::uint32_t>(*id)).second) result.words.push_back(*id);
    } else {
      result.missing.push_back(word);
    }
  }
  return result;
}

}  // namespace equivec
