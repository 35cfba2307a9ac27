#include "src/report/table.hpp"

#include <algorithm>
#include <cstdio>

namespace equivec {

namespace {

/// Bytes that begin a character, so that columns of UTF-8 stand below each other.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string plain_text(std::span<const TableRow> rows, std::size_t texts) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const TableRow& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  std::string text;
  for (const TableRow& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width(row[i]), ' ');
      line += (i == 0 ? "" : "  ") + (i < texts ? row[i] + padding : padding + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string markdown_text(std::span<const TableRow> rows, std::size_t texts) {
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::string cell : rows[r]) {
      for (std::size_t at = 0; (at = cell.find('|', at)) != cell.npos; at += 2) cell.insert(at, "\\");
      text += "| " + cell + " ";
    }
    text += "|\n";
    if (r > 0) continue;
    for (std::size_t i = 0; i < rows[r].size(); ++i) text += i < texts ? "|---" : "|---:";
    text += "|\n";
  }
  return text;
}

}  // namespace

std::string to_text(std::span<const TableRow> rows, std::size_t texts, TableStyle style) {
  return style == TableStyle::text ? plain_text(rows, texts) : markdown_text(rows, texts);
}

std::string formatted(const char* pattern, double value) {
  char text[64];
  std::snprintf(text, sizeof text, pattern, value);
  return text;
}

std::string format_p_value(const std::optional<double>& p) {
  if (!p) return "-";
  if (*p < 1e-99) return "<1e-99";  // which may be 0 to a double
  char text[32];
  std::snprintf(text, sizeof text, *p < 0.001 ? "%.1e" : "%.3f", *p);
  return text;
}

std::string format_estimate(const std::optional<double>& value, const std::optional<Interval>& interval) {
  if (!value) return "-";
  return formatted("%.3f", *value) +
         (interval ? " [" + formatted("%.3f", interval->low) + " .. " + formatted("%.3f", interval->high) + "]" : "");
}

}  // namespace equivec
