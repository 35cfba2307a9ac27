#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/search/neighbors.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/json.hpp"
#include "src/report/answers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <re2/re2.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <optional>

using namespace equivec;

namespace {

/// "king - man + 0.5 woman": a sum of words' vectors, each added unless a '-' stands before it, times the number before
/// it if there is one; or "[0.1 -0.2 ...]", the numbers of a vector themselves.
struct Expression {
  Eigen::VectorXf vector;
  std::vector<WordId> words;
};

/// By cosine words count by their directions, not their lengths.
Eigen::VectorXf vector_of(const NearestNeighbors& index, WordId word) {
  return index.metric() == Metric::cosine ? index.unit(word) : Eigen::VectorXf(column(index.embeddings()[word]));
}

std::optional<float> parse_finite(std::string_view text) {
  const auto number = parse_float(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

Expression parse_numbers(const std::string& query, int dimension) {
  const std::vector<std::string> parts = split(std::string_view(query).substr(1, query.size() - 2));
  if (parts.size() != static_cast<std::size_t>(dimension))
    throw Error("'" + query + "': expected " + std::to_string(dimension) + " numbers, found " +
                std::to_string(parts.size()));
  Expression result{Eigen::VectorXf(dimension), {}};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = parse_finite(parts[i]);
    if (!number) throw Error("'" + query + "': '" + parts[i] + "' is no number");
    result.vector[static_cast<Eigen::Index>(i)] = *number;
  }
  return result;
}

Expression parse(const NearestNeighbors& index, const std::string& query, const std::string& file) {
  const Vocabulary& vocabulary = index.embeddings().vocabulary();
  // A word may hold blanks, as some of GloVe's do.
  if (const auto word = vocabulary.find(query)) return {vector_of(index, *word), {*word}};
  if (query.starts_with('[') && query.ends_with(']')) return parse_numbers(query, index.embeddings().dimension());
  Expression result{Eigen::VectorXf::Zero(index.embeddings().dimension()), {}};
  const std::vector<std::string> parts = split(query);
  float factor = 1;
  bool word_due = true;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string& part = parts[i];
    if (part == "+" || part == "-") {
      factor = part == "-" ? -1.0f : 1.0f;
      word_due = true;
      continue;
    }
    // A number that a word follows is its weight, even where numbers are words too.
    if (i + 1 < parts.size() && parts[i + 1] != "+" && parts[i + 1] != "-")
      if (const auto weight = parse_finite(part)) {
        factor *= *weight;
        word_due = true;
        continue;
      }
    const WordId word = require_word(vocabulary, part, file);
    result.vector += factor * vector_of(index, word);
    result.words.push_back(word);
    factor = 1;
    word_due = false;
  }
  if (word_due) throw Error("'" + query + "': a word is missing");
  return result;
}

/// For each of the first words, whether it begins and matches as asked; empty if all do.
std::vector<std::uint8_t> allowed_words(const Vocabulary& vocabulary, std::size_t count, const std::string& prefix,
                                        const std::string& pattern) {
  if (prefix.empty() && pattern.empty()) return {};
  const RE2 regex(pattern, RE2::Quiet);
  if (!regex.ok()) throw OptionError("--pattern: '" + pattern + "': " + regex.error());
  std::vector<std::uint8_t> allowed(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view word = vocabulary.word(word_id(i));
    allowed[i] =
        word.starts_with(prefix) && RE2::PartialMatch(re2::StringPiece(word.data(), word.size()), regex) ? 1 : 0;
  }
  return allowed;
}

}  // namespace

int run_neighbors(std::span<const std::string> arguments) {
  std::string file;
  std::vector<std::string> queries;
  int count = 10, restrict = 0, threads = 0;
  double min_similarity = 0;
  std::string metric_name(name_of(Metric::cosine)), prefix, pattern;
  bool json = false, include_query = false, average = false;
  ConsoleOptions console;
  Options options(
      "neighbors VECTORS [QUERY...] [options]",
      "Prints the words most similar to each query. A query is a word or, in quotes, a sum such as "
      "'king - man + 0.5 woman', or the numbers of a vector in [ ]; its own words are no answers. Without a query, one "
      "a line from standard input.");
  options.positional("VECTORS", file)
      .positionals("QUERY", queries, 0)
      .add("count,topn,k", count, "how many words")
      .add("metric", metric_name, "cosine (of unit vectors' sums), dot or euclidean (the distance, negative)", "NAME")
      .add("min-similarity", min_similarity, "leave out words that are less similar; by default none")
      .add("prefix", prefix, "answer with words that begin so", "TEXT")
      .add("pattern", pattern, "answer with words that match this regular expression (RE2), ^ and $ being their ends",
           "REGEX")
      .add("average", average, "divide a sum by how many words it has, which matters to dot and euclidean")
      .add("include-query", include_query, "the query's own words may be answers too")
      .add("restrict", restrict, "search only the first N words of the file; 0 searches all")
      .add("threads,thread", threads, "0: all cores")
      .add("json", json, "one JSON document for each query");
  if (!options.parse(arguments)) return 0;
  require_at_least("count", count, 1);
  require_at_least("restrict", restrict, 0);
  require_between("threads", threads, 0, 4096);

  const Metric metric = value_named(metric_name, "metric", std::array{Metric::cosine, Metric::dot, Metric::euclidean});

  const NearestNeighbors index(load(file, console, {.threads = threads}), static_cast<std::size_t>(restrict), threads,
                               metric);
  const Vocabulary& vocabulary = index.embeddings().vocabulary();
  NeighborFilter filter;
  filter.count = static_cast<std::size_t>(count);
  if (options.given("min-similarity")) filter.min_similarity = static_cast<float>(min_similarity);
  const std::vector<std::uint8_t> allowed = allowed_words(vocabulary, index.size(), prefix, pattern);
  filter.allowed = allowed;
  const auto parse_query = [&](const std::string& query) {
    Expression expression = parse(index, query, file);
    if (metric == Metric::cosine && expression.vector.isZero(0))
      throw Error("'" + query + "' has no direction: its vector is zero");
    if (average && !expression.words.empty()) expression.vector /= static_cast<float>(expression.words.size());
    return expression;
  };
  const auto solve = [&](std::span<const Expression> expressions) {
    std::vector<NeighborQuery> asked;
    for (const Expression& expression : expressions)
      asked.push_back({{expression.vector.data(), static_cast<std::size_t>(expression.vector.size())},
                       include_query ? std::span<const WordId>() : expression.words});
    return index.find(asked, filter);
  };
  const auto show = [&](const std::string& query, const Expression&, const std::vector<Neighbor>& found) {
    if (json) return print(Json{{"query", query}, {"neighbors", to_json(vocabulary, found)}});
    std::cout << query << '\n';
    std::cout << to_text(vocabulary, found);
  };
  return answer_queries(
      {.command = "neighbors", .queries = queries, .prompt = "word", .json = json, .batch = batch_for(filter.count)},
      parse_query, solve, show);
}
