#include "equivec/base/error.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/report/bias_report.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"
#include "src/base/text_numbers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>

using namespace equivec;

namespace {

void list_measures(bool json) {
  if (json) {
    Json document = Json::array();
    for (const BiasMeasure& measure : bias_measures())
      document.push_back({{"measure", measure.name},
                          {"title", measure.title},
                          {"paper", measure.paper},
                          {"takes", measure.takes},
                          {"range", measure.range},
                          {"better", measure.better},
                          {"unbiased", measure.unbiased},
                          {"sets", measure.default_sets}});
    return print(document);
  }
  for (const BiasMeasure& measure : bias_measures())
    std::cout << measure.name << "\n  " << measure.title << " (" << measure.paper << ")\n  takes " << measure.takes
              << "; usual sets: " << measure.default_sets << "\n  value " << measure.range << ", better "
              << measure.better << '\n';
}

/// A query, or why it could not be measured.
struct Measured {
  const BiasMeasure* measure;
  std::string query;
  std::optional<BiasMeasurement> measurement;
  std::string error;
};

/// What is to be measured with a file of sets.
struct Task {
  BiasWordSets sets;
  std::vector<std::pair<const BiasMeasure*, std::string>> queries;
};

/// Every measure with the sets given, or with those it is mostly used with. Throws where a measure or a query that was
/// asked for by name finds nothing.
std::vector<Task> plan(const std::vector<std::string>& measure_names, const std::vector<std::string>& set_names,
                       const std::vector<std::string>& query_names) {
  const bool all = std::ranges::find(measure_names, "all") != measure_names.end();
  std::vector<const BiasMeasure*> measures;
  if (all) {
    for (const BiasMeasure& measure : bias_measures()) measures.push_back(&measure);
  } else {
    for (const std::string& name : measure_names) measures.push_back(&bias_measure(name));
  }
  std::vector<std::string> names = set_names;
  if (set_names.empty())
    for (const BiasMeasure* measure : measures)
      if (std::ranges::find(names, measure->default_sets) == names.end()) names.emplace_back(measure->default_sets);

  std::vector<Task> tasks;
  for (const std::string& name : names) {
    Task& task = tasks.emplace_back(Task{read_word_sets(name), {}});
    for (const BiasMeasure* measure : measures) {
      if (set_names.empty() && measure->default_sets != name) continue;
      for (const std::string& query : measure->queries(task.sets, measure->name))
        if (query_names.empty() || std::ranges::find(query_names, query) != query_names.end())
          task.queries.emplace_back(measure, query);
    }
  }
  const auto planned = [&](const auto& matches) {
    return std::ranges::any_of(tasks, [&](const Task& task) { return std::ranges::any_of(task.queries, matches); });
  };
  for (const BiasMeasure* measure : measures) {
    if (all && !set_names.empty()) break;
    if (planned([&](const auto& query) { return query.first == measure; })) continue;
    std::string suited;
    for (const BiasMeasure& other : bias_measures())
      if (std::ranges::any_of(tasks, [&](const Task& task) { return !other.queries(task.sets, other.name).empty(); }))
        suited += (suited.empty() ? "" : ", ") + std::string(other.name);
    throw Error("--measure " + std::string(measure->name) + " takes " + std::string(measure->takes) +
                ", which none of the sets has" + (query_names.empty() ? "" : " by a name of --query") +
                (suited.empty() ? "" : "; they suit " + suited));
  }
  for (const std::string& name : query_names)
    if (!planned([&](const auto& query) { return query.second == name; })) {
      std::string known;
      for (const Task& task : tasks)
        for (const BiasMeasure* measure : measures)
          for (const std::string& query : measure->queries(task.sets, measure->name))
            if (known.find("'" + query + "'") == known.npos) known += (known.empty() ? "'" : ", '") + query + "'";
      throw OptionError("--query: nothing is called '" + name + "'; there are " + known);
    }
  if (!planned([](const auto&) { return true; })) throw Error("the sets have nothing that these measures take");
  return tasks;
}

/// Prints the direction, or puts it into a document.
void show_direction(const Embeddings& embeddings, const BiasWordSets& sets, const BiasMeasureOptions& rules,
                    const std::string& name, Json* document) {
  const BiasDirection found = find_direction(embeddings, sets, rules.direction);
  const Eigen::VectorXd& explained = found.subspace.explained();
  std::optional<RandomSetsBaseline> baseline;
  if (explained.size() > 0)
    baseline = random_sets_baseline(embeddings, found.sets, explained[0],
                                    {.restrict = rules.restrict, .seed = rules.seed, .threads = rules.threads});
  if (document)
    *document = to_json(found, baseline);
  else
    std::cout << to_text(found, name, baseline);
}

std::string format(const std::optional<double>& value) {
  if (!value) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", *value);
  return text;
}

/// All queries of one set of vectors, those of a measure together, with the most biased first.
void print_ranking(std::vector<Measured> outcomes, TableStyle style) {
  std::ranges::stable_sort(outcomes, [](const Measured& a, const Measured& b) {
    if (a.measure != b.measure) return a.measure < b.measure;
    const auto size = [](const Measured& outcome) {
      return outcome.measurement ? bias_size(*outcome.measure, *outcome.measurement).value_or(-1) : -2;
    };
    return size(a) > size(b);
  });
  std::vector<TableRow> rows = {
      {"measure", "query", "rank", "value", "effect size", "95 % interval", "p", "words", "missing"}};
  std::size_t rank = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const Measured& outcome = outcomes[i];
    rank = i > 0 && outcome.measure == outcomes[i - 1].measure ? rank + 1 : 1;
    TableRow& row = rows.emplace_back(TableRow{std::string(outcome.measure->name), outcome.query});
    if (!outcome.measurement) {
      row.insert(row.end(), 7, "-");
      continue;
    }
    const BiasMeasurement& m = *outcome.measurement;
    row.push_back(bias_size(*outcome.measure, m) ? std::to_string(rank) : "-");
    row.push_back(format(m.value));
    row.push_back(format(m.effect_size));
    row.push_back(m.interval ? format(m.interval->low) + " .. " + format(m.interval->high) : "-");
    row.push_back(format_p_value(m.p_value));
    row.push_back(grouped(m.words));
    row.push_back(grouped(m.missing.size() + m.without_direction.size()));
  }
  std::cout << to_text(rows, 2, style);
}

/// How biased several vectors are by the mean size over the queries of a measure that all of them know, the least
/// biased first.
void print_comparison(const std::vector<std::string>& files, const std::vector<std::vector<Measured>>& outcomes,
                      TableStyle style) {
  std::vector<TableRow> rows = {{"measure", "vectors", "rank", "mean bias", "queries"}};
  std::map<const BiasMeasure*, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < outcomes[0].size(); ++i) {
    const bool known = std::ranges::all_of(outcomes, [&](const auto& of_one) {
      return of_one[i].measurement && bias_size(*of_one[i].measure, *of_one[i].measurement);
    });
    if (known) places[outcomes[0][i].measure].push_back(i);
  }
  for (const auto& [measure, common] : places) {
    std::vector<std::pair<double, std::size_t>> means;
    for (std::size_t file = 0; file < files.size(); ++file) {
      double sum = 0;
      for (const std::size_t i : common) sum += *bias_size(*measure, *outcomes[file][i].measurement);
      means.emplace_back(sum / static_cast<double>(common.size()), file);
    }
    std::ranges::sort(means);
    for (std::size_t rank = 0; rank < means.size(); ++rank)
      rows.push_back({std::string(measure->name), files[means[rank].second], std::to_string(rank + 1),
                      format(means[rank].first), std::to_string(common.size())});
  }
  if (rows.size() > 1) std::cout << to_text(rows, 2, style);
}

}  // namespace

int run_bias(std::span<const std::string> arguments) {
  std::vector<std::string> files, measures, set_names, queries;
  std::string direction = "pca", deviation = "sample", reference_file;
  BiasMeasureOptions rules;
  int restrict = static_cast<int>(rules.restrict), year = 0, count = 8;
  bool listed = false, markdown = false, json = false;
  ConsoleOptions console;
  Options options("bias VECTORS... [options]",
                  "Measures bias, by default how far occupations lie along the direction from man to woman. Several "
                  "queries make a ranking, and so do several vectors.");
  options.positionals("VECTORS", files, 0)
      .add("measure", measures, "what to measure: direct-bias, weat ... (see --list), or all of them", "NAME")
      .add("sets", set_names, "word sets by name (gender, weat, race ...) or in a JSON file (data/README.md)",
           "NAME|FILE")
      .add("query", queries, "only these queries of the sets: weat-6", "NAME")
      .add("list", listed, "what can be measured, by which paper, and what is better")
      .add("direction", direction, "from definitional sets: pca, pair, means or classifier", "NAME")
      .add("pair", rules.direction.pair, "the two words of --direction pair: she he", "WORD")
      .add("rank", rules.direction.rank, "directions of the bias subspace, by pca")
      .add("strictness", rules.strictness, "direct bias is the mean of |cosine| to this power")
      .add("deviation", deviation, "of effect sizes: sample (N - 1) or population (N)", "NAME")
      .add("draws", rules.draws, "if given, WEAT's p-value is from so many random partitions, never exact")
      .add("year", year, "of the occupations' shares; 0 is the last")
      .add("reference", reference_file, "vectors from before debiasing, whose most biased words are tested", "VECTORS")
      .add("restrict", restrict, "biased words, neighbours and analogies are of the first N words")
      .add("biased-words", rules.biased_words, "on either side; 0: 500 for clusters, 2500 for classification")
      .add("neighbors", rules.neighbors, "that a word's neighbour bias counts")
      .add("repeats", rules.repeats, "of clustering and classification")
      .add("analogies", rules.analogies, "to be generated")
      .add("resamples", rules.resamples, "of the bootstrap, for intervals")
      .add("seed", rules.seed, "of resamples, draws and repeats")
      .add("threads,thread", rules.threads, "0: all cores")
      .add("count,k", count, "show so many words at either end")
      .add("markdown", markdown, "the tables in Markdown")
      .add("json", json, "one JSON document for each of the vectors and sets, with every word");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  if (json && markdown) throw OptionError("--json and --markdown exclude each other");
  const TableStyle style = markdown ? TableStyle::markdown : TableStyle::text;
  if (listed) {
    list_measures(json);
    return 0;
  }
  if (files.empty())
    throw OptionError(
        "VECTORS is missing; they stand before options that take several words, as in: equivec bias vectors.vec "
        "--measure weat");
  require_at_least("count", count, 0);
  require_at_least("restrict", restrict, 1);
  rules.restrict = static_cast<std::size_t>(restrict);
  rules.exact = !options.given("draws");
  if (year != 0) rules.year = year;
  rules.direction.method = value_named(options.given("pair") && !options.given("direction") ? "pair" : direction,
                                       "direction", direction_methods);
  if (!rules.direction.pair.empty() && rules.direction.method != DirectionMethod::pair)
    throw OptionError("--pair goes with --direction pair");
  rules.deviation = value_named(deviation, "deviation", deviations);
  validate(rules);
  if (measures.empty()) measures = {"direct-bias"};
  const std::vector<Task> tasks = plan(measures, set_names, queries);

  std::optional<Embeddings> reference;
  if (!reference_file.empty()) reference = load(reference_file, console, {.threads = rules.threads});
  std::vector<std::vector<Measured>> all_outcomes;
  int status = 0;
  for (const std::string& file : files) {
    const Embeddings embeddings = load(file, console, {.threads = rules.threads});
    if (files.size() > 1 && !json) std::cout << "vectors " << file << '\n';
    std::vector<Measured>& outcomes = all_outcomes.emplace_back();
    for (const Task& task : tasks) {
      if (task.queries.empty()) continue;
      Json document = {{"vectors", file}, {"sets", task.sets.name}};
      const auto any = [&](bool with_reference) {
        return std::ranges::any_of(task.queries, [&](const auto& query) {
          return query.first->has_direction && (query.first->has_reference && reference) == with_reference;
        });
      };
      if (any(false))
        show_direction(embeddings, task.sets, rules, task.sets.name, json ? &document["subspace"] : nullptr);
      if (any(true))
        show_direction(*reference, task.sets, rules, task.sets.name + ", in " + reference_file + ":",
                       json ? &document["reference_subspace"] : nullptr);
      document["measures"] = Json::array();
      for (const auto& [measure, query] : task.queries) {
        Measured& outcome = outcomes.emplace_back(Measured{measure, query, {}, ""});
        try {
          outcome.measurement =
              equivec::measure(*measure, embeddings, task.sets, query, rules, reference ? &*reference : nullptr);
        } catch (const OptionError&) {
          throw;
        } catch (const Error& error) {
          outcome.error = error.what();
        }
        if (json)
          document["measures"].push_back(
              outcome.measurement
                  ? to_json(*outcome.measurement, *measure)
                  : Json{{"measure", measure->name}, {"query", query}, {"value", nullptr}, {"error", outcome.error}});
        else if (outcome.measurement)
          std::cout << to_text(*outcome.measurement, *measure, count);
        else
          std::cout << measure->name << ", " << query << ": not measured: " << outcome.error << '\n';
      }
      if (json) print(document);
    }
    if (!json && outcomes.size() > 1) print_ranking(outcomes, style);
    // What was asked for by name, or all of it, should have been measured.
    const auto failed = [](const Measured& outcome) { return !outcome.measurement; };
    if (queries.empty() ? std::ranges::all_of(outcomes, failed) : std::ranges::any_of(outcomes, failed)) status = 1;
  }
  if (!json && files.size() > 1) print_comparison(files, all_outcomes, style);
  return status;
}
