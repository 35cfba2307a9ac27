#include "equivec/spaces/dictionary.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/base/lines.hpp"
#include "src/files/delimited.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

namespace equivec {

namespace {

/// Of a line with a tab the texts between tabs, of another the words. Quotes mean nothing: they are words of
/// dictionaries too.
std::vector<std::string_view> fields_of(std::string_view line) {
  const bool tabs = line.find('\t') != line.npos;
  const auto separates = [&](char c) { return tabs ? c == '\t' : is_space(c); };
  std::vector<std::string_view> fields;
  for (std::size_t at = 0; at <= line.size();) {
    std::size_t end = at;
    while (end < line.size() && !separates(line[end])) ++end;
    const std::string_view field = trimmed(line.substr(at, end - at));
    if (tabs || !field.empty()) fields.push_back(field);
    at = end + 1;
  }
  return fields;
}

/// Words composed of n-grams have no row.
std::optional<WordId> row_of(const Embeddings& embeddings, std::string_view word) {
  const auto id = embeddings.vocabulary().find(word);
  return id && index(*id) < embeddings.size() ? id : std::nullopt;
}

}  // namespace

Dictionary read_dictionary(const std::filesystem::path& file) {
  Dictionary dictionary{.name = set_name(file), .entries = {}};
  for_each_entry(file, [&](std::string_view line, std::size_t number) {
    const std::vector<std::string_view> fields = fields_of(line);
    if (fields.size() != 2)
      throw Error(place(file, number) + "expected a word and its translation, between a tab or blanks, found " +
                  std::to_string(fields.size()) + (fields.size() == 1 ? " word" : " words"));
    if (fields[0].empty() || fields[1].empty())
      throw Error(place(file, number) + "expected a word and its translation, found nothing " +
                  (fields[0].empty() ? "before" : "after") + " the tab");
    dictionary.entries.emplace_back(fields[0], fields[1]);
  });
  if (dictionary.entries.empty()) throw Error(file.string() + ": holds no entry (a word and its translation a line)");
  return dictionary;
}

FoundPairs find_pairs(const Embeddings& source, const Embeddings& target, const Dictionary& dictionary) {
  FoundPairs result;
  std::set<std::pair<WordId, WordId>> seen;
  for (const auto& [from, to] : dictionary.entries) {
    const auto first = row_of(source, from), second = row_of(target, to);
    if (!first || !second)
      ++result.missing;
    else if (seen.emplace(*first, *second).second)
      result.pairs.push_back({*first, *second});
  }
  return result;
}

std::vector<TranslationPair> shared_words(const Embeddings& source, const Embeddings& target, std::size_t count) {
  std::vector<std::string_view> words(source.size());
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = source.vocabulary().word(word_id(i));
  const std::vector<std::optional<WordId>> found = target.vocabulary().find(words);
  std::vector<TranslationPair> pairs;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (found[i] && index(*found[i]) < target.size()) pairs.push_back({word_id(i), *found[i]});
  // The sources ascend, so ties keep their order.
  std::ranges::stable_sort(pairs, {}, [](const TranslationPair& pair) { return std::max(pair.source, pair.target); });
  if (count > 0 && pairs.size() > count) pairs.resize(count);
  return pairs;
}

}  // namespace equivec
