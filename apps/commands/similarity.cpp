#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/report/json.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

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
  for (std::size_t i = 0; i < words.size(); i += 2) queries.push_back(joined(std::span(words).subspan(i, 2)));

  struct Pair {
    std::vector<std::string> words;
    WordId first, second;
  };
  struct Answer {
    double similarity, difference;
  };
  const Embeddings embeddings = load(file, {});
  const Vocabulary& vocabulary = embeddings.vocabulary();
  const auto parse = [&](const std::string& query) {
    std::vector<std::string> given = split(query);
    if (given.size() != 2) throw Error("'" + query + "': expected two words, found " + std::to_string(given.size()));
    const WordId first = require_word(vocabulary, given[0], file), second = require_word(vocabulary, given[1], file);
    return Pair{std::move(given), first, second};
  };
  const auto solve = [&](std::span<const Pair> pairs) {
    std::vector<Answer> answers;
    for (const Pair& pair : pairs)
      answers.push_back({cosine(embeddings[pair.first], embeddings[pair.second]),
                         squared_difference(embeddings[pair.first], embeddings[pair.second])});
    return answers;
  };
  const auto show = [&](const std::string&, const Pair& pair, const Answer& answer) {
    if (json)
      return print(
          Json{{"words", pair.words}, {"similarity", answer.similarity}, {"squared_difference", answer.difference}});
    char text[80];
    std::snprintf(text, sizeof text, "cosine %.4f  squared difference %.4f", answer.similarity, answer.difference);
    std::cout << pair.words[0] << ' ' << pair.words[1] << "  " << text << '\n';
  };
  return answer_queries({.command = "similarity", .queries = queries, .prompt = "W1 W2", .json = json}, parse, solve,
                        show);
}
