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

}  // namespace equivec
