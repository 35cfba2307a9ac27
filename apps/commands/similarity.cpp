#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/search/expression.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/report/answers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <iostream>
#include <utility>

using namespace equivec;

int run_similarity(std::span<const std::string> arguments) {
  std::string file;
  std::vector<std::string> words;
  bool json = false;
  Options options(
      "similarity VECTORS [W1 W2...] [options]",
      "Prints how similar two words are: the cosine of their vectors (1 the same, 0 unrelated), and the squared "
      "difference of their unit vectors (0 the same, 2 unrelated). Without words, reads two a line from standard "
      "input.");
  options.positional("VECTORS", file)
      .positionals("WORD", words, 0)
      .add("json", json, "one JSON document for each pair");
  if (!options.parse(arguments)) return 0;
  if (words.size() % 2 != 0) throw OptionError("words come in pairs, found " + std::to_string(words.size()));
  std::vector<std::string> queries;
  for (std::size_t i = 0; i < words.size(); i += 2) queries.push_back(joined_words(std::span(words).subspan(i, 2)));

  using Pair = std::pair<WordId, WordId>;
  const Embeddings embeddings = load_to_ask(file, {});
  const auto parse = [&](const std::string& query) { return parse_pair(embeddings.vocabulary(), query, file); };
  const auto solve = [](std::span<const Pair> pairs) { return pairs; };  // show measures them
  const auto show = [&](const std::string&, const Pair& pair, const Pair&) {
    if (json) return print(similarity_document(embeddings, pair));
    std::cout << similarity_text(embeddings, pair);
  };
  return answer_queries({.command = "similarity",
                         .queries = queries,
                         .prompt = "W1 W2",
                         .json = json,
                         .vocabulary = &embeddings.vocabulary()},
                        parse, solve, show);
}
