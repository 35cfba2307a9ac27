#include "equivec/analogy.hpp"

#include "apps/command.hpp"
#include "apps/options.hpp"
#include "apps/query.hpp"

#include <iostream>

using namespace equivec;

int run_analogy(std::span<const std::string> arguments) {
  std::string file;
  std::vector<std::string> words;
  int count = 5, restrict = 0, threads = 0;
  bool json = false;
  Options options(
      "analogy VECTORS [A B C...] [options]",
      "Answers 'A is to B as C is to ... ?' by 3CosAdd: the words nearest to B - A + C, of unit vectors; A, B and "
      "C are never answers. Without words, three a line from standard input.");
  options.positional("VECTORS", file)
      .positionals("WORD", words, 0)
      .add("count,topn,k", count, "how many answers")
      .add("restrict", restrict, "search only the first N words of the file; 0 searches all")
      .add("threads,thread", threads, "0: all cores")
      .add("json", json, "one JSON document for each question");
  if (!options.parse(arguments)) return 0;
  require_at_least("count", count, 1);
  require_at_least("restrict", restrict, 0);
  require_between("threads", threads, 0, 4096);
  if (words.size() % 3 != 0)
    throw OptionError("a question has three words A B C, found " + std::to_string(words.size()) + " words");
  std::vector<std::string> queries;
  for (std::size_t i = 0; i < words.size(); i += 3)
    queries.push_back(words[i] + " " + words[i + 1] + " " + words[i + 2]);

  const NearestNeighbors index(load(file, {}, {.threads = threads}), static_cast<std::size_t>(restrict), threads);
  const Vocabulary& vocabulary = index.embeddings().vocabulary();
  return answer_queries("analogy", queries, "A B C", json, [&](const std::string& query) {
    const auto given = split(query);
    if (given.size() != 3)
      throw Error("'" + query + "': expected three words A B C, found " + std::to_string(given.size()));
    const Analogy analogy{require_word(vocabulary, given[0], file), require_word(vocabulary, given[1], file),
                          require_word(vocabulary, given[2], file)};
    const auto found = solve(index, analogy, static_cast<std::size_t>(count));
    if (json) return print(Json{{"query", query}, {"answers", to_json(vocabulary, found)}});
    std::cout << given[0] << " : " << given[1] << " :: " << given[2] << " : ?\n";
    print(vocabulary, found);
  });
}
