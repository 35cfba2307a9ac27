#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// Fields of a line without the white space around them. A field in double quotes may hold the separator and quotes,
/// doubled. A separator ' ' is any white space.
std::vector<std::string> split_fields(std::string_view line, char separator);

/// The first of the separators that a line holds outside of double quotes; else ' '.
char separator_of(std::string_view line, std::string_view separators);

/// Lines of a file, decompressed, without byte order mark, empty lines and those that begin with '#'.
void for_each_entry(const std::filesystem::path& file,
                    const std::function<void(std::string_view line, std::size_t number)>& f);

/// "file:line: " for messages.
std::string place(const std::filesystem::path& file, std::size_t number);

/// A file itself, or files_below() a folder. Throws Error for a folder without any.
std::vector<std::filesystem::path> files_of(const std::filesystem::path& path);

/// What separates the fields of a line, for separator_of(): tabs, semicolons, commas.
inline constexpr std::string_view separators = "\t;,";

/// The position of the field that is `name` with A-Z as a-z; heading.size() if there is none.
std::size_t column_named(const std::vector<std::string>& heading, std::string_view name);

/// The last part of a path, of "folder/" too.
std::string set_name(const std::filesystem::path& from);

}  // namespace equivec
