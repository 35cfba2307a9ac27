#include "src/report/transform_report.hpp"

#include "src/base/text_numbers.hpp"
#include "src/report/debias_summary.hpp"
#include "src/report/table.hpp"

#include <utility>

namespace equivec {

namespace {

Document document_of(const TransformReport& report) {
  const BeforeAndAfter& vectors = *report.compared;
  Document page("Transformed vectors" + (report.output.empty() ? "" : ": " + report.output));
  page.paragraph("Made from " + report.vectors + " (" + grouped(vectors.before.size()) + " words, " +
                 std::to_string(vectors.before.dimension()) + " dimensions each; " +
                 std::to_string(vectors.after.dimension()) + " now): " + vectors.after.metadata().at("transformed") +
                 ".");
  page.heading("Evaluation sets before and after");
  if (report.found.scored.empty())
    page.paragraph("No sets of similarities or analogies were given (--similarity, --analogies).");
  else
    page.table(scores_table(report.found.scored), 2);
  add_measures(page, report.found.measured, measuring_rules(vectors), report.file);
  page.heading("What is proved of the vectors written");
  page.table(conditions_table(report.transformed.conditions), 1);
  return page;
}

}  // namespace

std::string to_text(const TransformReport& report) {
  std::string text = conditions_text(report.transformed.conditions);
  if (!report.found.scored.empty()) text += "\n" + to_text(scores_table(report.found.scored), 2, TableStyle::text);
  if (!report.found.measured.empty()) text += "\n" + measures_text(report.found.measured);
  if (report.compared) text += "\n";
  const Embeddings& after = report.transformed.embeddings;
  if (!report.output.empty())
    text += "wrote " + grouped(after.size()) + " vectors of " + std::to_string(after.dimension()) + " dimensions to " +
            report.output + "\n";
  if (!report.file.empty()) text += "wrote the report to " + report.file + "\n";
  return text;
}

Json to_json(const TransformReport& report) {
  const Embeddings& after = report.transformed.embeddings;
  Json document = {{"vectors", report.vectors},
                   {"output", report.output},
                   {"words", after.size()},
                   {"dimension", after.dimension()},
                   {"transformed", after.metadata().at("transformed")},
                   {"conditions", conditions_json(report.transformed.conditions)}};
  if (!report.compared) return document;
  const BiasMeasureOptions& measuring = report.compared->measuring;
  document["report"] = report.file;
  document["sets"] = report.compared->sets.name;
  document["restrict"] = measuring.restrict;
  document["resamples"] = measuring.resamples;
  document["seed"] = measuring.seed;
  document["measures"] = measures_json(report.found.measured);
  document["utility"] = scores_json(report.found.scored);
  return document;
}

std::vector<ReportFile> render_report(const TransformReport& report) {
  report_files(report.file);  // whether it is one
  const std::filesystem::path file = report.file;
  return file.extension() == ".json" ? files_of(to_json(report), file) : files_of(document_of(report), file);
}

}  // namespace equivec
