#include "src/report/eval_report.hpp"
#include "src/base/text_numbers.hpp"

#include <cstdio>

namespace equivec {

namespace {

std::string format(double value, Measurement::Unit unit, bool sign = false) {
  char text[32];
  const bool share = unit == Measurement::Unit::share;
  std::snprintf(text, sizeof text, sign ? (share ? "%+.1f" : "%+.3f") : (share ? "%.1f" : "%.3f"),
                share ? 100 * value : value);
  return text;
}

std::string format(const std::optional<double>& value, Measurement::Unit unit) {
  if (!value) return "-";
  return format(*value, unit) + (unit == Measurement::Unit::share ? " %" : "");
}

std::string format(const std::optional<Interval>& interval, Measurement::Unit unit, bool sign = false) {
  if (!interval) return "-";
  return format(interval->low, unit, sign) + " .. " + format(interval->high, unit, sign);
}

}  // namespace

std::string to_text(std::span<const Measurement> measurements, bool compared, TableStyle style) {
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

Json to_json(const std::optional<double>& other, const std::optional<Difference>& difference, const std::string& test) {
  Json result = {{"value", number(other)}};
  result["common"] = difference ? Json(difference->count) : Json(nullptr);
  result["difference"] = difference ? Json(difference->value) : Json(nullptr);
  result["interval"] = difference ? to_json(difference->interval) : Json(nullptr);
  result["p_value"] = difference ? number(difference->p_value) : Json(nullptr);
  result["test"] = test;
  return result;
}

}  // namespace equivec
