#include "equivec/spaces/lexicon.hpp"

#include "equivec/base/characters.hpp"
#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/files/delimited.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace equivec {

namespace {

std::vector<std::string> words_of_line(std::string_view line) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = at;
    while (end < line.size() && !is_space(line[end])) ++end;
    if (end > at) words.emplace_back(line.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

}  // namespace

SemanticLexicon read_lexicon(const std::filesystem::path& file) {
  SemanticLexicon lexicon{.name = set_name(file), .entries = {}};
  for_each_entry(file, [&](std::string_view line, std::size_t) {
    if (std::vector<std::string> words = words_of_line(line); words.size() > 1)
      lexicon.entries.push_back(std::move(words));
  });
  if (lexicon.entries.empty())
    throw Error(file.string() + ": holds no pair of words (a word and its neighbours a line)");
  return lexicon;
}

RelatedPairs related_pairs(const Embeddings& embeddings, const SemanticLexicon& lexicon) {
  const Vocabulary vocabulary = embeddings.vocabulary().with_further(nullptr);  // words composed of n-grams have no row
  RelatedPairs result;
  std::set<std::string_view> unknown;
  for (const std::vector<std::string>& entry : lexicon.entries) {
    const std::vector<std::string_view> words(entry.begin(), entry.end());
    const std::vector<std::optional<WordId>> ids = vocabulary.find(words);
    for (std::size_t i = 0; i < words.size(); ++i)
      if (!ids[i]) unknown.insert(words[i]);
    for (std::size_t i = 1; i < words.size(); ++i)
      if (!ids[0] || !ids[i])
        ++result.missing;
      else if (*ids[0] != *ids[i])
        result.pairs.push_back({std::min(*ids[0], *ids[i]), std::max(*ids[0], *ids[i])});
  }
  std::ranges::sort(result.pairs);
  result.pairs.erase(std::unique(result.pairs.begin(), result.pairs.end()), result.pairs.end());
  result.unknown = unknown.size();
  return result;
}

}  // namespace equivec
