#include "equivec/bias.hpp"

#include "apps/bias_report.hpp"
#include "apps/command.hpp"
#include "apps/options.hpp"
#include "apps/query.hpp"

#include <iostream>

using namespace equivec;

int run_bias(std::span<const std::string> arguments) {
  std::string file;
  std::vector<std::string> measures = {"direct-bias"}, set_names = {"gender"};
  int rank = 1, count = 8;
  double strictness = 1;
  bool json = false;
  ConsoleOptions console;
  Options options(
      "bias VECTORS [options]",
      "Finds the direction along which definitional word sets differ (she - he, woman - man ...) and measures how "
      "far words that should be neutral, occupations, lie along it (Bolukbasi et al. 2016).");
  options.positional("VECTORS", file)
      .add("measure", measures, "direct-bias, the only one (and the default)", "NAME")
      .add("sets", set_names, "word sets: gender (the default), or a JSON file (data/README.md)", "NAME|FILE")
      .add("rank", rank, "directions of the bias subspace")
      .add("strictness", strictness, "direct bias is the mean of |cosine| to this power")
      .add("count,k", count, "show so many of the most biased words")
      .add("json", json, "one JSON document for each of the sets, with the direction and every word");
  if (!options.parse(arguments)) return 0;
  for (const std::string& measure : measures)
    if (measure != "direct-bias") throw OptionError("--measure: there is no '" + measure + "'; there is direct-bias");
  require_at_least("rank", rank, 1);
  require_at_least("count", count, 0);
  require_at_least("strictness", strictness, 0);
  std::vector<BiasWordSets> all_sets;
  for (const std::string& name : set_names) all_sets.push_back(read_word_sets(name));

  const Embeddings embeddings = load(file, console);
  for (const BiasWordSets& sets : all_sets) {
    const SubspaceReport report = find_subspace(embeddings, sets, rank);
    const OccupationBias measured = measure_occupations(embeddings, report.subspace, sets, strictness);
    if (json) {
      print(Json{{"vectors", file},
                 {"sets", sets.name},
                 {"subspace", to_json(report)},
                 {"measures", Json::array({to_json(measured, sets, embeddings.vocabulary())})}});
      continue;
    }
    print(report, sets.name);
    if (sets.occupations.empty())
      std::cout << "the sets have no occupations to measure\n";
    else
      print(measured, report, embeddings.vocabulary(), count);
  }
  return 0;
}
