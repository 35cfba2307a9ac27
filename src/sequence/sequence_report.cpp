#include "src/sequence/sequence_report.hpp"

#include "equivec/base/error.hpp"

#include <algorithm>
#include <utility>

namespace equivec {

namespace {

std::string shown(double value, bool share, bool sign = false) {
  return formatted(sign ? (share ? "%+.2f" : "%+.4f") : (share ? "%.2f" : "%.4f"), share ? 100 * value : value);
}

std::string shown(const std::optional<Interval>& interval, bool share, bool sign = false) {
  if (!interval) return "-";
  return shown(interval->low, share, sign) + " .. " + shown(interval->high, share, sign);
}

Json difference_json(const std::optional<Difference>& difference) {
  if (!difference) return nullptr;
  return {{"value", difference->value},
          {"interval", to_json(difference->interval)},
          {"p_value", number(difference->p_value)}};
}

}  // namespace

std::vector<ComparedModel> compare_models(const std::vector<std::string>& files,
                                          const std::vector<SequenceEvaluation>& evaluations,
                                          const BootstrapOptions& options) {
  std::vector<ComparedModel> models;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::vector<SequenceMeasure>&measures = evaluations[i].measures, &first = evaluations[0].measures;
    if (!std::ranges::equal(measures, first, {}, &SequenceMeasure::key, &SequenceMeasure::key))
      throw Error(files[i] + ": is of another task than " + files[0] + "; compare models of one task");
    std::vector<std::optional<Difference>> differences;
    for (std::size_t k = 0; k < measures.size() && i > 0; ++k)
      differences.push_back(difference_of_sums(measures[k].parts, first[k].parts, measures[k].exponential, options));
    models.push_back({files[i], evaluations[i], std::move(differences)});
  }
  return models;
}

namespace {

std::size_t fault_count(const SequenceEvaluation& evaluation, Fault fault) {
  return evaluation.faults_found[static_cast<std::size_t>(fault)];
}

bool has_faults(const SequenceEvaluation& evaluation) {
  return fault_count(evaluation, Fault::search) + fault_count(evaluation, Fault::model) +
             fault_count(evaluation, Fault::none) >
         0;
}

Json measures_json(const ComparedModel& model) {
  const SequenceEvaluation& evaluation = model.evaluation;
  Json document = {{"model", model.file}, {"examples", evaluation.examples}};
  for (std::size_t k = 0; k < evaluation.measures.size(); ++k) {
    const SequenceMeasure& measure = evaluation.measures[k];
    document[measure.key] = {{"value", measure.value}, {"interval", to_json(measure.interval)}};
    if (!model.differences.empty()) document[measure.key]["difference"] = difference_json(model.differences[k]);
  }
  if (has_faults(evaluation))
    document["faults"] = {{"search", fault_count(evaluation, Fault::search)},
                          {"model", fault_count(evaluation, Fault::model)}};
  return document;
}

}  // namespace

std::string to_text(const std::vector<ComparedModel>& models, TableStyle style) {
  const bool several = models.size() > 1;
  std::vector<TableRow> rows = {{"measure", "value", "95 % interval"}};
  if (several) {
    rows[0].insert(rows[0].begin(), "model");
    for (const char* const column : {"difference", "95 % interval", "p"}) rows[0].emplace_back(column);
  }
  std::string missed;
  for (const ComparedModel& model : models) {
    for (std::size_t k = 0; k < model.evaluation.measures.size(); ++k) {
      const SequenceMeasure& measure = model.evaluation.measures[k];
      TableRow row = {measure.name, shown(measure.value, measure.share) + (measure.share ? " %" : ""),
                      shown(measure.interval, measure.share)};
      if (several) {
        const std::optional<Difference> difference = model.differences.empty() ? std::nullopt : model.differences[k];
        row.insert(row.begin(), model.file);
        row.push_back(difference ? shown(difference->value, measure.share, true) : "-");
        row.push_back(difference ? shown(difference->interval, measure.share, true) : "-");
        row.push_back(difference ? format_p_value(difference->p_value) : "-");
      }
      rows.push_back(std::move(row));
    }
    if (has_faults(model.evaluation))
      missed += "\n" + (several ? model.file + ": " : std::string()) +
                "missed since the search did not find what the model prefers: " +
                std::to_string(fault_count(model.evaluation, Fault::search)) + "\n" +
                (several ? model.file + ": " : std::string()) + "missed since the model prefers something else: " +
                std::to_string(fault_count(model.evaluation, Fault::model)) + "\n";
  }
  return to_text(rows, several ? 2 : 1, style) + missed;
}

Json to_json(const std::vector<ComparedModel>& models) {
  Json document = measures_json(models[0]);
  if (models.size() > 1) document["compared"] = Json::array();
  for (std::size_t i = 1; i < models.size(); ++i) document["compared"].push_back(measures_json(models[i]));
  return document;
}

std::string to_text(const SequenceComparison& comparison, TableStyle style) {
  const bool share = comparison.share;
  std::vector<TableRow> rows = {{"vectors", comparison.measure + (share ? ", %" : ""), "95 % over seeds", "difference",
                                 "95 % over seeds", "p", "95 % over examples", "p", "s"}};
  for (const ComparedScores& each : comparison.vectors) {
    const auto difference = [&](const std::optional<Difference>& d, TableRow& row) {
      row.push_back(d ? shown(d->interval, share, true) : "-");
      row.push_back(d ? format_p_value(d->p_value) : "-");
    };
    TableRow row = {
        each.scores.name, shown(each.mean, share), shown(each.interval, share),
        &each == &comparison.vectors.front() ? "-" : shown(each.mean - comparison.vectors[0].mean, share, true)};
    difference(each.over_seeds, row);
    difference(each.over_examples, row);
    row.push_back(formatted("%.0f", each.scores.seconds));
    rows.push_back(std::move(row));
  }
  return to_text(rows, 1, style);
}

Json to_json(const SequenceComparison& comparison) {
  Json document = {{"task", comparison.task}, {"measure", comparison.key}, {"vectors", Json::array()}};
  for (const ComparedScores& each : comparison.vectors)
    document["vectors"].push_back({{"vectors", each.scores.name},
                                   {"values", each.scores.values},
                                   {"mean", each.mean},
                                   {"interval", to_json(each.interval)},
                                   {"difference_over_seeds", difference_json(each.over_seeds)},
                                   {"difference_over_examples", difference_json(each.over_examples)},
                                   {"seconds", each.scores.seconds}});
  return document;
}

}  // namespace equivec
