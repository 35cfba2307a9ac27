#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/search/expression.hpp"
#include "equivec/search/neighbors.hpp"
#include "src/report/answers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/index_options.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <iostream>
#include <memory>

using namespace equivec;

namespace {

/// The words of the command line as questions: one of all words if the method learns from several pairs, else one of
/// each three.
std::vector<std::string> questions_of(const std::vector<std::string>& words, bool several) {
  if (several ? words.size() % 2 == 0 && !words.empty() : words.size() % 3 != 0)
    throw OptionError(
        std::string(several ? "a question has pairs A B and then C" : "a question has three words A B C") + ", found " +
        std::to_string(words.size()) + " words");
  std::vector<std::string> questions;
  const std::size_t each = several ? words.size() : 3;
  for (std::size_t i = 0; i < words.size(); i += each)
    questions.push_back(joined_words(std::span(words).subspan(i, each)));
  return questions;
}

}  // namespace

int run_analogy(std::span<const std::string> arguments) {
  std::string file, method_name(name_of(AnalogyMethod::cos_add));
  std::vector<std::string> words;
  int count = 5, restrict = 0, threads = 0;
  bool json = false;
  AnalogyOptions rules;
  IndexOptions search;
  Options options("analogy VECTORS [A B C...] [options]",
                  "Answers 'A is to B as C is to ... ?'. A, B and C are no answers unless --include-query is given. "
                  "3cosavg and lrcos learn from several pairs, A B A B ... C, and exclude only C. Without words, reads "
                  "one question a line from standard input.");
  options.positional("VECTORS", file)
      .positionals("WORD", words, 0)
      .add("method", method_name,
           "3cosadd: nearest to B - A + C; 3cosmul: product of the similarities to B and C, divided by that to A; "
           "pair-direction: direction from C as from A to B; squared-difference: 3cosadd by distance, with the "
           "vectors' lengths; 3cosavg: 3cosadd with the mean of pairs; lrcos: probably of the Bs' class, and similar "
           "to C",
           {"NAME", all_names(analogy_methods)})
      .add("epsilon", rules.epsilon, "added to the denominator of 3cosmul; gensim: 1e-6")
      .add("count,topn,k", count, "number of answers")
      .add("include-query", rules.include_query, "the question's words may be answers too")
      .add("restrict", restrict, "search only the first N words of the file; 0 searches all")
      .add("seed", rules.seed, "of the words that lrcos draws as counterexamples")
      .add("threads,thread", threads, "0: all cores")
      .add("json", json, "one JSON document for each question");
  add_index_options(options, search);
  if (!options.parse(arguments)) return 0;
  require_at_least("count", count, 1);
  require_at_least("restrict", restrict, 0);
  require_between("threads", threads, 0, 4096);
  validate(rules);
  search.validate(options);
  rules.method = value_named(method_name, "method", analogy_methods);
  if (!search.file.empty()) require_near_to_one_vector(rules.method);
  const bool several = takes_pairs(rules.method);
  const std::vector<std::string> queries = questions_of(words, several);
  QueryLoop loop{.command = "analogy",
                 .queries = queries,
                 .prompt = several ? "A B A B ... C" : "A B C",
                 .json = json,
                 .batch = batch_for(static_cast<std::size_t>(count))};

  const std::unique_ptr<const NeighborIndex> searched =
      open_search(search, load_to_ask(file, {}, {.threads = threads}), metric_of(rules.method),
                  static_cast<std::size_t>(restrict), threads);
  const NeighborIndex& index = *searched;
  const Vocabulary& vocabulary = index.embeddings().vocabulary();
  loop.vocabulary = &vocabulary;
  IndexAdvice advice(index, is_near_to_one_vector(rules.method));
  const auto parse = [&](const std::string& query) { return parse_analogy(vocabulary, query, rules.method, file); };
  const auto answer = [&](std::span<const Analogy> analogies) {
    return advice.timed([&] { return solve(index, analogies, static_cast<std::size_t>(count), rules); });
  };
  const auto show = [&](const std::string& query, const Analogy& analogy, const std::vector<Neighbor>& found) {
    if (json) return print(analogy_document(vocabulary, query, found));
    std::cout << analogy_text(vocabulary, analogy, found);
  };
  return answer_queries(loop, parse, answer, show);
}
