#include "src/vectors/formats/projector_labels.hpp"

#include "src/base/characters.hpp"
#include "src/base/lines.hpp"
#include "src/base/text_numbers.hpp"
#include "src/text/code_points.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace equivec {

namespace {

/// What String.trim() of the browser takes for white space.
bool is_browser_space(std::int32_t code_point) {
  constexpr std::array spaces = {0x20, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff};
  return (code_point >= 0x9 && code_point <= 0xd) || (code_point >= 0x2000 && code_point <= 0x200a) ||
         std::ranges::find(spaces, code_point) != spaces.end();
}

/// Calls f for the code points of a text, or pieces that are not UTF-8, until it returns false. Whether it never did.
template <class F>
bool all_code_points(std::string_view text, const F& f) {
  while (!text.empty()) {
    const CodePoint next = first_code_point(text);
    if (!f(next, text.substr(0, next.size))) return false;
    text.remove_prefix(next.size);
  }
  return true;
}

bool is_blank_label(std::string_view line) {
  return all_code_points(line, [](CodePoint c, std::string_view) { return is_browser_space(c.value); });
}

void append_byte(std::string& text, char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  text += "\\x";
  text += digits[value >> 4];
  text += digits[value & 15];
}

std::optional<char> byte_of(std::string_view digits) {
  unsigned value = 0;
  if (digits.size() != 2) return std::nullopt;
  for (const char c : digits) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(digit);
  }
  return static_cast<char>(value);
}

std::vector<std::string_view> columns_of(std::string_view line) {
  std::vector<std::string_view> columns;
  for (std::size_t tab = line.find('\t'); tab != line.npos; tab = line.find('\t')) {
    columns.push_back(line.substr(0, tab));
    line.remove_prefix(tab + 1);
  }
  columns.push_back(line);
  return columns;
}

/// Column `number` of a line; empty if it has fewer.
std::string_view column_of(std::string_view line, std::size_t number) {
  for (; number > 0; --number) {
    const std::size_t tab = line.find('\t');
    if (tab == line.npos) return {};
    line.remove_prefix(tab + 1);
  }
  return line.substr(0, line.find('\t'));
}

/// The column with the first of these names that there is.
std::optional<std::size_t> column_named(const std::vector<std::string_view>& columns,
                                        std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (lowered(trimmed(columns[i])) == name) return i;
  return std::nullopt;
}

struct Lines {
  std::vector<std::string_view> texts;
  std::vector<std::size_t> numbers;
  std::optional<std::string_view> header;
};

/// The lines that hold labels. A word of white space is a label too if the number of rows says so.
Lines lines_of(const Source& file, std::size_t rows) {
  Lines all, shown;
  for_each_line(file.bytes(), [&](std::string_view line, std::size_t number) {
    if (line.empty()) return true;
    const bool blank = is_blank_label(line);
    if (!blank && !all.header && shown.texts.empty() && line.find('\t') != line.npos) {
      all = {};
      all.header = shown.header = line;
      return true;
    }
    for (Lines* lines : {&all, &shown})
      if (lines == &all || !blank) {
        lines->texts.push_back(line);
        lines->numbers.push_back(number);
      }
    return true;
  });
  return shown.texts.size() != rows && all.texts.size() == rows ? all : shown;
}

void require_rows(const Source& file, const Lines& lines, std::size_t rows) {
  const std::size_t labels = lines.texts.size();
  if (rows == 0 || labels == rows) return;
  std::string advice = "; a label stands beside the wrong row";
  if (!lines.header && labels == rows + 1)
    advice =
        "; a file of one column has no line of names: take out '" + std::string(lines.texts[0].substr(0, 40)) + "'";
  else if (lines.header && labels + 1 == rows)
    advice = "; a file of several columns begins with a line of their names: put one before '" +
             std::string(lines.header->substr(0, 40)) + "'";
  file.fail("has " + grouped(labels) + " labels, but there are " + grouped(rows) + " rows of numbers" + advice);
}

}  // namespace

bool needs_escape(std::string_view word) {
  bool blank = true;
  const bool plain = all_code_points(word, [&](CodePoint c, std::string_view) {
    blank = blank && is_browser_space(c.value);
    return c.value != CodePoint::invalid && c.value != '\t' && c.value != '\n' && c.value != '\r';
  });
  return !plain || blank || word.starts_with(byte_order_mark);
}

std::string escaped_label(std::string_view word) {
  const bool blank = is_blank_label(word), mark = word.starts_with(byte_order_mark);
  std::string result;
  all_code_points(word, [&](CodePoint c, std::string_view bytes) {
    constexpr std::string_view values = "\t\n\r\\", names = "tnr\\";
    const std::size_t name = bytes.size() == 1 ? values.find(bytes[0]) : values.npos;
    if (name != values.npos)
      (result += '\\') += names[name];
    else if (blank || c.value == CodePoint::invalid || (mark && result.empty()))
      for (const char byte : bytes) append_byte(result, byte);
    else
      result += bytes;
    return true;
  });
  return result;
}

std::string unescaped_label(std::string_view label) {
  std::string result;
  for (std::size_t i = 0; i < label.size(); ++i) {
    constexpr std::string_view values = "\t\n\r\\", names = "tnr\\";
    const std::size_t name = label[i] == '\\' && i + 1 < label.size() ? names.find(label[i + 1]) : names.npos;
    if (name != names.npos) {
      result += values[name];
      ++i;
    } else if (const auto byte = label.substr(i).starts_with("\\x") ? byte_of(label.substr(i + 2, 2)) : std::nullopt) {
      result += *byte;
      i += 3;
    } else {
      result += label[i];
    }
  }
  return result;
}

ProjectorLabels read_projector_labels(const Source& file, const ReadContext& context, std::size_t rows) {
  const Lines lines = lines_of(file, rows);
  require_rows(file, lines, rows);
  const auto columns = columns_of(lines.header.value_or("word"));
  const std::size_t words = column_named(columns, {"word", "label", "token", "name"}).value_or(0);
  const auto counts = column_named(columns, {"count", "counts", "frequency"});
  ProjectorLabels result;
  bool counted = counts && *counts != words;
  for (std::size_t i = 0; i < lines.texts.size(); ++i) {
    result.words.push_back(column_of(lines.texts[i], words));
    if (result.words.back().empty()) file.fail(lines.numbers[i], "the line holds no word");
    if (!counted) continue;
    const auto count = parse_number<std::uint64_t>(column_of(lines.texts[i], *counts));
    counted = count && *count <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (counted)
      result.counts.push_back(*count);
    else
      context.notice(file.name + ":" + std::to_string(lines.numbers[i]) + ": the count is not a whole number; the " +
                     "words have no counts");
  }
  if (!counted) result.counts.clear();
  return result;
}

}  // namespace equivec
