#include "src/vectors/formats/projector_config.hpp"

#include "equivec/base/characters.hpp"
#include "equivec/base/error.hpp"
#include "src/base/characters.hpp"
#include "src/base/lines.hpp"
#include "src/base/suggestion.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/json.hpp"
#include "src/files/mapped_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace equivec {

namespace {

// A configuration has some lines for each set of vectors. A value takes up to a hundred times its bytes in memory.
constexpr std::size_t most_bytes = 1000000;

/// Parses the text form of protocol buffers to the same values as those of JSON; a field that repeats is there several
/// times.
class MessageParser {
 public:
  MessageParser(const std::string& file, std::string_view text) : file_(file), rest_(text) {}

  JsonValue parse() {
    JsonValue root;
    root.kind = JsonValue::Kind::object;
    parse_fields(root, '\0');
    return root;
  }

 private:
  static constexpr int deepest = 8;
  static constexpr std::string_view separators = ",;", brackets = "{}<>[]:";

  [[noreturn]] void fail(const std::string& message) const { fail_at(file_, line_, "", message); }

  char peek() {
    while (!rest_.empty()) {
      if (rest_.front() == '#')
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      else if (is_space(rest_.front()))
        take();
      else
        return rest_.front();
    }
    return '\0';
  }
  char take() {
    if (rest_.empty()) fail("ends where more is needed; look for a missing bracket or quote");
    const char c = rest_.front();
    if (c == '\n') ++line_;
    rest_.remove_prefix(1);
    return c;
  }
  bool skip(char c) {
    if (peek() != c || rest_.empty()) return false;
    take();
    return true;
  }
  void skip_separators() {
    while (separators.find(peek()) != separators.npos && !rest_.empty()) take();
  }

  std::string_view bare() {
    std::size_t size = 0;
    while (size < rest_.size() && !is_space(rest_[size]) && rest_[size] != '#' && rest_[size] != '"' &&
           rest_[size] != '\'' && separators.find(rest_[size]) == separators.npos &&
           brackets.find(rest_[size]) == brackets.npos)
      ++size;
    if (size == 0)
      fail(rest_.empty() ? "ends where more is needed; look for a missing bracket or quote"
                         : "expected a name or a value, found " + in_quotes(rest_.substr(0, 1)));
    const std::string_view result = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return result;
  }

  /// Fields up to `close`, which is taken; '\0' is the end of the file.
  void parse_fields(JsonValue& message, char close) {
    for (skip_separators(); peek() != close || (close == '\0' && !rest_.empty()); skip_separators()) {
      peek();
      const std::size_t line = line_;
      const std::string name(bare());
      const bool colon = skip(':');
      if (const char c = peek(); !colon && c != '{' && c != '<') fail("expected ':' after " + in_quotes(name));
      JsonValue value = parse_value();
      value.key = name;
      value.key_line = line;
      message.items.push_back(std::move(value));
    }
    if (close != '\0') take();
  }

  JsonValue parse_value() {
    const char c = peek();
    JsonValue value;
    value.line = line_;
    if (c == '{' || c == '<' || c == '[') {
      if (++depth_ > deepest) fail("messages are nested too deep for a projector's configuration");
      take();
      value.kind = c == '[' ? JsonValue::Kind::list : JsonValue::Kind::object;
      if (c == '[')
        for (skip_separators(); !skip(']'); skip_separators()) value.items.push_back(parse_value());
      else
        parse_fields(value, c == '{' ? '}' : '>');
      --depth_;
    } else if (c == '"' || c == '\'') {
      value.kind = JsonValue::Kind::text;
      for (char quote = c; quote == '"' || quote == '\''; quote = peek()) parse_string(value.text);
    } else {
      const std::string_view word = bare();
      const auto number = parse_number<double>(word);
      value.kind = number ? JsonValue::Kind::number : JsonValue::Kind::text;
      value.number = number.value_or(0);
      value.text = word;
    }
    return value;
  }

  void parse_string(std::string& text) {
    const char quote = take();
    for (char c = take(); c != quote; c = take()) {
      if (c == '\n') fail("a text ends without its quote");
      text += c == '\\' ? parse_escape() : c;
    }
  }
  char parse_escape() {
    constexpr std::string_view names = "abfnrtv\\'\"?", values = "\a\b\f\n\r\t\v\\'\"?";
    const std::string_view digits_from = rest_;
    const char c = take();
    if (const std::size_t at = names.find(c); at != names.npos) return values[at];
    const bool hexadecimal = c == 'x' || c == 'X';
    unsigned code = 0;
    std::size_t digits = 0;
    if (!hexadecimal) rest_ = digits_from;
    for (; digits < (hexadecimal ? 2U : 3U) && !rest_.empty(); ++digits) {
      const auto digit = parse_digit(rest_.front(), hexadecimal ? 16 : 8);
      if (!digit) break;
      code = code * (hexadecimal ? 16 : 8) + *digit;
      rest_.remove_prefix(1);
    }
    if (digits == 0) fail("the escape '\\" + escaped(std::string_view(&c, 1)) + "' is not known");
    return static_cast<char>(code);
  }
  static std::optional<unsigned> parse_digit(char c, unsigned base) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(lowered(std::string_view(&c, 1)));
    return digit < base ? std::optional(static_cast<unsigned>(digit)) : std::nullopt;
  }

  const std::string& file_;
  std::string_view rest_;
  std::size_t line_ = 1;
  int depth_ = 0;
};

/// The names that a field has in protocol buffers and in JSON.
using FieldName = std::array<std::string_view, 2>;

/// The values of a field: of one that repeats, and of a list, each.
std::vector<const JsonValue*> values_of(const JsonValue& object, const FieldName& name) {
  std::vector<const JsonValue*> result;
  for (const JsonValue& item : object.items) {
    if (std::ranges::find(name, item.key) == name.end()) continue;
    if (item.kind == JsonValue::Kind::list)
      for (const JsonValue& part : item.items) result.push_back(&part);
    else
      result.push_back(&item);
  }
  return result;
}

/// The last, as protocol buffers take it; empty if there is none.
std::string text_of(const std::string& file, const JsonValue& object, const FieldName& name) {
  const auto values = values_of(object, name);
  if (values.empty() || values.back()->kind == JsonValue::Kind::null) return {};
  if (values.back()->kind != JsonValue::Kind::text)
    fail_at(file, values.back()->line, std::string(name[0]), "expected a text, " + found(*values.back()));
  return values.back()->text;
}

ProjectorEntry entry_of(const std::string& file, const JsonValue& object) {
  if (object.kind != JsonValue::Kind::object)
    fail_at(file, object.line, "embeddings", "expected an object for each set of vectors, " + found(object));
  ProjectorEntry entry;
  entry.name = text_of(file, object, {"tensor_name", "tensorName"});
  entry.tensors = text_of(file, object, {"tensor_path", "tensorPath"});
  entry.metadata = text_of(file, object, {"metadata_path", "metadataPath"});
  entry.line = object.line;
  for (const JsonValue* extent : values_of(object, {"tensor_shape", "tensorShape"})) {
    constexpr double most = 4294967295.0;  // the field is a uint32
    if (extent->kind != JsonValue::Kind::number || !(extent->number >= 0 && extent->number <= most) ||
        extent->number != std::floor(extent->number))
      fail_at(file, extent->line, "tensor_shape", "expected a number of rows or columns, " + found(*extent));
    entry.shape.push_back(static_cast<std::uint64_t>(extent->number));
  }
  return entry;
}

}  // namespace

std::vector<ProjectorEntry> read_projector_config(const std::filesystem::path& path) {
  const MappedFile mapped(path);
  const std::string file = path.string();
  if (mapped.bytes().size() > most_bytes)
    throw Error(file + ": has " + grouped(mapped.bytes().size()) +
                " bytes; expected a projector's configuration of at most " + grouped(most_bytes));
  const std::string_view text = without_byte_order_mark(mapped.bytes());
  const JsonValue root = path.extension() == ".json" ? parse_json(file, text) : MessageParser(file, text).parse();
  if (root.kind != JsonValue::Kind::object) fail_at(file, root.line, "", "expected an object, " + found(root));
  std::vector<ProjectorEntry> entries;
  for (const JsonValue* object : values_of(root, {"embeddings", "embeddings"}))
    entries.push_back(entry_of(file, *object));
  return entries;
}

}  // namespace equivec
