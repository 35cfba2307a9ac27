#include "equivec/base/error.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/evaluate/read_all.hpp"
#include "src/report/bias_plan.hpp"
#include "src/report/bias_ranking.hpp"
#include "src/report/bias_report.hpp"
#include "src/report/table.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/direction_options.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <algorithm>
#include <iostream>

using namespace equivec;

namespace {

struct Arguments {
  std::vector<std::string> files, measures, sets, queries;
  std::string direction = "pca", deviation = "sample", reference;
  BiasMeasureOptions settings;
  int restrict = static_cast<int>(settings.restrict), year = 0, count = 8;
  bool list = false, markdown = false, json = false;
  ConsoleOptions console;
};

std::vector<std::string> measure_names() {
  std::vector<std::string> names = all_names(bias_measures(), &BiasMeasure::name);
  names.emplace_back("all");
  return names;
}

void add_options(Options& options, Arguments& given) {
  BiasMeasureOptions& settings = given.settings;
  options.positionals("VECTORS", given.files, 0)
      .add("measure", given.measures, "what to measure: direct-bias, weat ... (see --list), or all",
           {"NAME", measure_names()})
      .add("sets", given.sets, "word sets by name (gender, weat, race ...) or in a JSON file (data/README.md)",
           {"NAME|FILE", all_names(builtin_word_sets(), std::identity())})
      .add("query", given.queries, "only these queries of the sets: weat-6", "NAME")
      .add("list", given.list, "list the measures, with their papers, ranges and which values are better");
  add_direction_options(options, given.direction, settings.direction);
  options.add("strictness", settings.strictness, "direct bias is the mean of |cosine| to this power")
      .add("deviation", given.deviation, "of effect sizes: sample (N - 1) or population (N)",
           {"NAME", all_names(deviations)})
      .add("draws", settings.draws, "if given, WEAT's p-value is from N random partitions, never exact")
      .add("year", given.year, "of the occupations' shares; 0 is the last")
      .add("reference", given.reference, "vectors from before debiasing, whose most biased words are tested", "VECTORS")
      .add("restrict", given.restrict, "biased words, neighbours and analogies are among the first N words; 0: all")
      .add("biased-words", settings.biased_words, "on each side; 0: 500 for clusters, 2500 for classification")
      .add("neighbors", settings.neighbors, "number of a word's neighbours for its neighbour bias")
      .add("repeats", settings.repeats, "of clustering and classification")
      .add("analogies", settings.analogies, "number to generate")
      .add("resamples", settings.resamples, "of the bootstrap, for intervals")
      .add("seed", settings.seed, "of resamples, draws and repeats")
      .add("threads,thread", settings.threads, "0: all cores")
      .add("count,k", given.count, "number of words to show from each end")
      .add("markdown", given.markdown, "the tables in Markdown")
      .add("json", given.json, "one JSON document for each of the vectors and sets, with every word");
  add_console_options(options, given.console);
}

/// Throws OptionError for options that are missing, out of range or do not go together.
void complete(Arguments& given, const Options& options) {
  if (given.files.empty())
    throw OptionError(
        "VECTORS is missing; they stand before options that take several words, as in: equivec bias vectors.vec "
        "--measure weat");
  require_at_least("count", given.count, 0);
  require_at_least("restrict", given.restrict, 0);
  BiasMeasureOptions& settings = given.settings;
  settings.restrict = static_cast<std::size_t>(given.restrict);
  settings.exact = !options.given("draws");
  if (given.year != 0) settings.year = given.year;
  settings.direction.method = direction_method(options, given.direction);
  if (!settings.direction.pair.empty() && settings.direction.method != DirectionMethod::pair)
    throw OptionError("--pair goes with --direction pair");
  settings.deviation = value_named(given.deviation, "deviation", deviations);
  validate(settings);
  if (given.measures.empty()) given.measures = {"direct-bias"};
}

/// Measures the queries of one task and prints them as they come.
std::vector<BiasOutcome> answer(const BiasTask& task, const MeasuredVectors& vectors, const Arguments& given) {
  const auto found = [&](bool of_reference) {
    std::optional<TaskDirection> direction = direction_of(task, vectors, of_reference, given.settings, &progress());
    if (direction && !given.json) std::cout << to_text(direction->direction, direction->name, direction->baseline);
    return direction;
  };
  const std::optional<TaskDirection> direction = found(false), direction_of_reference = found(true);
  std::vector<BiasOutcome> outcomes;
  for (const auto& [measure, query] : task.queries) {
    outcomes.push_back(outcome_of(*measure, query, task.sets, vectors, given.settings, &progress()));
    if (!given.json) std::cout << to_text(outcomes.back(), given.count);
  }
  if (given.json) print(bias_document(vectors, task, direction, direction_of_reference, outcomes));
  return outcomes;
}

}  // namespace

int run_bias(std::span<const std::string> arguments) {
  Arguments given;
  Options options("bias VECTORS... [options]",
                  "Measures bias, by default how far occupations lie along the direction from man to woman. Several "
                  "queries are ranked, and so are several vectors.");
  add_options(options, given);
  if (!options.parse(arguments)) return 0;
  if (given.json && given.markdown) throw OptionError("--json and --markdown exclude each other");
  if (given.list) {
    if (given.json)
      print(bias_measures_json());
    else
      std::cout << bias_measures_text();
    return 0;
  }
  complete(given, options);
  const std::vector<BiasTask> tasks = plan_bias(given.measures, read_all(given.sets, read_word_sets), given.queries);
  const TableStyle style = given.markdown ? TableStyle::markdown : TableStyle::text;

  std::optional<Embeddings> reference;
  if (!given.reference.empty())
    reference = load_to_ask(given.reference, given.console, {.threads = given.settings.threads});
  std::vector<std::vector<BiasOutcome>> all_outcomes;
  int status = 0;
  for (const std::string& file : given.files) {
    const Embeddings embeddings = load_to_ask(file, given.console, {.threads = given.settings.threads});
    const MeasuredVectors vectors{file, embeddings, given.reference, reference ? &*reference : nullptr};
    if (given.files.size() > 1 && !given.json) std::cout << "vectors " << file << '\n';
    std::vector<BiasOutcome>& outcomes = all_outcomes.emplace_back();
    for (const BiasTask& task : tasks)
      if (!task.queries.empty()) std::ranges::move(answer(task, vectors, given), std::back_inserter(outcomes));
    if (!given.json && outcomes.size() > 1) std::cout << ranking_text(outcomes, style);
    // Queries that were named should all be measured, others at least in part.
    const auto failed = [](const BiasOutcome& outcome) { return !outcome.measurement; };
    if (given.queries.empty() ? std::ranges::all_of(outcomes, failed) : std::ranges::any_of(outcomes, failed))
      status = 1;
  }
  if (!given.json && given.files.size() > 1) std::cout << comparison_text(given.files, all_outcomes, style);
  return status;
}
