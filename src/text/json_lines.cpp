#include "src/text/json_lines.hpp"

#include "equivec/base/characters.hpp"
#include "equivec/base/error.hpp"
#include "src/base/lines.hpp"
#include "src/base/suggestion.hpp"
#include "src/text/ascii.hpp"

#include <simdjson.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <new>
#include <span>
#include <utility>
#include <vector>

namespace equivec {

namespace {

namespace ondemand = simdjson::ondemand;

using Path = std::span<const std::string>;

// ---- strings ----

/// The value of each hexadecimal digit; -1 for other bytes.
constexpr auto digit_values = [] {
  std::array<std::int32_t, 256> values{};
  values.fill(-1);
  for (unsigned char i = 0; i < 10; ++i) values['0' + i] = i;
  for (unsigned char i = 0; i < 6; ++i) values['a' + i] = values['A' + i] = 10 + i;
  return values;
}();

/// The code unit of an escape "\uXXXX" at the start of `escapes`; negative if there is none.
std::int32_t code_unit(std::string_view escapes) {
  if (escapes.size() < 6 || escapes[0] != '\\' || escapes[1] != 'u') return -1;
  const auto digit = [&](std::size_t i) { return digit_values[static_cast<unsigned char>(escapes[i])]; };
  return digit(2) << 12 | digit(3) << 8 | digit(4) << 4 | digit(5);
}

constexpr bool is_high_surrogate(std::int32_t unit) { return (unit & ~0x3FF) == 0xD800; }
constexpr bool is_low_surrogate(std::int32_t unit) { return (unit & ~0x3FF) == 0xDC00; }

/// Writes the character of the escape at the start of `escapes`, and takes the escape away. Adds to `invalid`.
void write_escape(char*& to, std::string_view& escapes, std::uint64_t& invalid) {
  constexpr std::string_view letters = "\"\\/bfnrt", characters = "\"\\/\b\f\n\r\t";
  std::int32_t character = code_unit(escapes);
  std::size_t size = 6;
  if (character < 0) {
    const std::size_t letter = escapes.size() < 2 ? letters.npos : letters.find(escapes[1]);
    if (letter == letters.npos) throw Error("'" + escaped(escapes.substr(0, size)) + "' is no escape of JSON");
    *to++ = characters[letter];
    escapes.remove_prefix(2);
    return;
  }
  if (is_high_surrogate(character) || is_low_surrogate(character)) {
    const std::int32_t low = is_high_surrogate(character) ? code_unit(escapes.substr(size)) : -1;
    if (is_low_surrogate(low)) {
      character = 0x10000 + ((character & 0x3FF) << 10) + (low & 0x3FF);
      size = 12;
    } else {
      character = 0xFFFD;
      ++invalid;
    }
  }
  to += utf8proc_encode_char(character, reinterpret_cast<utf8proc_uint8_t*>(to));
  escapes.remove_prefix(size);
}

/// Appends what stands between the quotes of a string. Adds the lone surrogates to `invalid`.
void append_string(std::string& to, std::string_view string, std::uint64_t& invalid) {
  if (string.find('\\') == string.npos) {
    to += string;
    return;
  }
  const std::size_t begin = to.size();
  to.resize(begin + string.size());  // an escape is not shorter than its character
  char* at = to.data() + begin;
  while (!string.empty()) {
    const std::size_t plain = std::min(string.find('\\'), string.size());
    at = std::copy_n(string.data(), plain, at);
    string.remove_prefix(plain);
    while (string.starts_with('\\')) write_escape(at, string, invalid);
  }
  to.resize(static_cast<std::size_t>(at - to.data()));
}

/// A token without the white space after it.
std::string_view without_trailing_space(std::string_view token) {
  return token.substr(0, token.find_last_not_of(" \t\n\r") + 1);
}

/// What stands between the quotes of a token that begins with one.
std::string_view inside_quotes(std::string_view token) { return token.substr(1, token.size() - 2); }

/// "found a list", "found 3.5"
std::string found(std::string_view token) {
  if (token.starts_with('{')) return "found an object";
  if (token.starts_with('[')) return "found a list";
  const bool string = token.size() > 1 && token.starts_with('"') && token.ends_with('"');
  return "found " + (string ? "\"" + escaped(inside_quotes(token)) + "\"" : escaped(token));
}

// ---- lines ----

/// The names in a JSON pointer; a single name if `field` is none.
std::vector<std::string> path_of(const std::string& field) {
  if (!field.starts_with('/')) return {field};
  const auto fail = [&](const std::string& reason) {
    throw OptionError("'" + escaped(field) + "' is no JSON pointer: " + reason);
  };
  std::vector<std::string> path;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '/') {
      path.emplace_back();
    } else if (field[i] != '~') {
      path.back() += field[i];
    } else {
      const char next = ++i < field.size() ? field[i] : '\0';
      if (next != '0' && next != '1') fail("after '~' expected 0 (the character '~') or 1 (the character '/')");
      path.back() += next == '0' ? '~' : '/';
    }
  }
  constexpr std::size_t deepest = 100;  // each name is a call of a function within another
  if (path.size() > deepest) fail("it has more than " + std::to_string(deepest) + " names");
  return path;
}

/// The item of a list that the name means; nothing if it is no number.
std::optional<std::size_t> index_of(const std::string& name) {
  std::size_t index = 0;
  const char* const end = name.data() + name.size();
  if (name.empty() || (name.size() > 1 && name[0] == '0')) return std::nullopt;
  const auto read = std::from_chars(name.data(), end, index);
  return read.ptr == end && read.ec == std::errc() ? std::optional(index) : std::nullopt;
}

/// Extracts from line after line. Throws Error for what is no record.
class LineReader {
 public:
  LineReader(const std::string& field, Path path, ExtractedText& to) : field_(field), path_(path), to_(to) {}

  /// `readable`: how many bytes may be read from the start of the line on.
  void read(std::string_view line, std::size_t readable);

 private:
  simdjson::error_code parse(const char* at, std::size_t readable);
  simdjson::error_code parse_copy(bool ascii);
  [[noreturn]] void refuse_line(simdjson::error_code error) const;
  [[noreturn]] void refuse_here(simdjson::error_code error);
  [[noreturn]] void refuse_at(const char* parsed) const;

  void read_object(ondemand::object object, Path path);
  void read_list(ondemand::array list, Path path);
  void read_value(ondemand::value value, Path path);
  void append_list(ondemand::array list);
  [[noreturn]] void miss_key(ondemand::object object, Path path);

  std::string_view raw_key(const ondemand::field& field) const;
  bool is_key(const ondemand::field& field, const std::string& name) const;
  std::string_view token_of(ondemand::value& value) const;
  std::string place(Path path) const;

  const std::string& field_;
  Path path_;
  ExtractedText& to_;
  std::string_view line_;         // as it stands in the file
  std::string copy_;              // of a line that cannot be parsed where it stands
  const char* parsed_ = nullptr;  // the start of the line or of its copy: what is parsed
  ondemand::parser parser_;
  ondemand::document document_;
};

void LineReader::read(std::string_view line, std::size_t readable) {
  line_ = line;
  auto error = readable - line.size() < simdjson::SIMDJSON_PADDING ? parse_copy(false) : parse(line.data(), readable);
  // The bytes that have a meaning in JSON are ASCII, and the text is taken from the line itself.
  if (error == simdjson::UTF8_ERROR) error = parse_copy(true);
  if (error) refuse_line(error);
  ondemand::object object;
  error = document_.get_object().get(object);
  if (error) refuse_line(error);
  read_object(object, path_);
  const char* rest = nullptr;
  if (document_.current_location().get(rest) == simdjson::SUCCESS) refuse_at(rest);
}

simdjson::error_code LineReader::parse(const char* at, std::size_t readable) {
  parsed_ = at;
  if (parser_.capacity() < line_.size()) {
    const std::size_t capacity = std::max(line_.size(), 2 * parser_.capacity());
    if (const auto error = parser_.allocate(capacity)) return error;
  }
  return parser_.iterate(at, line_.size(), readable).get(document_);
}

/// `ascii`: with question marks in place of all other bytes.
simdjson::error_code LineReader::parse_copy(bool ascii) {
  copy_ = line_;
  if (ascii) std::ranges::transform(copy_, copy_.begin(), [](char c) { return is_ascii(c) ? c : '?'; });
  copy_.append(simdjson::SIMDJSON_PADDING, '\n');
  return parse(copy_.data(), copy_.size());
}

/// For errors before anything was read.
void LineReader::refuse_line(simdjson::error_code error) const {
  switch (error) {
    case simdjson::MEMALLOC:
      throw std::bad_alloc();
    case simdjson::UNCLOSED_STRING:
      throw Error("a string does not end on the line; each line must hold one object");
    case simdjson::UNESCAPED_CHARS:
      throw Error("a string holds a control character that is not escaped");
    case simdjson::INCORRECT_TYPE:
      throw Error("each line must hold one object, " + found(trimmed(line_)));
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
      throw Error("expected '}' at the end of the line, found '" +
                  escaped(trimmed(line_).substr(trimmed(line_).size() - 1)) + "'; each line must hold one object");
    default:
      throw Error(std::string("is not JSON: ") + simdjson::error_message(error));
  }
}

/// For errors where the document is read.
void LineReader::refuse_here(simdjson::error_code error) {
  const char* at = nullptr;
  if (error == simdjson::INCOMPLETE_ARRAY_OR_OBJECT || document_.current_location().get(at))
    at = parsed_ + line_.size();
  refuse_at(at);
}

/// For what stands there in the line that is parsed.
void LineReader::refuse_at(const char* parsed) const {
  const auto at = static_cast<std::size_t>(parsed - parsed_);
  if (at >= line_.size()) throw Error("the line ends before its object; each line must hold one object");
  constexpr std::size_t most = 20;
  const std::string_view rest = trimmed(line_.substr(at));
  throw Error("is not JSON at byte " + std::to_string(at + 1) + ": '" + escaped(rest.substr(0, most)) +
              (rest.size() > most ? "...'" : "'"));
}

// ---- values ----

/// Reads what stands under the first name of the path.
void LineReader::read_object(ondemand::object object, Path path) {
  bool found = false;
  for (auto item : object) {
    ondemand::field field;
    if (const auto error = std::move(item).get(field)) refuse_here(error);
    if (!is_key(field, path.front())) continue;
    if (found) throw Error(place(path) + " has the key '" + escaped(path.front()) + "' twice");
    found = true;
    read_value(field.value(), path.subspan(1));
  }
  if (!found) miss_key(object, path);
}

void LineReader::miss_key(ondemand::object object, Path path) {
  std::vector<std::string> keys;
  if (const auto error = object.reset().error()) refuse_here(error);
  for (auto item : object) {
    ondemand::field field;
    if (const auto error = std::move(item).get(field)) refuse_here(error);
    std::uint64_t ignored = 0;
    append_string(keys.emplace_back(), raw_key(field), ignored);
  }
  throw Error(place(path) + " has no key '" + escaped(path.front()) + "'; it has " +
              (keys.empty() ? "none" : quoted_names(keys)));
}

void LineReader::read_list(ondemand::array list, Path path) {
  const auto index = index_of(path.front());
  if (!index) throw Error("expected an object as " + place(path) + ", found a list");
  std::size_t size = 0;
  for (auto item : list) {
    ondemand::value value;
    if (const auto error = std::move(item).get(value)) refuse_here(error);
    if (size++ == *index) read_value(value, path.subspan(1));
  }
  if (size <= *index)
    throw Error(place(path) + " has no item " + std::to_string(*index) + "; it is a list of " + std::to_string(size));
}

/// `path`: what follows the value's own name.
void LineReader::read_value(ondemand::value value, Path path) {
  const std::string_view token = token_of(value);
  if (token[0] == '{' && !path.empty()) {
    ondemand::object object;
    if (const auto error = value.get_object().get(object)) refuse_here(error);
    read_object(object, path);
  } else if (token[0] == '[') {
    ondemand::array list;
    if (const auto error = value.get_array().get(list)) refuse_here(error);
    if (path.empty())
      append_list(list);
    else
      read_list(list, path);
  } else if (!path.empty()) {
    throw Error("expected an object as " + place(path) + ", " + found(token));
  } else if (token[0] == '"') {
    append_string(to_.text, inside_quotes(token), to_.invalid);
  } else if (token != "null") {
    throw Error("expected a string or a list of strings as '" + escaped(field_) + "', " + found(token));
  }
}

void LineReader::append_list(ondemand::array list) {
  bool first = true;
  for (auto item : list) {
    ondemand::value value;
    if (const auto error = std::move(item).get(value)) refuse_here(error);
    const std::string_view token = token_of(value);
    if (token[0] != '"') throw Error("expected only strings in the list '" + escaped(field_) + "', " + found(token));
    if (!std::exchange(first, false)) to_.text += '\n';
    append_string(to_.text, inside_quotes(token), to_.invalid);
  }
}

/// What stands in the file for a value, or for the bracket with which it begins.
std::string_view LineReader::token_of(ondemand::value& value) const {
  const std::string_view parsed = value.raw_json_token();
  const std::string_view token =
      without_trailing_space(line_.substr(static_cast<std::size_t>(parsed.data() - parsed_), parsed.size()));
  if (token.empty() || std::string_view(",:]}").find(token[0]) != token.npos) refuse_at(parsed.data());
  return token;
}

/// A key as it stands in the file.
std::string_view LineReader::raw_key(const ondemand::field& field) const {
  const std::string_view rest = line_.substr(static_cast<std::size_t>(field.key().raw() - parsed_));
  std::size_t end = 0;
  while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
  return rest.substr(0, end);
}

bool LineReader::is_key(const ondemand::field& field, const std::string& name) const {
  const std::string_view raw = raw_key(field);
  if (raw.find('\\') == raw.npos) return raw == name;
  std::string key;
  std::uint64_t ignored = 0;
  append_string(key, raw, ignored);
  return key == name;
}

/// The object or list in which the first name of the path is looked for.
std::string LineReader::place(Path path) const {
  if (path.size() == path_.size()) return "the record";
  std::string result;
  for (const std::string& name : path_.first(path_.size() - path.size())) result += "/" + name;
  return "'" + escaped(result) + "'";
}

class JsonLines final : public RecordReader {
 public:
  explicit JsonLines(const std::string& field) : field_(field), path_(path_of(field)) {}

  std::size_t whole_records(std::string_view bytes, bool whole) const noexcept override {
    return whole ? bytes.size() : bytes.rfind('\n') + 1;
  }

  void extract(std::string_view records, ExtractedText& to) const override {
    LineReader reader(field_, path_, to);
    for (std::size_t begin = 0, end = 0; begin < records.size(); begin = end + 1) {
      end = std::min(records.find('\n', begin), records.size());
      const std::string_view line = records.substr(begin, end - begin);
      if (std::ranges::all_of(line, is_space)) continue;
      const std::size_t text = to.text.size();
      const std::uint64_t invalid = to.invalid;
      const auto number = [&] {
        return static_cast<std::uint64_t>(std::ranges::count(records.substr(0, begin), '\n'));
      };
      try {
        reader.read(line, records.size() - begin);
      } catch (const Error& error) {
        to.text.resize(text);
        to.invalid = invalid;
        to.problem = {number(), error.what()};
        return;
      }
      if (to.invalid > invalid && !to.invalid_line) to.invalid_line = number();
      to.end_record(text);
    }
  }

 private:
  std::string field_;
  std::vector<std::string> path_;
};

}  // namespace

std::unique_ptr<const RecordReader> json_lines(const std::string& field) { return std::make_unique<JsonLines>(field); }

}  // namespace equivec
