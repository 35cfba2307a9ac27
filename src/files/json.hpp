#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// A JSON value with its line. nlohmann's values have no line and keep only one of two equal keys.
struct JsonValue {
  enum class Kind { null, boolean, number, text, list, object };

  Kind kind = Kind::null;
  std::size_t line = 1;  // where it begins
  std::string key;       // its key in the enclosing object
  std::size_t key_line = 1;
  std::string text;              // of a text
  double number = 0;             // of a number; 1 for true
  std::vector<JsonValue> items;  // of a list or an object, in the file's order

  const JsonValue* find(std::string_view name) const;  ///< a member of an object; null if it has no such key
};

/// "found a list", "found 3.5"
std::string found(const JsonValue& value);

/// The text in quotes, on one line.
std::string in_quotes(std::string_view text);

/// "lists.names" for the member "names" of "lists".
std::string inside(const std::string& place, std::string_view name);

/// Throws Error "FILE:LINE: 'PLACE': MESSAGE".
[[noreturn]] void fail_at(const std::string& file, std::size_t line, const std::string& place,
                          const std::string& message);

/// Throws Error, naming file and line, for text that is not JSON in UTF-8, for a key that occurs twice in an object,
/// for lists and objects nested deeper than 8, and for more than 64 MB or a million values, which would take many times
/// as much memory. Members of the keys in `without`, in whichever object, are left out and not counted.
JsonValue parse_json(const std::string& file, std::string_view text, std::span<const std::string_view> without = {});

/// Objects that follow each other, one a line or each over several lines, at least one. Throws as parse_json(); a text
/// that holds something else is told that it should be `expected`: "a training's log".
std::vector<JsonValue> parse_json_objects(const std::string& file, std::string_view text, const std::string& expected,
                                          std::span<const std::string_view> without = {});

}  // namespace equivec
