#include "apps/command.hpp"
#include "apps/options.hpp"
#include "apps/query.hpp"

#include "equivec/evaluate.hpp"

#include <cstdio>
#include <iostream>

using namespace equivec;

namespace {

Json to_json(const AnalogyScore& score) {
  return {{"name", score.name},
          {"correct", score.correct},
          {"total", score.total},
          {"missing", score.missing},
          {"accuracy", number(score.accuracy())}};
}

Json to_json(const AnalogyResult& result) {
  Json document = to_json(result.all);
  document["sections"] = Json::array();
  for (const AnalogyScore& section : result.sections) document["sections"].push_back(to_json(section));
  return document;
}

Json to_json(const SimilarityResult& result) {
  return {{"name", result.name},
          {"spearman", number(result.spearman)},
          {"pearson", number(result.pearson)},
          {"pairs", result.pairs},
          {"missing", result.missing}};
}

std::string percent(std::optional<double> share) {
  if (!share) return "      -";
  char text[32];
  std::snprintf(text, sizeof text, "%5.1f %%", 100 * *share);
  return text;
}

std::string correlation(std::optional<double> value) {
  if (!value) return "     -";
  char text[32];
  std::snprintf(text, sizeof text, "%6.3f", *value);
  return text;
}

void print(const AnalogyScore& score, const std::string& indent) {
  std::cout << indent << "accuracy " << percent(score.accuracy()) << " (" << score.correct << " of " << score.total
            << " correct, " << score.missing << " left out)  " << score.name << '\n';
}

void print(const SimilarityResult& result) {
  std::cout << "  Spearman " << correlation(result.spearman) << "  Pearson " << correlation(result.pearson) << "  "
            << result.pairs << " pairs, " << result.missing << " left out  " << result.name << '\n';
}

}  // namespace

int run_eval(std::span<const std::string> arguments) {
  std::string file, letters = "fold";
  std::vector<std::string> analogies, similarities;
  int restrict = 0, threads = 0;
  bool json = false;
  ConsoleOptions console;
  Options options(
      "eval VECTORS --analogies FILE... --similarity FILE... [options]",
      "Scores vectors: analogies in Google's form by 3CosAdd, word pairs by correlation with people's scores. "
      "What was left out and by which rules is part of the answer.");
  options.positional("VECTORS", file)
      .add("analogies", analogies, "four words a line, ': name' begins a section")
      .add("similarity", similarities, "two words and a score a line, by tabs, commas or blanks")
      .add("restrict", restrict, "use only the first N words of the vectors; 0 uses all")
      .add("case", letters,
           "fold: A-Z count as a-z, the first of words that then are alike is meant; exact: as written", "NAME")
      .add("threads,thread", threads, "0: all cores")
      .add("json", json, "one JSON document");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  if (analogies.empty() && similarities.empty())
    throw OptionError("nothing to evaluate: give --analogies or --similarity files");
  if (letters != "fold" && letters != "exact")
    throw OptionError("--case: expected fold or exact, found '" + letters + "'");
  require_at_least("restrict", restrict, 0);
  require_between("threads", threads, 0, 4096);
  const EvaluateOptions rules{
      .restrict = static_cast<std::size_t>(restrict), .fold_case = letters == "fold", .threads = threads};

  std::vector<AnalogySet> analogy_sets;
  for (const std::string& path : analogies) analogy_sets.push_back(read_analogies(path));
  std::vector<SimilaritySet> similarity_sets;
  for (const std::string& path : similarities) similarity_sets.push_back(read_similarities(path));
  const Embeddings embeddings = load(file, console, {.threads = threads});

  const Json conventions = {{"analogy_method", "3CosAdd"},
                            {"query_words", "excluded"},
                            {"restrict", restrict},
                            {"case", letters},
                            {"missing_words", "question or pair left out"},
                            {"correlation", "Spearman with mean ranks of ties, Pearson, of cosines"}};
  Json document = {
      {"vectors", file}, {"conventions", conventions}, {"analogies", Json::array()}, {"similarity", Json::array()}};
  if (!json)
    std::cout << "conventions: "
              << (restrict > 0 ? "the first " + grouped(static_cast<std::uint64_t>(restrict)) : "all")
              << " words; case " << letters
              << "; analogies by 3CosAdd, question words excluded;\n"
                 "             questions and pairs with a missing word left out; cosine similarity\n";
  for (const AnalogySet& set : analogy_sets) {
    const ProgressLine line("analogies", "questions", console);
    const AnalogyResult result = evaluate(embeddings, set, rules, &progress());
    if (json) {
      document["analogies"].push_back(to_json(result));
      continue;
    }
    print(result.all, "  ");
    if (result.sections.size() > 1)
      for (const AnalogyScore& section : result.sections) print(section, "    ");
  }
  for (const SimilaritySet& set : similarity_sets) {
    const SimilarityResult result = evaluate(embeddings, set, rules);
    if (json)
      document["similarity"].push_back(to_json(result));
    else
      print(result);
  }
  if (json) print(document);
  return 0;
}
