#include "src/report/drift_report.hpp"

#include "src/base/text_numbers.hpp"
#include "src/files/output_file.hpp"
#include "src/report/table.hpp"

#include <algorithm>
#include <span>

namespace equivec {

namespace {

constexpr std::size_t neighbors_shown = 10;

std::string count_text(std::uint64_t count) { return count == 0 ? "-" : grouped(count); }

std::string interval_text(const Interval& interval) {
  return formatted("[%.3f", interval.low) + formatted(" .. %.3f]", interval.high);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < std::min(words.size(), neighbors_shown); ++i) text += " " + words[i];
  return text;
}

Json change_json(const WordChange& change) {
  return {{"distance", change.distance},
          {"expected", change.expected},
          {"interval", {change.interval.low, change.interval.high}},
          {"excess", change.excess},
          {"p_value", change.p_value},
          {"q_value", change.q_value}};
}

std::string changed_text(const DriftReport& report) {
  const Drift& drift = report.drift;
  std::vector<TableRow> rows = {{"measure", "median of null distances", "words changed"}};
  for (std::size_t m = 0; m < change_measures.size(); ++m)
    rows.push_back(
        {std::string(name_of(change_measures[m])), formatted("%.4f", drift.null_median[m]), grouped(drift.changed[m])});
  return to_text(rows, 1, TableStyle::text);
}

std::string ranking_text(const DriftReport& report, std::span<const DriftingWord> shown) {
  const auto m = static_cast<std::size_t>(report.options.measure);
  std::vector<TableRow> rows = {{"word", "count", "count", std::string(name_of(report.options.measure)),
                                 formatted("%g", 100 * report.options.confidence) + " % interval", "expected", "p",
                                 "q"}};
  for (const DriftingWord& word : shown) {
    const WordChange& change = word.changes[m];
    rows.push_back({word.word, count_text(word.first_count), count_text(word.second_count),
                    formatted("%.3f", change.distance), interval_text(change.interval),
                    formatted("%.3f", change.expected), format_p_value(change.p_value),
                    format_p_value(change.q_value)});
  }
  return to_text(rows, 1, TableStyle::text);
}

std::string neighbors_text(const DriftReport& report, std::span<const DriftingWord> shown) {
  std::string text;
  for (const DriftingWord& word : shown)
    text += word.word + "\n  " + report.first + ":" + joined(word.first_neighbors) + "\n  " + report.second + ":" +
            joined(word.second_neighbors) + "\n";
  return text;
}

void write_words(OutputFiles& files, const std::filesystem::path& file, const std::vector<std::string>& words,
                 const std::vector<NumberColumn>& columns) {
  OutputFile& out = files.open(file);
  std::string line = "word";
  for (const NumberColumn& column : columns) line += "\t" + column.name;
  out.write(line + "\n");
  for (std::size_t i = 0; i < words.size(); ++i) {
    line = words[i];
    std::ranges::replace_if(
        line, [](char c) { return c == '\t' || c == '\n' || c == '\r' || c == ' '; }, '_');
    for (const NumberColumn& column : columns) {
      line += '\t';
      append_number(line, column.values[i]);
    }
    out.write(line + "\n");
  }
}

/// The name of a measure as a column and in Python.
std::string column_name(ChangeMeasure measure) {
  std::string name(name_of(measure));
  std::ranges::replace(name, '-', '_');
  return name;
}

template <class Words, class Value>
NumberColumn column_of(std::string name, const Words& words, const Value& value) {
  NumberColumn column{std::move(name), {}};
  for (const auto& word : words) column.values.push_back(static_cast<double>(value(word)));
  return column;
}

template <class Words>
std::vector<std::string> texts_of_words(const Words& words) {
  std::vector<std::string> texts;
  for (const auto& word : words) texts.push_back(word.word);
  return texts;
}

}  // namespace

std::string to_text(const DriftReport& report) {
  const Drift& drift = report.drift;
  std::string text = grouped(drift.words.size()) + " words compared; by chance: " + grouped(drift.null_distances) +
                     " distances of " + grouped(drift.null_pairs) +
                     (drift.null_pairs == 1 ? " pair of null spaces" : " pairs of null spaces") +
                     formatted(", so p is %.1e at least\n", 1 / (static_cast<double>(drift.null_distances) + 1));
  if (drift.left_out > 0) text += grouped(drift.left_out) + " words left out, which a null space does not have\n";
  text += "changed: false discovery rate at most " + formatted("%g", report.options.false_discovery_rate) + "\n\n" +
          changed_text(report);
  const std::size_t count = std::min(report.options.examples, drift.words.size());
  if (count == 0) return text;
  const std::span shown = std::span(drift.words).first(count);
  return text + "\n" + ranking_text(report, shown) + "\n" + neighbors_text(report, shown);
}

Json to_json(const DriftReport& report) {
  const Drift& drift = report.drift;
  Json changed = Json::object(), medians = Json::object(), words = Json::array();
  for (std::size_t m = 0; m < change_measures.size(); ++m) {
    changed[column_name(change_measures[m])] = drift.changed[m];
    medians[column_name(change_measures[m])] = drift.null_median[m];
  }
  for (std::size_t i = 0; i < std::min(report.options.examples, drift.words.size()); ++i) {
    const DriftingWord& word = drift.words[i];
    Json entry = {{"word", word.word}, {"counts", {word.first_count, word.second_count}}};
    for (std::size_t m = 0; m < change_measures.size(); ++m)
      entry[column_name(change_measures[m])] = change_json(word.changes[m]);
    entry["neighbors"] = {word.first_neighbors, word.second_neighbors};
    words.push_back(std::move(entry));
  }
  return {{"first", report.first},
          {"second", report.second},
          {"null", report.nulls},
          {"measure", name_of(report.options.measure)},
          {"false_discovery_rate", report.options.false_discovery_rate},
          {"compared", drift.words.size()},
          {"left_out", drift.left_out},
          {"null_pairs", drift.null_pairs},
          {"null_distances", drift.null_distances},
          {"null_median", medians},
          {"changed", changed},
          {"words", words}};
}

std::string to_text(const StabilityReport& report) {
  const Stability& stability = report.stability;
  std::string text = grouped(stability.words.size()) + " words in " + grouped(report.spaces.size()) + " spaces, " +
                     grouped(stability.pairs) + (stability.pairs == 1 ? " pair" : " pairs") +
                     "; mean distances of a word, with 95 % intervals\n\n";
  std::vector<TableRow> rows = {{"count", "words"}};
  for (const ChangeMeasure measure : change_measures) rows[0].emplace_back(name_of(measure));
  for (const FrequencyBand& band : stability.bands) {
    TableRow& row = rows.emplace_back(
        TableRow{band.most_count == 0 ? "-" : grouped(band.most_count) + " .. " + grouped(band.least_count),
                 grouped(band.words)});
    for (std::size_t m = 0; m < band.distance.size(); ++m)
      row.push_back(format_estimate(band.distance[m], band.interval[m]));
  }
  return text + to_text(rows, 0, TableStyle::text);
}

Json to_json(const StabilityReport& report) {
  Json bands = Json::array();
  for (const FrequencyBand& band : report.stability.bands) {
    Json entry = {{"most_count", band.most_count}, {"least_count", band.least_count}, {"words", band.words}};
    for (std::size_t m = 0; m < band.distance.size(); ++m)
      entry[column_name(change_measures[m])] = {{"distance", band.distance[m]},
                                                {"interval", to_json(band.interval[m])}};
    bands.push_back(std::move(entry));
  }
  return {{"spaces", report.spaces},
          {"compared", report.stability.words.size()},
          {"pairs", report.stability.pairs},
          {"neighbors", report.options.neighbors},
          {"bands", bands}};
}

std::vector<NumberColumn> columns_of(const Drift& drift) {
  std::vector<NumberColumn> columns = {
      column_of("first_count", drift.words, [](const DriftingWord& word) { return word.first_count; }),
      column_of("second_count", drift.words, [](const DriftingWord& word) { return word.second_count; })};
  for (std::size_t m = 0; m < change_measures.size(); ++m) {
    const std::string name = column_name(change_measures[m]);
    const auto add = [&](const char* ending, const auto& value) {
      columns.push_back(
          column_of(name + ending, drift.words, [&](const DriftingWord& word) { return value(word.changes[m]); }));
    };
    add("", [](const WordChange& change) { return change.distance; });
    add("_expected", [](const WordChange& change) { return change.expected; });
    add("_low", [](const WordChange& change) { return change.interval.low; });
    add("_high", [](const WordChange& change) { return change.interval.high; });
    add("_excess", [](const WordChange& change) { return change.excess; });
    add("_p_value", [](const WordChange& change) { return change.p_value; });
    add("_q_value", [](const WordChange& change) { return change.q_value; });
  }
  return columns;
}

std::vector<NumberColumn> columns_of(const Stability& stability) {
  std::vector<NumberColumn> columns = {
      column_of("count", stability.words, [](const StableWord& word) { return word.count; })};
  for (std::size_t m = 0; m < change_measures.size(); ++m)
    columns.push_back(column_of(column_name(change_measures[m]), stability.words,
                                [m](const StableWord& word) { return word.distance[m]; }));
  return columns;
}

void write_drift(OutputFiles& files, const std::filesystem::path& file, const Drift& drift) {
  write_words(files, file, texts_of_words(drift.words), columns_of(drift));
}

void write_stability(OutputFiles& files, const std::filesystem::path& file, const Stability& stability) {
  write_words(files, file, texts_of_words(stability.words), columns_of(stability));
}

}  // namespace equivec
