#include "src/files/delimited.hpp"

#include "equivec/base/characters.hpp"
#include "equivec/base/error.hpp"
#include "src/base/characters.hpp"
#include "src/base/lines.hpp"
#include "src/files/decompress.hpp"
#include "src/files/files.hpp"
#include "src/files/mapped_file.hpp"

#include <system_error>

namespace equivec {

std::vector<std::string> split_fields(std::string_view line, char separator) {
  std::vector<std::string> fields;
  const auto separates = [&](char c) { return separator == ' ' ? is_space(c) : c == separator; };
  for (std::size_t at = 0; at <= line.size();) {
    while (at < line.size() && is_space(line[at]) && (separator == ' ' || line[at] != separator)) ++at;
    if (separator == ' ' && at == line.size()) break;
    std::string field;
    if (at < line.size() && line[at] == '"' && line.find('"', at + 1) != line.npos) {
      for (++at; at < line.size(); ++at) {
        if (line[at] == '"' && at + 1 < line.size() && line[at + 1] == '"')
          ++at;
        else if (line[at] == '"')
          break;
        field += line[at];
      }
      ++at;
      while (at < line.size() && !separates(line[at])) ++at;
    } else {
      const std::size_t begin = at;
      while (at < line.size() && !separates(line[at])) ++at;
      field = trimmed(line.substr(begin, at - begin));
    }
    fields.push_back(std::move(field));
    ++at;  // the separator
  }
  return fields;
}

char separator_of(std::string_view line, std::string_view candidates) {
  for (const char separator : candidates) {
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') quoted = !quoted;
      if (c == separator && !quoted) return separator;
    }
  }
  return ' ';
}

void for_each_entry(const std::filesystem::path& path,
                    const std::function<void(std::string_view line, std::size_t number)>& f) {
  const auto file = open_decompressed(path);
  for_each_line(without_byte_order_mark(file->bytes()), [&](std::string_view line, std::size_t number) {
    if (!trimmed(line).empty() && line.front() != '#') f(line, number);
    return true;
  });
  require_whole_inputs();
}

std::string place(const std::filesystem::path& file, std::size_t number) {
  return file.string() + ":" + std::to_string(number) + ": ";
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& path) {
  std::error_code ignored;  // what cannot be looked at is told when it is opened
  if (!std::filesystem::is_directory(path, ignored)) return {path};
  const std::vector<std::string> files = files_below(path.string());
  if (files.empty()) throw Error(path.string() + ": is a folder without files");
  return {files.begin(), files.end()};
}

std::string set_name(const std::filesystem::path& from) {
  return (from.has_filename() ? from : from.parent_path()).filename().string();
}

std::size_t column_named(const std::vector<std::string>& heading, std::string_view name) {
  return static_cast<std::size_t>(
      std::ranges::find_if(heading, [&](const std::string& field) { return lowered(field) == name; }) -
      heading.begin());
}

}  // namespace equivec
