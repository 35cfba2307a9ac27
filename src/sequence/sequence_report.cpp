#include "src/sequence/sequence_report.hpp"

#include <cmath>

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

std::string to_text(const SequenceEvaluation& evaluation, TableStyle style) {
  std::vector<TableRow> rows = {{"measure", "value", "95 % interval"}};
  for (const SequenceMeasure& measure : evaluation.measures)
    rows.push_back({measure.name, shown(measure.value, measure.share) + (measure.share ? " %" : ""),
                    shown(measure.interval, measure.share)});
  std::string text = to_text(rows, 1, style);
  const auto count = [&](Fault fault) { return evaluation.faults_found[static_cast<std::size_t>(fault)]; };
  if (count(Fault::search) + count(Fault::model) + count(Fault::none) > 0)
    text += "\nmissed since the search did not find what the model prefers: " + std::to_string(count(Fault::search)) +
            "\nmissed since the model prefers something else: " + std::to_string(count(Fault::model)) + "\n";
  return text;
}

Json to_json(const SequenceEvaluation& evaluation) {
  Json document = {{"examples", evaluation.examples}};
  for (const SequenceMeasure& measure : evaluation.measures)
    document[measure.key] = {{"value", measure.value}, {"interval", to_json(measure.interval)}};
  const auto count = [&](Fault fault) { return evaluation.faults_found[static_cast<std::size_t>(fault)]; };
  if (count(Fault::search) + count(Fault::model) + count(Fault::none) > 0)
    document["faults"] = {{"search", count(Fault::search)}, {"model", count(Fault::model)}};
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
