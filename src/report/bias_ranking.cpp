#include "src/report/bias_ranking.hpp"

#include "src/base/text_numbers.hpp"

#include <algorithm>
#include <cstddef>
#include <map>

namespace equivec {

namespace {

std::string format(const std::optional<double>& value) { return value ? formatted("%.4f", *value) : "-"; }

std::optional<double> size_of(const BiasOutcome& outcome) {
  return outcome.measurement ? bias_size(*outcome.measure, *outcome.measurement) : std::nullopt;
}

/// Where the queries stand that all vectors have a size of, by measure.
std::map<const BiasMeasure*, std::vector<std::size_t>> common_queries(
    const std::vector<std::vector<BiasOutcome>>& outcomes) {
  std::map<const BiasMeasure*, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < outcomes[0].size(); ++i)
    if (std::ranges::all_of(outcomes, [&](const auto& of_one) { return size_of(of_one[i]).has_value(); }))
      places[outcomes[0][i].measure].push_back(i);
  return places;
}

}  // namespace

std::string ranking_text(std::vector<BiasOutcome> outcomes, TableStyle style) {
  // By their order in the table of measures. What has no value comes last, what was not measured after it.
  std::ranges::stable_sort(outcomes, [](const BiasOutcome& a, const BiasOutcome& b) {
    if (a.measure != b.measure) return a.measure < b.measure;
    const auto key = [](const BiasOutcome& outcome) {
      return size_of(outcome).value_or(outcome.measurement ? -1 : -2);
    };
    return key(a) > key(b);
  });
  std::vector<TableRow> rows = {
      {"measure", "query", "rank", "value", "effect size", "95 % interval", "p", "words", "missing"}};
  std::size_t rank = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const BiasOutcome& outcome = outcomes[i];
    rank = i > 0 && outcome.measure == outcomes[i - 1].measure ? rank + 1 : 1;
    TableRow& row = rows.emplace_back(TableRow{std::string(outcome.measure->name), outcome.query});
    if (!outcome.measurement) {
      row.insert(row.end(), 7, "-");
      continue;
    }
    const BiasMeasurement& m = *outcome.measurement;
    row.push_back(size_of(outcome) ? std::to_string(rank) : "-");
    row.push_back(format(m.value));
    row.push_back(format(m.effect_size));
    row.push_back(m.interval ? format(m.interval->low) + " .. " + format(m.interval->high) : "-");
    row.push_back(format_p_value(m.p_value));
    row.push_back(grouped(m.words));
    row.push_back(grouped(m.missing.size() + m.without_direction.size()));
  }
  return to_text(rows, 2, style);
}

std::string comparison_text(const std::vector<std::string>& files,
                            const std::vector<std::vector<BiasOutcome>>& outcomes, TableStyle style) {
  std::vector<TableRow> rows = {{"measure", "vectors", "rank", "mean bias", "queries"}};
  for (const auto& [measure, common] : common_queries(outcomes)) {
    std::vector<std::pair<double, std::size_t>> means;
    for (std::size_t file = 0; file < files.size(); ++file) {
      double sum = 0;
      for (const std::size_t i : common) sum += *size_of(outcomes[file][i]);
      means.emplace_back(sum / static_cast<double>(common.size()), file);
    }
    std::ranges::sort(means);
    for (std::size_t rank = 0; rank < means.size(); ++rank)
      rows.push_back({std::string(measure->name), files[means[rank].second], std::to_string(rank + 1),
                      format(means[rank].first), std::to_string(common.size())});
  }
  return rows.size() > 1 ? to_text(rows, 2, style) : "";
}

}  // namespace equivec
