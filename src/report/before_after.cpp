#include "src/report/before_after.hpp"

#include "equivec/base/error.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/bias_forest.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace equivec {

namespace {

/// The effect size if the measure has one; it may be missing afterwards, when the words no longer differ.
std::string headline(const MeasuredTwice& row, const std::optional<BiasMeasurement>& measured) {
  if (!measured) return "-";
  const bool has_effect_size = (row.before && row.before->effect_size) || (row.after && row.after->effect_size);
  return format_estimate(has_effect_size ? measured->effect_size : measured->value, measured->interval);
}

/// What is measured with one collection of sets.
struct Asked {
  BiasWordSets sets;
  std::string_view measure;               ///< empty: all that suit the sets
  std::vector<std::string_view> queries;  ///< empty: all
};

/// The given sets, and for gender the published tests of gender bias.
std::vector<Asked> asked(const BiasWordSets& sets) {
  std::vector<Asked> all = {{sets, "", {}}};
  if (sets.name != "gender") return all;
  all.push_back({read_word_sets("weat"), "weat", {"weat-6", "weat-7", "weat-8"}});
  all.push_back({read_word_sets("sembias"), "sembias", {}});
  all.push_back({read_word_sets("occupation-shares"), "occupation-shares", {"occupations-female"}});
  return all;
}

std::vector<MeasuredTwice> measure_all(const BeforeAndAfter& vectors, Progress& progress) {
  std::vector<MeasuredTwice> result;
  const std::vector<Asked> all = asked(vectors.sets);
  std::vector<const BiasWordSets*> sets_of;
  for (const auto& [sets, name, queries] : all)
    for (const BiasMeasure& measure : bias_measures()) {
      if (!name.empty() && measure.name != name) continue;
      for (const std::string& query : measure.queries(sets, measure.name)) {
        if (!queries.empty() && std::ranges::find(queries, query) == queries.end()) continue;
        result.push_back({&measure, sets.name, query, {}, {}, ""});
        sets_of.push_back(&sets);
      }
    }
  progress.done = 0;
  progress.total = result.size() + vectors.similarities.size() + vectors.analogies.size();
  for (std::size_t i = 0; i < result.size(); ++i) {
    check_cancelled(&progress);
    MeasuredTwice& row = result[i];
    try {
      row.before = measure(*row.measure, vectors.before, *sets_of[i], row.query, vectors.measuring, nullptr, &progress);
      row.after =
          measure(*row.measure, vectors.after, *sets_of[i], row.query, vectors.measuring, &vectors.before, &progress);
    } catch (const Error& error) {
      row.error = error.what();
    }
    ++progress.done;
  }
  return result;
}

std::vector<ScoredTwice> score_all(const BeforeAndAfter& vectors, Progress& progress) {
  EvaluateOptions rules;
  rules.threads = rules.bootstrap.threads = vectors.measuring.threads;
  rules.bootstrap.seed = rules.seed = vectors.measuring.seed;
  std::vector<ScoredTwice> result;
  for (const SimilaritySet& set : vectors.similarities) {
    check_cancelled(&progress);
    const SimilarityResult before = evaluate(vectors.before, set, rules), after = evaluate(vectors.after, set, rules);
    result.push_back({set.name, "Spearman", before.scores.at(0).spearman, after.scores.at(0).spearman,
                      compare(after, before, Correlation::spearman, rules.bootstrap)});
    ++progress.done;
  }
  for (const AnalogySet& set : vectors.analogies) {
    check_cancelled(&progress);
    const AnalogyResult before = evaluate(vectors.before, set, rules), after = evaluate(vectors.after, set, rules);
    result.push_back({set.name, "accuracy, 3CosAdd", before.all.value(), after.all.value(),
                      compare(after, before, rules.bootstrap)});
    ++progress.done;
  }
  return result;
}

/// Measures for which the sets have no words.
std::string not_asked(const std::vector<MeasuredTwice>& measured) {
  std::string names;
  for (const BiasMeasure& measure : bias_measures())
    if (std::ranges::find(measured, measure.name, [](const MeasuredTwice& row) { return row.measure->name; }) ==
        measured.end())
      names += (names.empty() ? "" : ", ") + std::string(measure.name);
  return names;
}

std::filesystem::path measures_picture(const std::filesystem::path& file) { return file.string() + ".measures.svg"; }

void add_measures_picture(Document& page, const std::vector<MeasuredTwice>& measured,
                          const std::filesystem::path& file) {
  BiasForest forest{{"before", "after"}, {}};
  const auto estimate = [](const std::optional<BiasMeasurement>& found) {
    return found ? std::optional(BiasForest::Estimate{found->value, found->effect_size, found->interval})
                 : std::nullopt;
  };
  for (const MeasuredTwice& row : measured)
    if (row.before)
      forest.rows.push_back({std::string(row.measure->name),
                             row.sets,
                             row.query,
                             row.measure->unbiased,
                             {estimate(row.before), estimate(row.after)}});
  if (forest.rows.empty()) return;
  page.picture(forest_plot(forest, ""),
               "The measures of the table: values with their 95 % intervals, before and after.",
               measures_picture(file).filename().string());
}

}  // namespace

SideBySide side_by_side(const BeforeAndAfter& vectors, Progress& progress) {
  std::vector<MeasuredTwice> measured = measure_all(vectors, progress);
  return {std::move(measured), score_all(vectors, progress)};
}

std::string measures_text(const std::vector<MeasuredTwice>& measured) {
  std::vector<TableRow> rows = {{"measure", "query", "better", "before [95 %]", "after [95 %]"}};
  std::string not_measured;
  for (const MeasuredTwice& row : measured) {
    if (!row.error.empty())
      not_measured += "not measured: " + std::string(row.measure->name) + ", " + row.query + ": " + row.error + "\n";
    else
      rows.push_back({std::string(row.measure->name), row.query, std::string(row.measure->better),
                      headline(row, row.before), headline(row, row.after)});
  }
  return to_text(rows, 3, TableStyle::text) + not_measured;
}

std::vector<TableRow> scores_table(const std::vector<ScoredTwice>& scored) {
  std::vector<TableRow> rows = {{"set", "score", "before", "after", "difference [95 %]", "p"}};
  for (const ScoredTwice& row : scored)
    rows.push_back(
        {row.set, row.score, format_estimate(row.before, {}), format_estimate(row.after, {}),
         row.difference ? format_estimate(std::optional(row.difference->value), row.difference->interval) : "-",
         format_p_value(row.difference ? row.difference->p_value : std::nullopt)});
  return rows;
}

std::string measuring_rules(const BeforeAndAfter& vectors) {
  const BiasMeasureOptions& measuring = vectors.measuring;
  const std::size_t words = vectors.before.size();
  return "Measures go by one direction, found by " + std::string(name_of(measuring.direction.method)) +
         "; the most biased words are those of before, of the first " +
         grouped(measuring.restrict == 0 ? words : std::min(words, measuring.restrict)) +
         " words; intervals: " + std::to_string(measuring.resamples) + " resamples, seed " +
         std::to_string(measuring.seed) + ". Of weat the number is the effect size d.";
}

void add_measures(Document& page, const std::vector<MeasuredTwice>& measured, const std::string& rules,
                  const std::filesystem::path& file) {
  page.heading("Bias before and after");
  std::vector<TableRow> rows = {{"measure", "query", "what it is", "better", "before [95 %]", "after [95 %]"}};
  for (const MeasuredTwice& row : measured)
    rows.push_back({std::string(row.measure->name), row.query, std::string(row.measure->title),
                    std::string(row.measure->better), headline(row, row.before),
                    row.error.empty() ? headline(row, row.after) : "not measured: " + row.error});
  page.table(std::move(rows), 4);
  add_measures_picture(page, measured, file);
  page.paragraph(rules);
  if (const std::string names = not_asked(measured); !names.empty())
    page.paragraph("Not measured, since the sets hold nothing for them: " + names + ".");
}

Json measures_json(const std::vector<MeasuredTwice>& measured) {
  const auto measurement = [](const std::optional<BiasMeasurement>& found) -> Json {
    if (!found) return nullptr;
    return {{"value", number(found->value)},
            {"effect_size", number(found->effect_size)},
            {"p_value", number(found->p_value)},
            {"interval", to_json(found->interval)}};
  };
  Json document = Json::array();
  for (const MeasuredTwice& row : measured) {
    Json entry = {{"measure", row.measure->name},
                  {"sets", row.sets},
                  {"query", row.query},
                  {"unbiased", row.measure->unbiased},
                  {"before", measurement(row.before)},
                  {"after", measurement(row.after)}};
    if (!row.error.empty()) entry["error"] = row.error;
    document.push_back(std::move(entry));
  }
  return document;
}

Json scores_json(const std::vector<ScoredTwice>& scored) {
  Json document = Json::array();
  for (const ScoredTwice& row : scored) {
    Json entry = {{"set", row.set}, {"score", row.score}, {"before", number(row.before)}, {"after", number(row.after)}};
    entry["difference"] = row.difference ? Json(row.difference->value) : Json(nullptr);
    entry["interval"] = row.difference ? to_json(row.difference->interval) : Json(nullptr);
    entry["p_value"] = row.difference ? number(row.difference->p_value) : Json(nullptr);
    document.push_back(std::move(entry));
  }
  return document;
}

std::vector<std::filesystem::path> report_files(const std::filesystem::path& file) {
  const std::string ending = file.extension().string();
  if (ending == ".md") return {file, measures_picture(file), occupations_picture(file)};
  if (ending == ".html" || ending == ".json") return {file};
  throw OptionError("--report: " + file.string() + ": the ending names the format: .html, .md or .json");
}

std::filesystem::path occupations_picture(const std::filesystem::path& file) { return file.string() + ".svg"; }

std::vector<ReportFile> files_of(const Document& page, const std::filesystem::path& file) {
  if (file.extension() == ".html") return {{file, page.html()}};
  std::vector<ReportFile> files = {{file, page.markdown()}};
  for (const auto& [svg, name] : page.pictures()) files.push_back({file.parent_path() / name, svg});
  return files;
}

std::vector<ReportFile> files_of(const Json& document, const std::filesystem::path& file) {
  return {{file, document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"}};
}

}  // namespace equivec
