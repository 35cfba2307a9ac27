#include "src/report/document.hpp"

#include "src/text/code_points.hpp"

#include <cctype>
#include <cstdio>
#include <string_view>
#include <utility>

namespace equivec {

namespace {

/// What the page looks like; it follows the reader's choice of light or dark.
constexpr const char* style = R"(
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid #8886; }
th { border-bottom-width: 2px; }
.text { text-align: left; }
.wide { overflow-x: auto; }
figure { margin: 1rem 0; }
figcaption { font-size: 90%; opacity: .8; }
svg { max-width: 100%; height: auto; }
)";

/// In a cell or a paragraph of Markdown nothing but text: what it takes for marks is escaped.
std::string escape_markdown(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i], next = i + 1 < text.size() ? text[i + 1] : ' ';
    const bool ends_link = c == ']' && (next == '(' || next == '[');
    if (ends_link || std::string_view("\\|*_`<&~$").find(c) != std::string_view::npos) result += '\\';
    result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return result;
}

std::string escape_link(const std::string& file) {
  std::string result;
  for (const char c : file) {
    const auto byte = static_cast<unsigned char>(c);
    char escaped[4];
    std::snprintf(escaped, sizeof escaped, "%%%02X", byte);
    result += std::isalnum(byte) || std::string_view("-._~").find(c) != std::string_view::npos ? std::string(1, c)
                                                                                               : std::string(escaped);
  }
  return result;
}

}  // namespace

std::string escape_markup(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = first_code_point(std::string_view(text).substr(i));
    const std::string_view bytes = std::string_view(text).substr(i, point.size);
    i += point.size;
    if (point.value == '&')
      result += "&amp;";
    else if (point.value == '<')
      result += "&lt;";
    else if (point.value == '>')
      result += "&gt;";
    else if (point.value == '"')
      result += "&quot;";
    else if (point.value == CodePoint::invalid || point.value == 0xFFFE || point.value == 0xFFFF)
      result += "\uFFFD";  // XML cannot hold these
    else if (point.value < 0x20)
      result += ' ';  // nor these
    else
      result += bytes;
  }
  return result;
}

void Document::heading(std::string text) { blocks_.push_back({Kind::heading, {{std::move(text)}}}); }
void Document::paragraph(std::string text) { blocks_.push_back({Kind::paragraph, {{std::move(text)}}}); }
void Document::list(std::vector<std::string> items) {
  Block& block = blocks_.emplace_back(Block{Kind::list, {}});
  for (std::string& item : items) block.rows.push_back({std::move(item)});
}
void Document::table(std::vector<TableRow> rows, std::size_t texts) {
  blocks_.push_back({Kind::table, std::move(rows), texts});
}
void Document::picture(std::string svg, std::string caption, std::string file) {
  blocks_.push_back({Kind::picture, {{std::move(svg), std::move(caption), std::move(file)}}});
}

std::string Document::html() const {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>" +
      escape_markup(title_) + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n<h1>" + escape_markup(title_) +
      "</h1>\n";
  for (const Block& block : blocks_) {
    switch (block.kind) {
      case Kind::heading:
        page += "<h2>" + escape_markup(block.rows[0][0]) + "</h2>\n";
        break;
      case Kind::paragraph:
        page += "<p>" + escape_markup(block.rows[0][0]) + "</p>\n";
        break;
      case Kind::list:
        page += "<ul>\n";
        for (const TableRow& row : block.rows) page += "<li>" + escape_markup(row[0]) + "</li>\n";
        page += "</ul>\n";
        break;
      case Kind::table:
        page += "<div class=\"wide\"><table>\n";
        for (std::size_t r = 0; r < block.rows.size(); ++r) {
          const std::string cell = r == 0 ? "th" : "td";
          page += "<tr>";
          for (std::size_t i = 0; i < block.rows[r].size(); ++i)
            page += "<" + cell + (i < block.texts ? " class=\"text\"" : "") + ">" + escape_markup(block.rows[r][i]) +
                    "</" + cell + ">";
          page += "</tr>\n";
        }
        page += "</table></div>\n";
        break;
      case Kind::picture:
        page += "<figure>\n" + block.rows[0][0] + "\n<figcaption>" + escape_markup(block.rows[0][1]) +
                "</figcaption>\n</figure>\n";
        break;
    }
  }
  return page + "</body>\n</html>\n";
}

std::vector<std::pair<std::string, std::string>> Document::pictures() const {
  std::vector<std::pair<std::string, std::string>> result;
  for (const Block& block : blocks_)
    if (block.kind == Kind::picture) result.emplace_back(block.rows[0][0], block.rows[0][2]);
  return result;
}

std::string Document::markdown() const {
  std::string page = "# " + escape_markdown(title_) + "\n";
  for (const Block& block : blocks_) {
    page += '\n';
    switch (block.kind) {
      case Kind::heading:
        page += "## " + escape_markdown(block.rows[0][0]) + "\n";
        break;
      case Kind::paragraph:
        page += escape_markdown(block.rows[0][0]) + "\n";
        break;
      case Kind::list:
        for (const TableRow& row : block.rows) page += "- " + escape_markdown(row[0]) + "\n";
        break;
      case Kind::table:
        for (std::size_t r = 0; r < block.rows.size(); ++r) {
          for (const std::string& text : block.rows[r]) page += "| " + escape_markdown(text) + " ";
          page += "|\n";
          if (r > 0) continue;
          for (std::size_t i = 0; i < block.rows[r].size(); ++i) page += i < block.texts ? "|---" : "|---:";
          page += "|\n";
        }
        break;
      case Kind::picture:
        page += "![" + escape_markdown(block.rows[0][1]) + "](" + escape_link(block.rows[0][2]) + ")\n";
        break;
    }
  }
  return page;
}

}  // namespace equivec
