#include "equivec/base/types.hpp"
#include "equivec/search/expression.hpp"
#include "equivec/search/neighbors.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/report/answers.hpp"
#include "src/report/json.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <iostream>

using namespace equivec;

int run_outlier(std::span<const std::string> arguments) {
  std::string file;
  std::vector<std::string> words;
  bool json = false;
  Options options("outlier VECTORS [WORD...] [options]",
                  "Which word does not belong with the others? Prints the words by the cosine of their vectors to the "
                  "mean of all of them (each scaled to length 1), the outlier first. Without words, reads a group of "
                  "words a line from standard input.");
  options.positional("VECTORS", file)
      .positionals("WORD", words, 0)
      .add("json", json, "one JSON document for each line");
  if (!options.parse(arguments)) return 0;
  std::vector<std::string> queries;
  if (!words.empty()) queries.push_back(joined_words(words));

  using Words = std::vector<WordId>;
  const Embeddings embeddings = load_to_ask(file, {});
  const Vocabulary& vocabulary = embeddings.vocabulary();
  const auto parse = [&](const std::string& query) { return parse_group(vocabulary, query, file); };
  const auto solve = [&](std::span<const Words> groups) {
    std::vector<std::vector<Neighbor>> answers;
    for (const Words& group : groups) answers.push_back(outliers(embeddings, group));
    return answers;
  };
  const auto show = [&](const std::string& query, const Words&, const std::vector<Neighbor>& found) {
    if (json) return print(outlier_document(vocabulary, query, found));
    std::cout << neighbors_text(vocabulary, query, found);
  };
  return answer_queries(
      {.command = "outlier", .queries = queries, .prompt = "W1 W2 W3 ...", .json = json, .vocabulary = &vocabulary},
      parse, solve, show);
}
