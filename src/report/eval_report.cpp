#include "src/report/eval_report.hpp"

#include "src/base/text_numbers.hpp"
#include "src/report/comparison.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace equivec {

namespace {

constexpr auto of_share = Measurement::Unit::share;
constexpr auto of_correlation = Measurement::Unit::correlation;

std::string format(double value, Measurement::Unit unit, bool sign = false) {
  const bool share = unit == of_share;
  return formatted(sign ? (share ? "%+.1f" : "%+.3f") : (share ? "%.1f" : "%.3f"), share ? 100 * value : value);
}

std::string format(const std::optional<double>& value, Measurement::Unit unit) {
  if (!value) return "-";
  return format(*value, unit) + (unit == of_share ? " %" : "");
}

std::string format(const std::optional<Interval>& interval, Measurement::Unit unit, bool sign = false) {
  if (!interval) return "-";
  return format(interval->low, unit, sign) + " .. " + format(interval->high, unit, sign);
}

std::string table_text(std::span<const Measurement> measurements, bool compared, TableStyle style) {
  std::vector<TableRow> rows = {{"set", "measure", "value", "95 % interval", "known", "missing"}};
  if (compared)
    for (const char* const column : {"other", "common", "difference", "95 % interval", "p"})
      rows[0].emplace_back(column);
  for (const Measurement& m : measurements) {
    rows.push_back({m.part.empty() ? m.set : (style == TableStyle::text ? "  " : m.set + ": ") + m.part, m.measure,
                    format(m.value, m.unit), format(m.interval, m.unit), grouped(m.known), grouped(m.missing)});
    if (!compared) continue;
    TableRow& row = rows.back();
    row.push_back(format(m.other, m.unit));
    row.push_back(m.difference ? grouped(m.difference->count) : "-");
    row.push_back(m.difference ? format(m.difference->value, m.unit, true) : "-");
    row.push_back(m.difference ? format(m.difference->interval, m.unit, true) : "-");
    row.push_back(m.difference ? format_p_value(m.difference->p_value) : "-");
  }
  return to_text(rows, 2, style);
}

/// Evaluates sets of every kind with one set of vectors or two, and adds the results to a report.
class Evaluation {
 public:
  Evaluation(const Embeddings& vectors, const Embeddings* other, const EvaluateOptions& rules, Progress* progress,
             EvaluationReport& report)
      : vectors_(vectors), other_(other), rules_(rules), progress_(progress), report_(report) {
    for (const char* const kind : {"analogies", "similarity", "categories", "outliers", "synonyms"})
      report_.document[kind] = Json::array();
  }

  void add(const AnalogySet& set, AnalogyMethod method) {
    rules_.analogies.method = method;
    const std::string measure = "accuracy, " + std::string(name_of(method));
    const AnalogyResult result = evaluate(vectors_, set, rules_, progress_);
    std::optional<AnalogyResult> other;
    if (other_) other = evaluate(*other_, set, rules_, progress_);
    Measurement all = measurement(result.all, measure);
    if (other) compare_with(all, other->all.value(), compare(result, *other, rules_.bootstrap));
    Json entry = to_json(result.all, all);
    entry["method"] = name_of(method);
    entry["section_mean"] = number(result.section_mean);
    entry["section_mean_interval"] = equivec::to_json(result.section_mean_interval);
    entry["sections"] = Json::array();
    report_.table.push_back(all);
    const bool sections = result.sections.size() > 1;
    if (sections)
      report_.table.push_back({set.name, "mean of sections", measure, of_share, result.section_mean,
                               result.section_mean_interval, result.all.total, result.all.missing,
                               other ? other->section_mean : std::nullopt});
    for (std::size_t i = 0; i < result.sections.size(); ++i) {
      Measurement section = measurement(result.sections[i], measure);
      section.set = set.name;
      section.part = result.sections[i].name;
      if (other)
        compare_with(section, other->sections[i].value(),
                     compare_proportions(discordance(result.outcomes[i], other->outcomes[i]), rules_.bootstrap));
      entry["sections"].push_back(to_json(result.sections[i], section));
      if (sections) report_.table.push_back(section);
    }
    report_.document["analogies"].push_back(entry);
  }

  void add(const SimilaritySet& set) {
    const SimilarityResult result = evaluate(vectors_, set, rules_);
    std::optional<SimilarityResult> other;
    if (other_) other = evaluate(*other_, set, rules_);
    Json entry = {{"name", set.name}};
    for (std::size_t i = 0; i < result.scores.size(); ++i) {
      const SimilarityResult::Score& score = result.scores[i];
      Json& place = i == 0 ? entry : entry["rules"][std::string(name_of(score.rule))];
      for (const Correlation kind : {Correlation::spearman, Correlation::pearson}) {
        const bool ranks = kind == Correlation::spearman;
        Measurement line{.set = set.name,
                         .part = "",
                         .measure = std::string(ranks ? "Spearman" : "Pearson"),
                         .unit = of_correlation,
                         .value = ranks ? score.spearman : score.pearson,
                         .interval = ranks ? score.spearman_interval : score.pearson_interval,
                         .known = result.known,
                         .missing = result.missing};
        const std::string name(name_of(kind));
        place[name] = number(line.value);
        place[name + "_interval"] = equivec::to_json(line.interval);
        if (score.rule != MissingRule::drop) {
          line.part = "missing: " + std::string(name_of(score.rule));
        } else if (other) {
          compare_with(line, ranks ? other->scores[0].spearman : other->scores[0].pearson,
                       compare(result, *other, kind, rules_.bootstrap));
          place[name + "_compare"] = equivec::to_json(line.other, line.difference, bootstrap_test);
        }
        if (i == 0 || result.missing > 0) report_.table.push_back(line);
      }
      place["pairs"] = score.pairs;
      if (i == 0) place["missing"] = result.missing;
    }
    report_.document["similarity"].push_back(entry);
  }

  void add(const CategorySet& set) {
    const CategoryResult result = evaluate(vectors_, set, rules_, progress_);
    std::optional<CategoryResult> other;
    if (other_) other = evaluate(*other_, set, rules_, progress_);
    Json entry = {{"name", set.name},
                  {"words", result.words},
                  {"missing", result.missing},
                  {"categories", result.categories},
                  {"purity", Json::object()}};
    for (std::size_t i = 0; i < result.clusterings.size(); ++i) {
      const CategoryResult::Clustering& clustering = result.clusterings[i];
      Measurement line{.set = set.name,
                       .part = "",
                       .measure = "purity, " + clustering.name,
                       .unit = of_share,
                       .value = clustering.purity,
                       .interval = clustering.interval,
                       .known = result.words,
                       .missing = result.missing};
      if (other && i < other->clusterings.size())
        compare_with(line, other->clusterings[i].purity, compare(result, *other, i, rules_.bootstrap));
      Json& place = entry["purity"][clustering.name];
      place = {{"value", number(line.value)}, {"interval", equivec::to_json(line.interval)}};
      if (other) place["compare"] = equivec::to_json(line.other, line.difference, bootstrap_test);
      report_.table.push_back(line);
    }
    if (result.clusterings.empty())
      report_.table.push_back({set.name, "", "purity", of_share, {}, {}, result.words, result.missing});
    report_.document["categories"].push_back(entry);
  }

  void add(const OutlierSet& set) {
    const OutlierResult result = evaluate(vectors_, set, rules_);
    std::optional<OutlierResult> other;
    if (other_) other = evaluate(*other_, set, rules_);
    Measurement all = measurement(result.accuracy, "accuracy, outlier found");
    if (other) compare_with(all, other->accuracy.value(), compare(result, *other, rules_.bootstrap));
    report_.table.push_back(all);
    report_.table.push_back({set.name, "", "mean place of outliers", of_share, result.position,
                             result.position_interval, result.accuracy.total, result.accuracy.missing,
                             other ? other->position : std::nullopt});
    Json entry = to_json(result.accuracy, all);
    entry["position"] = number(result.position);
    entry["position_interval"] = equivec::to_json(result.position_interval);
    report_.document["outliers"].push_back(entry);
  }

  void add(const SynonymSet& set) {
    const SynonymResult result = evaluate(vectors_, set, rules_);
    Measurement all = measurement(result.accuracy, "accuracy, synonym chosen");
    if (other_) {
      const SynonymResult other = evaluate(*other_, set, rules_);
      compare_with(all, other.accuracy.value(), compare(result, other, rules_.bootstrap));
    }
    report_.table.push_back(all);
    report_.document["synonyms"].push_back(to_json(result.accuracy, all));
  }

 private:
  static Measurement measurement(const Accuracy& accuracy, std::string measure) {
    return {.set = accuracy.name,
            .part = "",
            .measure = std::move(measure),
            .unit = of_share,
            .value = accuracy.value(),
            .interval = accuracy.interval,
            .known = accuracy.total,
            .missing = accuracy.missing};
  }

  static void compare_with(Measurement& line, std::optional<double> value, std::optional<Difference> difference) {
    line.other = value;
    line.difference = difference;
  }

  Json to_json(const Accuracy& accuracy, const Measurement& line) const {
    Json entry = {{"name", accuracy.name},
                  {"correct", accuracy.correct},
                  {"total", accuracy.total},
                  {"missing", accuracy.missing},
                  {"accuracy", number(accuracy.value())},
                  {"interval", equivec::to_json(accuracy.interval)}};
    if (other_) entry["compare"] = equivec::to_json(line.other, line.difference, mcnemar_test);
    return entry;
  }

  const Embeddings& vectors_;
  const Embeddings* other_;  ///< null: none
  EvaluateOptions rules_;
  Progress* progress_;
  EvaluationReport& report_;
};

/// The conventions, one a line: "analogy method: 3cosadd".
std::string explain(const Json& conventions) {
  std::string text;
  for (const auto& [name, value] : conventions.items()) {
    std::string title = name;
    std::ranges::replace(title, '_', ' ');
    text += title + ": " + (value.is_string() ? value.get<std::string>() : value.dump()) + "\n";
  }
  return text;
}

Json analogy_conventions(const EvaluationSets& sets, const EvaluateOptions& rules) {
  Json methods = Json::array();
  for (const AnalogyMethod method : sets.methods) methods.push_back(name_of(method));
  return {{"analogy_method", methods.size() == 1 ? methods[0] : methods},
          {"query_words", rules.analogies.include_query             ? "included"
                          : rules.fold_case && !rules.include_alike ? "excluded, in any case"
                                                                    : "excluded"},
          {"questions_with_missing_words", "left out"}};
}

/// The rules that apply to the sets.
Json conventions_of(const std::string& file, const std::optional<EvaluatedVectors>& other, const EvaluationSets& sets,
                    const EvaluateOptions& rules) {
  Json result = {{"vectors", file},
                 {"words", rules.restrict > 0 ? "the first " + std::to_string(rules.restrict) : "all"},
                 {"case", rules.fold_case ? "fold" : "exact"}};
  if (!sets.analogies.empty()) result.update(analogy_conventions(sets, rules));
  if (!sets.similarities.empty())
    result.update({{"similarity_measure", "cosine"},
                   {"ties", "mean ranks"},
                   {"pairs_with_missing_words", "left out, and where some are also by the other rules"}});
  if (!sets.categories.empty()) result["clusters"] = "as many as categories, of unit vectors";
  if (!sets.outliers.empty()) result["outlier"] = "the least mean cosine to the others";
  if (!sets.synonyms.empty()) result["synonym"] = "the largest cosine, ties wrong";
  result["intervals"] = "95 %, percentile bootstrap, " + std::to_string(rules.bootstrap.resamples) +
                        " resamples, seed " + std::to_string(rules.seed);
  if (other)
    result["compared_with"] = other->file + ", differences on what both know; of accuracies " + mcnemar_test +
                              ", of others " + bootstrap_test;
  return result;
}

}  // namespace

EvaluationReport evaluate_sets(const EvaluatedVectors& vectors, const std::optional<EvaluatedVectors>& other,
                               const EvaluationSets& sets, const EvaluateOptions& options, Progress* progress) {
  EvaluationReport report{.table = {}, .compared = other.has_value(), .document = {}};
  report.document = {{"vectors", vectors.file}, {"conventions", conventions_of(vectors.file, other, sets, options)}};
  Evaluation evaluation(vectors.embeddings, other ? &other->embeddings : nullptr, options, progress, report);
  for (const AnalogySet& set : sets.analogies)
    for (const AnalogyMethod method : sets.methods) evaluation.add(set, method);
  for (const SimilaritySet& set : sets.similarities) evaluation.add(set);
  for (const CategorySet& set : sets.categories) evaluation.add(set);
  for (const OutlierSet& set : sets.outliers) evaluation.add(set);
  for (const SynonymSet& set : sets.synonyms) evaluation.add(set);
  return report;
}

std::string to_text(const EvaluationReport& report, TableStyle style) {
  return explain(report.document["conventions"]) + "\n" + table_text(report.table, report.compared, style);
}

}  // namespace equivec
