#include "src/report/bias_report.hpp"

#include "equivec/math/statistics.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/table.hpp"

#include <algorithm>

namespace equivec {

namespace {

std::string format(const std::optional<Interval>& interval) {
  return interval ? "  [" + formatted("%.4f", interval->low) + " .. " + formatted("%.4f", interval->high) + "]" : "";
}

std::string titled_name(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::string text_of(const BiasMeasurement::Row& row) {
  std::string text;
  for (const std::string& word : row.words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// The rows by their first number, the largest first; rows without one are left out.
std::vector<const BiasMeasurement::Row*> sorted_rows(const BiasMeasurement& measurement) {
  std::vector<const BiasMeasurement::Row*> rows;
  for (const BiasMeasurement::Row& row : measurement.rows)
    if (!row.numbers.empty() && row.numbers[0]) rows.push_back(&row);
  std::ranges::stable_sort(rows, std::ranges::greater(), [](const auto* row) { return *row->numbers[0]; });
  return rows;
}

std::string rows_text(const BiasMeasurement& measurement, int count) {
  std::string text;
  const auto rows = sorted_rows(measurement);
  const std::size_t most = static_cast<std::size_t>(count), shown = std::min(rows.size(), most);
  if (shown == 0) return text;
  const auto add = [&](const std::string& title, auto first, auto last) {
    text += "  " + title + ":";
    for (; first != last; ++first) text += "  " + formatted("%+.3f ", *(*first)->numbers[0]) + text_of(**first);
    text += "\n";
  };
  const std::string column = titled_name(measurement.columns.front());
  const auto shown_rows = static_cast<std::ptrdiff_t>(shown);
  add("largest " + column, rows.begin(), rows.begin() + shown_rows);
  if (rows.size() <= most) return text;
  const auto rest = std::min(shown_rows, static_cast<std::ptrdiff_t>(rows.size()) - shown_rows);
  add("smallest " + column, rows.rbegin(), rows.rbegin() + rest);
  return text;
}

}  // namespace

std::string bias_measures_text() {
  std::string text;
  for (const BiasMeasure& measure : bias_measures())
    text += std::string(measure.name) + "\n  " + std::string(measure.title) + " (" + std::string(measure.paper) +
            ")\n  takes " + std::string(measure.takes) + "; usual sets: " + std::string(measure.default_sets) +
            "\n  value " + std::string(measure.range) + ", better " + std::string(measure.better) + "\n";
  return text;
}

Json bias_measures_json() {
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
  return document;
}

std::string to_text(const BiasDirection& direction, const std::string& name,
                    const std::optional<RandomSetsBaseline>& baseline) {
  std::string text = name + " direction, from " + std::to_string(direction.sets_used) + " of " +
                     std::to_string(direction.sets_given) + " definitional sets (positive towards '" +
                     direction.first_pole + "', negative towards '" + direction.last_pole + "')\n";
  const Eigen::VectorXd& explained = direction.subspace.explained();
  if (explained.size() > 0) {
    text += "  share of the sets' variance on each principal direction:";
    for (Eigen::Index i = 0; i < std::min<Eigen::Index>(explained.size(), 5); ++i)
      text += formatted(" %.1f %%", 100 * explained[i]);
    text += "\n";
  }
  if (baseline)
    text += "  the first of sets of random words: " + formatted("%.1f %%, ", 100 * baseline->mean) +
            formatted("95 %% of them %.1f to ", 100 * baseline->interval.low) +
            formatted("%.1f %%; p ", 100 * baseline->interval.high) + format_p_value(baseline->p_value) + "\n";
  if (!direction.missing.empty()) text += "  not in the vocabulary: " + list(direction.missing) + "\n";
  return text;
}

Json to_json(const BiasDirection& direction, const std::optional<RandomSetsBaseline>& baseline) {
  Json basis = Json::array();
  for (Eigen::Index row = 0; row < direction.subspace.basis().rows(); ++row) {
    const Eigen::VectorXd numbers = direction.subspace.basis().row(row);
    basis.push_back(std::vector<double>(numbers.begin(), numbers.end()));
  }
  const Eigen::VectorXd& explained = direction.subspace.explained();
  Json document = {{"rank", direction.subspace.rank()},
                   {"explained_variance", std::vector<double>(explained.begin(), explained.end())},
                   {"positive_pole", direction.first_pole},
                   {"negative_pole", direction.last_pole},
                   {"sets_used", direction.sets_used},
                   {"missing", direction.missing},
                   {"basis", basis}};
  if (baseline)
    document["random_sets"] = {{"explained_variance", baseline->mean},
                               {"interval", to_json(std::optional(baseline->interval))},
                               {"p_value", baseline->p_value}};
  return document;
}

std::string to_text(const BiasMeasurement& measurement, const BiasMeasure& measure, int count) {
  const auto how = [&](const std::string& name) {
    const auto found = std::ranges::find(measurement.conventions, name, [](const auto& pair) { return pair.first; });
    return found == measurement.conventions.end() ? "" : found->second;
  };
  std::string text = measurement.measure + ", " + measurement.query + ": " + std::string(measure.title) + "\n";
  std::vector<std::string> explained;
  const auto line = [&](const std::string& name, const std::string& value) {
    explained.push_back(name);
    const std::string explanation = how(name);
    text += "  " + titled_name(name) + " " + value + (explanation.empty() ? "" : "  (" + explanation + ")") + "\n";
  };
  line("value", (measurement.value ? formatted("%.4f", *measurement.value) : "none") +
                    (measurement.effect_size ? "" : format(measurement.interval)));
  if (measurement.effect_size)
    line("effect_size", formatted("%.4f", *measurement.effect_size) + format(measurement.interval));
  const auto of_p = std::ranges::find(measurement.figures, "p_value", &BiasMeasurement::Figure::name);
  if (measurement.p_value)
    line("p_value",
         format_p_value(measurement.p_value) + (of_p == measurement.figures.end() ? "" : format(of_p->interval)));
  for (const BiasMeasurement::Figure& figure : measurement.figures)
    if (figure.name != "p_value")
      line(figure.name, (figure.value ? formatted("%.4f", *figure.value) : "none") + format(figure.interval));
  text += "  range " + std::string(measure.range) + ", better " + std::string(measure.better) + "; " +
          grouped(measurement.words) + (measurement.words == 1 ? " word" : " words");
  for (const auto& [name, number] : measurement.counts) text += "; " + titled_name(name) + ": " + grouped(number);
  for (const auto& [name, value] : measurement.conventions)
    if (std::ranges::find(explained, name) == explained.end()) text += "; " + titled_name(name) + ": " + value;
  text += "\n" + rows_text(measurement, count);
  if (!measurement.missing.empty()) text += "  not in the vocabulary: " + list(measurement.missing) + "\n";
  if (!measurement.without_direction.empty())
    text +=
        "  left out, their vectors having no length or not being finite: " + list(measurement.without_direction) + "\n";
  return text;
}

Json to_json(const BiasMeasurement& measurement, const BiasMeasure& measure) {
  Json conventions = Json::object(), figures = Json::object(), counts = Json::object(), words = Json::array();
  for (const auto& [name, count] : measurement.counts) counts[name] = count;
  for (const auto& [name, value] : measurement.conventions) conventions[name] = value;
  conventions["missing_words"] = "left out";
  for (const BiasMeasurement::Figure& figure : measurement.figures)
    figures[figure.name] = {{"value", number(figure.value)}, {"interval", to_json(figure.interval)}};
  for (const BiasMeasurement::Row& row : measurement.rows) {
    Json entry;
    if (row.words.size() == 1)
      entry["word"] = row.words[0];
    else
      entry["words"] = row.words;
    for (std::size_t i = 0; i < row.numbers.size(); ++i) entry[measurement.columns[i]] = number(row.numbers[i]);
    words.push_back(std::move(entry));
  }
  return {{"measure", measurement.measure},
          {"query", measurement.query},
          {"value", number(measurement.value)},
          {"effect_size", number(measurement.effect_size)},
          {"p_value", number(measurement.p_value)},
          {"interval", to_json(measurement.interval)},
          {"figures", figures},
          {"counts", counts},
          {"unbiased", measure.unbiased},
          {"conventions", conventions},
          {"used_words", measurement.words},
          {"missing", measurement.missing},
          {"without_direction", measurement.without_direction},
          {"words", words}};
}

std::string to_text(const BiasOutcome& outcome, int count) {
  if (outcome.measurement) return to_text(*outcome.measurement, *outcome.measure, count);
  return std::string(outcome.measure->name) + ", " + outcome.query + ": not measured: " + outcome.error + "\n";
}

Json to_json(const BiasOutcome& outcome) {
  if (outcome.measurement) return to_json(*outcome.measurement, *outcome.measure);
  return {{"measure", outcome.measure->name}, {"query", outcome.query}, {"value", nullptr}, {"error", outcome.error}};
}

Json bias_document(const MeasuredVectors& vectors, const BiasTask& task, const std::optional<TaskDirection>& direction,
                   const std::optional<TaskDirection>& of_reference, const std::vector<BiasOutcome>& outcomes) {
  Json document = {{"vectors", vectors.file}, {"sets", task.sets.name}};
  if (direction) document["subspace"] = to_json(direction->direction, direction->baseline);
  if (of_reference) document["reference_subspace"] = to_json(of_reference->direction, of_reference->baseline);
  document["measures"] = Json::array();
  for (const BiasOutcome& outcome : outcomes) document["measures"].push_back(to_json(outcome));
  return document;
}

WordSet words_of(const Vocabulary& vocabulary, std::span<const WordId> ids) {
  WordSet words;
  for (const WordId id : ids) words.emplace_back(vocabulary.word(id));
  return words;
}

std::string list(const WordSet& words, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(words.size(), most); ++i) text += (i > 0 ? " " : "") + words[i];
  if (words.size() > most) text += " and " + std::to_string(words.size() - most) + " more";
  return text;
}

}  // namespace equivec
