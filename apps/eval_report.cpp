#include "apps/eval_report.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>

using namespace equivec;

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

std::string format_p(const std::optional<double>& p) {
  if (!p) return "-";
  char text[32];
  std::snprintf(text, sizeof text, *p < 0.001 ? "%.1e" : "%.3f", *p);
  return text;
}

/// Bytes that begin a character, so that columns of UTF-8 stand below each other.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

using TableRow = std::vector<std::string>;

void print_text(const std::vector<TableRow>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const TableRow& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  for (const TableRow& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width(row[i]), ' ');
      line += (i == 0 ? "" : "  ") + (i < 2 ? row[i] + padding : padding + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::cout << line << '\n';
  }
}

void print_markdown(const std::vector<TableRow>& rows) {
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::string cell : rows[r]) {
      for (std::size_t at = 0; (at = cell.find('|', at)) != cell.npos; at += 2) cell.insert(at, "\\");
      std::cout << "| " << cell << ' ';
    }
    std::cout << "|\n";
    if (r > 0) continue;
    for (std::size_t i = 0; i < rows[r].size(); ++i) std::cout << (i < 2 ? "|---" : "|---:");
    std::cout << "|\n";
  }
}

}  // namespace

void print(std::span<const Measurement> measurements, bool compared, TableStyle style) {
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
    row.push_back(m.difference ? format_p(m.difference->p_value) : "-");
  }
  if (style == TableStyle::text)
    print_text(rows);
  else
    print_markdown(rows);
}

Json to_json(const std::optional<Interval>& interval) {
  return interval ? Json::array({interval->low, interval->high}) : Json(nullptr);
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
