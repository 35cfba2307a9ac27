#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// Fields of a line, trimmed of white space. A field in double quotes may contain the separator, and quotes written
/// twice. The separator ' ' stands for any white space.
std::vector<std::string> split_fields(std::string_view line, char separator);

/// The first of `separators` that the line contains outside double quotes; ' ' if none.
char separator_of(std::string_view line, std::string_view separators);

/// Calls f for each line of a file (compressed or not), without the byte order mark, empty lines and lines that begin
/// with '#'.
void for_each_entry(const std::filesystem::path& file,
                    const std::function<void(std::string_view line, std::size_t number)>& f);

/// "file:line: " for messages.
std::string place(const std::filesystem::path& file, std::size_t number);

/// The file itself, or files_below() for a folder. Throws Error for a folder without files.
std::vector<std::filesystem::path> files_of(const std::filesystem::path& path);

/// Field separators for separator_of(): tab, semicolon, comma.
inline constexpr std::string_view separators = "\t;,";

/// The index of the field that equals `name` with A-Z as a-z; heading.size() if there is none.
std::size_t column_named(const std::vector<std::string>& heading, std::string_view name);

/// The last part of a path, also for "folder/".
std::string set_name(const std::filesystem::path& from);

}  // namespace equivec
