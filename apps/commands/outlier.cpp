#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/search/neighbors.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/report/json.hpp"
#include "src/report/answers.hpp"

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
                  "Which word does not belong with the others? Prints them by the cosine of their vectors to the mean "
                  "of all of them "
                  "(of length 1), the outlier first. Without words, some on each line of standard input.");
  options.positional("VECTORS", file)
      .positionals("WORD", words, 0)
      .add("json", json, "one JSON document for each line");
  if (!options.parse(arguments)) return 0;
  std::vector<std::string> queries;
  if (!words.empty()) queries.push_back(joined(words));

  using Words = std::vector<WordId>;
  const Embeddings embeddings = load(file, {});
  const Vocabulary& vocabulary = embeddings.vocabulary();
  const auto parse = [&](const std::string& query) {
    Words result;
    for (const std::string& word : split(query)) result.push_back(require_word(vocabulary, word, file));
    if (result.size() < 3)
      throw Error("'" + query + "': expected at least three words, found " + std::to_string(result.size()));
    return result;
  };
  const auto solve = [&](std::span<const Words> groups) {
    std::vector<std::vector<Neighbor>> answers;
    for (const Words& group : groups) answers.push_back(outliers(embeddings, group));
    return answers;
  };
  const auto show = [&](const std::string& query, const Words&, const std::vector<Neighbor>& found) {
    if (json)
      return print(Json{{"query", query},
                        {"outlier", std::string(vocabulary.word(found.front().word))},
                        {"words", to_json(vocabulary, found)}});
    std::cout << query << '\n';
    std::cout << to_text(vocabulary, found);
  };
  return answer_queries({.command = "outlier", .queries = queries, .prompt = "W1 W2 W3 ...", .json = json}, parse,
                        solve, show);
}
