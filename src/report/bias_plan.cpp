#include "src/report/bias_plan.hpp"

#include "equivec/base/error.hpp"
#include "src/base/parallel.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace equivec {

namespace {

using Measures = std::vector<const BiasMeasure*>;

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

void append(std::string& list, const std::string& name) { list += (list.empty() ? "" : ", ") + name; }

Measures measures_named(const std::vector<std::string>& names) {
  Measures measures;
  if (contains(names, "all")) {
    for (const BiasMeasure& measure : bias_measures()) measures.push_back(&measure);
  } else {
    for (const std::string& name : names) measures.push_back(&bias_measure(name));
  }
  return measures;
}

std::vector<std::string> default_sets(const Measures& measures) {
  std::vector<std::string> names;
  for (const BiasMeasure* measure : measures)
    if (!contains(names, measure->default_sets)) names.emplace_back(measure->default_sets);
  return names;
}

/// Whether `matches` is true of any query of the tasks.
template <class F>
bool planned(const std::vector<BiasTask>& tasks, const F& matches) {
  return std::ranges::any_of(tasks, [&](const BiasTask& task) { return std::ranges::any_of(task.queries, matches); });
}

std::string suitable_measures(const std::vector<BiasTask>& tasks) {
  std::string names;
  for (const BiasMeasure& measure : bias_measures())
    if (std::ranges::any_of(tasks,
                            [&](const BiasTask& task) { return !measure.queries(task.sets, measure.name).empty(); }))
      append(names, std::string(measure.name));
  return names;
}

void require_measure(const BiasMeasure& measure, const std::vector<BiasTask>& tasks, bool queries_named) {
  if (planned(tasks, [&](const auto& query) { return query.first == &measure; })) return;
  const std::string suitable = suitable_measures(tasks);
  throw Error("the measure " + std::string(measure.name) + " takes " + std::string(measure.takes) +
              ", which none of the sets has" + (queries_named ? " in the queries named" : "") +
              (suitable.empty() ? "" : "; measures for these sets: " + suitable));
}

void require_query(const std::string& name, const std::vector<BiasTask>& tasks, const Measures& measures) {
  if (planned(tasks, [&](const auto& query) { return query.second == name; })) return;
  std::string known;
  for (const BiasTask& task : tasks)
    for (const BiasMeasure* measure : measures)
      for (const std::string& query : measure->queries(task.sets, measure->name))
        if (known.find("'" + query + "'") == known.npos) append(known, "'" + query + "'");
  throw OptionError("there is no query '" + name + "'; known are " + known);
}

}  // namespace

std::vector<BiasTask> plan_bias(const std::vector<std::string>& measure_names, std::vector<BiasWordSets> given_sets,
                                const std::vector<std::string>& query_names) {
  const Measures measures = measures_named(measure_names);
  const bool given = !given_sets.empty();
  const std::vector<std::string> names = default_sets(measures);
  if (!given)
    for (const std::string& name : names) given_sets.push_back(read_word_sets(name));
  std::vector<BiasTask> tasks;
  for (std::size_t i = 0; i < given_sets.size(); ++i) {
    BiasTask& task = tasks.emplace_back(BiasTask{std::move(given_sets[i]), {}});
    for (const BiasMeasure* measure : measures) {
      if (!given && measure->default_sets != names[i]) continue;
      for (const std::string& query : measure->queries(task.sets, measure->name))
        if (query_names.empty() || contains(query_names, query)) task.queries.emplace_back(measure, query);
    }
  }
  // Of all measures, those that given sets do not suit are left out.
  if (!given || !contains(measure_names, "all"))
    for (const BiasMeasure* measure : measures) require_measure(*measure, tasks, !query_names.empty());
  for (const std::string& name : query_names) require_query(name, tasks, measures);
  if (!planned(tasks, [](const auto&) { return true; })) throw Error("the sets have nothing that these measures take");
  return tasks;
}

std::optional<TaskDirection> direction_of(const BiasTask& task, const MeasuredVectors& vectors, bool of_reference,
                                          const BiasMeasureOptions& options, const Progress* progress) {
  const bool used = std::ranges::any_of(task.queries, [&](const auto& query) {
    return query.first->has_direction && (query.first->has_reference && vectors.reference) == of_reference;
  });
  if (!used) return std::nullopt;
  const CancelScope scope(progress);
  const Embeddings& embeddings = of_reference ? *vectors.reference : vectors.embeddings;
  BiasDirection direction = find_direction(embeddings, task.sets, options.direction);
  const Eigen::VectorXd& explained = direction.subspace.explained();
  std::optional<RandomSetsBaseline> baseline;
  if (explained.size() > 0)
    baseline = random_sets_baseline(embeddings, direction.sets, explained[0],
                                    {.restrict = options.restrict, .seed = options.seed, .threads = options.threads});
  return TaskDirection{task.sets.name + (of_reference ? ", in " + vectors.reference_file + ":" : ""),
                       std::move(direction), std::move(baseline)};
}

BiasOutcome outcome_of(const BiasMeasure& measure, const std::string& query, const BiasWordSets& sets,
                       const MeasuredVectors& vectors, const BiasMeasureOptions& options, const Progress* progress) {
  try {
    return {&measure, query,
            equivec::measure(measure, vectors.embeddings, sets, query, options, vectors.reference, progress), ""};
  } catch (const OptionError&) {
    throw;
  } catch (const Error& error) {
    return {&measure, query, std::nullopt, error.what()};
  }
}

}  // namespace equivec
