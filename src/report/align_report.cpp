#include "src/report/align_report.hpp"

#include "src/base/text_numbers.hpp"
#include "src/report/table.hpp"

namespace equivec {

namespace {

std::string pairs_text(const AlignReport& report) {
  const Aligned& aligned = report.aligned;
  std::string text = "pairs: " + grouped(aligned.pairs.size());
  if (aligned.rounds > 0)
    text += ", after " + std::to_string(aligned.rounds) + (aligned.rounds == 1 ? " round" : " rounds") + " from " +
            grouped(aligned.given);
  text += " (" + report.pairs;
  if (report.missing > 0) text += ", " + grouped(report.missing) + " with an unknown word left out";
  return text + ")\nmean cosine of the pairs: " + formatted("%.4f before, ", aligned.cosine_before) +
         formatted("%.4f after\n", aligned.cosine_after);
}

std::string inductions_text(const std::vector<Induction>& inductions) {
  if (inductions.empty()) return "";
  std::vector<TableRow> rows = {{"dictionary", "metric", "P@1", "P@5", "words", "missing"}};
  for (const Induction& one : inductions)
    rows.push_back(
        {one.at_1.name, std::string(name_of(one.metric)), format_estimate(one.at_1.value(), one.at_1.interval),
         format_estimate(one.at_5.value(), one.at_5.interval), grouped(one.at_1.total), grouped(one.at_1.missing)});
  return to_text(rows, 2, TableStyle::text);
}

Json accuracy_json(const Accuracy& accuracy) {
  return {
      {"correct", accuracy.correct}, {"accuracy", number(accuracy.value())}, {"interval", to_json(accuracy.interval)}};
}

}  // namespace

std::string to_text(const AlignReport& report) {
  std::string text = pairs_text(report);
  for (const PostCondition& condition : report.aligned.conditions)
    text += "proved: " + condition.promise + formatted(": at most %.1e", condition.worst) +
            formatted(" (bound %.1e)", condition.bound) + "\n";
  text += inductions_text(report.inductions);
  if (!report.output.empty())
    text += "wrote " + grouped(report.aligned.embeddings.size()) + " vectors to " + report.output + "\n";
  if (report.aligned.target && !report.target_output.empty())
    text +=
        "wrote " + grouped(report.aligned.target->size()) + " vectors of the target to " + report.target_output + "\n";
  return text;
}

Json to_json(const AlignReport& report) {
  const Aligned& aligned = report.aligned;
  Json conditions = Json::array(), inductions = Json::array();
  for (const PostCondition& condition : aligned.conditions)
    conditions.push_back({{"promise", condition.promise}, {"worst", condition.worst}, {"bound", condition.bound}});
  for (const Induction& one : report.inductions)
    inductions.push_back({{"name", one.at_1.name},
                          {"metric", name_of(one.metric)},
                          {"total", one.at_1.total},
                          {"missing", one.at_1.missing},
                          {"at_1", accuracy_json(one.at_1)},
                          {"at_5", accuracy_json(one.at_5)}});
  return {{"source", report.source},
          {"target", report.target},
          {"output", report.output},
          {"target_output", report.target_output},
          {"method", name_of(report.options.method)},
          {"pairs",
           {{"from", report.pairs},
            {"given", aligned.given},
            {"used", aligned.pairs.size()},
            {"missing", report.missing},
            {"rounds", aligned.rounds},
            {"weights", name_of(report.options.weights)}}},
          {"cosine_before", aligned.cosine_before},
          {"cosine_after", aligned.cosine_after},
          {"conditions", conditions},
          {"inductions", inductions}};
}

}  // namespace equivec
