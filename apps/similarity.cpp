#include "apps/command.hpp"
#include "apps/options.hpp"
#include "apps/query.hpp"

#include <cstdio>
#include <iostream>

using namespace equivec;

int run_similarity(std::span<const std::string> arguments) {
  std::string file;
  std::vector<std::string> words;
  bool json = false;
  Options options(
      "similarity VECTORS [W1 W2...] [options]",
      "Prints how similar two words are: the cosine of their vectors (1 the same, 0 unrelated), and the squared "
      "difference of their unit vectors (0 the same, 2 unrelated). Without words, two a line from standard input.");
  options.positional("VECTORS", file)
      .positionals("WORD", words, 0)
      .add("json", json, "one JSON document for each pair");
  if (!options.parse(arguments)) return 0;
  if (words.size() % 2 != 0) throw OptionError("words come in pairs, found " + std::to_string(words.size()));
  std::vector<std::string> queries;
  for (std::size_t i = 0; i < words.size(); i += 2) queries.push_back(words[i] + " " + words[i + 1]);

  const Embeddings embeddings = load(file, {});
  const Vocabulary& vocabulary = embeddings.vocabulary();
  return answer_queries("similarity", queries, "W1 W2", json, [&](const std::string& query) {
    const auto given = split(query);
    if (given.size() != 2) throw Error("'" + query + "': expected two words, found " + std::to_string(given.size()));
    const auto first = embeddings[require_word(vocabulary, given[0], file)];
    const auto second = embeddings[require_word(vocabulary, given[1], file)];
    const double similarity = cosine(first, second), difference = squared_difference(first, second);
    if (json) return print(Json{{"words", given}, {"similarity", similarity}, {"squared_difference", difference}});
    char text[80];
    std::snprintf(text, sizeof text, "cosine %.4f  squared difference %.4f", similarity, difference);
    std::cout << given[0] << ' ' << given[1] << "  " << text << '\n';
  });
}
