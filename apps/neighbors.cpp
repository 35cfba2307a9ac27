#include "apps/command.hpp"
#include "apps/options.hpp"
#include "apps/query.hpp"

#include "equivec/neighbors.hpp"

#include <iostream>

using namespace equivec;

namespace {

/// "king - man + woman": a sum of unit vectors, a word being added unless a '-' stands before it.
struct Expression {
  Eigen::VectorXf vector;
  std::vector<WordId> words;
};

Expression parse(const NearestNeighbors& index, const std::string& query, const std::string& file) {
  // A word may hold blanks, as some of GloVe's do.
  if (const auto word = index.embeddings().vocabulary().find(query)) return {index.unit(*word), {*word}};
  Expression result{Eigen::VectorXf::Zero(index.embeddings().dimension()), {}};
  float sign = 1;
  bool word_due = true;
  for (const std::string& part : split(query)) {
    if ((part == "+" || part == "-") && !(word_due && index.embeddings().vocabulary().find(part))) {
      sign = part == "-" ? -1.0f : 1.0f;
      word_due = true;
      continue;
    }
    const WordId word = require_word(index.embeddings().vocabulary(), part, file);
    result.vector += sign * index.unit(word);
    result.words.push_back(word);
    sign = 1;
    word_due = false;
  }
  if (word_due) throw Error("'" + query + "': a word is missing");
  return result;
}

}  // namespace

int run_neighbors(std::span<const std::string> arguments) {
  std::string file;
  std::vector<std::string> queries;
  int count = 10, restrict = 0, threads = 0;
  bool json = false;
  ConsoleOptions console;
  Options options(
      "neighbors VECTORS [QUERY...] [options]",
      "Prints the words most similar to each query by cosine. A query is a word or, in quotes, a sum such as "
      "'king - man + woman'; its own words are never answers. Without a query, one a line from standard input.");
  options.positional("VECTORS", file)
      .positionals("QUERY", queries, 0)
      .add("count,topn,k", count, "how many words")
      .add("restrict", restrict, "search only the first N words of the file; 0 searches all")
      .add("threads,thread", threads, "0: all cores")
      .add("json", json, "one JSON document for each query");
  if (!options.parse(arguments)) return 0;
  require_at_least("count", count, 1);
  require_at_least("restrict", restrict, 0);
  require_between("threads", threads, 0, 4096);

  const NearestNeighbors index(load(file, console, {.threads = threads}), static_cast<std::size_t>(restrict), threads);
  const Vocabulary& vocabulary = index.embeddings().vocabulary();
  return answer_queries("neighbors", queries, "word", json, [&](const std::string& query) {
    const Expression expression = parse(index, query, file);
    if (expression.vector.isZero(0)) throw Error("'" + query + "' has no direction: its vector is zero");
    const auto found = index.find({expression.vector.data(), static_cast<std::size_t>(expression.vector.size())},
                                  static_cast<std::size_t>(count), expression.words);
    if (json) return print(Json{{"query", query}, {"neighbors", to_json(vocabulary, found)}});
    std::cout << query << '\n';
    print(vocabulary, found);
  });
}
