#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/search/neighbors.hpp"
#include "src/report/json.hpp"
#include "src/report/answers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <iostream>

using namespace equivec;

int run_analogy(std::span<const std::string> arguments) {
  std::string file, method_name(name_of(AnalogyMethod::cos_add));
  std::vector<std::string> words;
  int count = 5, restrict = 0, threads = 0;
  bool json = false;
  AnalogyOptions rules;
  Options options(
      "analogy VECTORS [A B C...] [options]",
      "Answers 'A is to B as C is to ... ?'. A, B and C are never answers unless asked for. 3cosavg and lrcos learn "
      "from "
      "several pairs, A B A B ... C, and leave out C alone. Without words, one question a line from standard input.");
  options.positional("VECTORS", file)
      .positionals("WORD", words, 0)
      .add("method", method_name,
           "3cosadd: nearest to B - A + C; 3cosmul: the products of similarities to B and C by that to A; "
           "pair-direction: C to it as A to B; squared-difference: 3cosadd by distance, with the vectors' lengths; "
           "3cosavg: 3cosadd by the mean of pairs; lrcos: likely of the Bs' class, and similar to C",
           "NAME")
      .add("epsilon", rules.epsilon, "what 3cosmul adds below the line; gensim: 1e-6")
      .add("count,topn,k", count, "how many answers")
      .add("include-query", rules.include_query, "the question's words may be answers too")
      .add("restrict", restrict, "search only the first N words of the file; 0 searches all")
      .add("seed", rules.seed, "of the words that lrcos draws as counterexamples")
      .add("threads,thread", threads, "0: all cores")
      .add("json", json, "one JSON document for each question");
  if (!options.parse(arguments)) return 0;
  require_at_least("count", count, 1);
  require_at_least("restrict", restrict, 0);
  require_between("threads", threads, 0, 4096);
  validate(rules);
  rules.method = value_named(method_name, "method", analogy_methods);
  const bool several = takes_pairs(rules.method);
  if (several ? words.size() % 2 == 0 && !words.empty() : words.size() % 3 != 0)
    throw OptionError(
        std::string(several ? "a question has pairs A B and then C" : "a question has three words A B C") + ", found " +
        std::to_string(words.size()) + " words");
  std::vector<std::string> queries;
  const std::size_t each = several ? words.size() : 3;
  for (std::size_t i = 0; i < words.size(); i += each) queries.push_back(joined(std::span(words).subspan(i, each)));

  const NearestNeighbors index(load(file, {}, {.threads = threads}), static_cast<std::size_t>(restrict), threads,
                               metric_of(rules.method));
  const Vocabulary& vocabulary = index.embeddings().vocabulary();
  const auto parse = [&](const std::string& query) {
    const std::vector<std::string> given = split(query);
    if (several ? given.size() % 2 == 0 || given.size() < 3 : given.size() != 3)
      throw Error("'" + query + "': expected " + (several ? "pairs A B and then C" : "three words A B C") + ", found " +
                  std::to_string(given.size()));
    Analogy analogy{{}, require_word(vocabulary, given.back(), file)};
    for (std::size_t i = 0; i + 1 < given.size(); i += 2)
      analogy.pairs.push_back({require_word(vocabulary, given[i], file), require_word(vocabulary, given[i + 1], file)});
    return analogy;
  };
  const auto answer = [&](std::span<const Analogy> analogies) {
    return solve(index, analogies, static_cast<std::size_t>(count), rules);
  };
  const auto show = [&](const std::string& query, const Analogy& analogy, const std::vector<Neighbor>& found) {
    if (json) return print(Json{{"query", query}, {"answers", to_json(vocabulary, found)}});
    for (const auto& [a, b] : analogy.pairs) std::cout << vocabulary.word(a) << " : " << vocabulary.word(b) << " :: ";
    std::cout << vocabulary.word(analogy.c) << " : ?\n";
    std::cout << to_text(vocabulary, found);
  };
  return answer_queries({.command = "analogy",
                         .queries = queries,
                         .prompt = several ? "A B A B ... C" : "A B C",
                         .json = json,
                         .batch = batch_for(static_cast<std::size_t>(count))},
                        parse, answer, show);
}
