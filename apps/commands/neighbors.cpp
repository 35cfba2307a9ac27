#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/search/expression.hpp"
#include "equivec/search/neighbors.hpp"
#include "src/report/answers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/index_options.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <cmath>
#include <cstdint>
#include <iostream>
#include <memory>

using namespace equivec;

int run_neighbors(std::span<const std::string> arguments) {
  std::string file, metric_name(name_of(Metric::cosine)), prefix, pattern;
  std::vector<std::string> queries;
  int count = 10, restrict = 0, threads = 0;
  double min_similarity = 0;
  IndexOptions search;
  bool json = false, include_query = false, average = false;
  Options options(
      "neighbors VECTORS [QUERY...] [options]",
      "Prints the words most similar to each query: a word, a quoted sum such as 'king - man + 0.5 woman', or the "
      "numbers of a vector in [ ]. The words of a query are no answers. Without queries, reads one a line from "
      "standard input.");
  options.positional("VECTORS", file)
      .positionals("QUERY", queries, 0)
      .add("count,topn,k", count, "number of answers")
      .add("metric", metric_name,
           "cosine (sums are of unit vectors), dot, euclidean (minus the distance) or csls (less what is near to all)",
           {"NAME", all_names(metrics)})
      .add("min-similarity", min_similarity, "leave out words that are less similar; by default none")
      .add("prefix", prefix, "only words that begin with this text", "TEXT")
      .add("pattern", pattern, "only words that contain a match of this regular expression (RE2; ^ and $ are the ends)",
           "REGEX")
      .add("average", average, "divide a sum by its number of words, which matters to dot and euclidean")
      .add("include-query", include_query, "the query's own words may be answers too")
      .add("restrict", restrict, "search only the first N words of the file; 0 searches all")
      .add("threads,thread", threads, "0: all cores")
      .add("json", json, "one JSON document for each query");
  add_index_options(options, search);
  if (!options.parse(arguments)) return 0;
  require_at_least("count", count, 1);
  require_at_least("restrict", restrict, 0);
  require_between("threads", threads, 0, 4096);
  search.validate(options);
  const Metric metric = value_named(metric_name, "metric", metrics);

  const std::unique_ptr<const NeighborIndex> searched = open_search(
      search, load_to_ask(file, {}, {.threads = threads}), metric, static_cast<std::size_t>(restrict), threads);
  const NeighborIndex& index = *searched;
  const Vocabulary& vocabulary = index.embeddings().vocabulary();
  const std::vector<std::uint8_t> allowed = matching_words(vocabulary, index.size(), prefix, pattern);
  NeighborFilter filter{.count = static_cast<std::size_t>(count), .allowed = allowed};
  if (std::isnan(min_similarity)) throw OptionError("--min-similarity: expected a number, found nan");
  if (options.given("min-similarity")) filter.min_similarity = static_cast<float>(min_similarity);
  IndexAdvice advice(index);
  const auto parse = [&](const std::string& query) { return parse_expression(index, query, file, average); };
  const auto solve = [&](std::span<const Expression> expressions) {
    std::vector<NeighborQuery> asked;
    for (const auto& [vector, words] : expressions)
      asked.push_back({{vector.data(), static_cast<std::size_t>(vector.size())},
                       include_query ? std::span<const WordId>() : words});
    return advice.timed([&] { return index.find(asked, filter); });
  };
  const auto show = [&](const std::string& query, const Expression&, const std::vector<Neighbor>& found) {
    if (json) return print(neighbors_document(vocabulary, query, found));
    std::cout << neighbors_text(vocabulary, query, found);
  };
  return answer_queries({.command = "neighbors",
                         .queries = queries,
                         .prompt = "word",
                         .json = json,
                         .batch = batch_for(filter.count),
                         .vocabulary = &vocabulary},
                        parse, solve, show);
}
