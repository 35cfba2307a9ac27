#include "src/files/json.hpp"

#include "equivec/base/error.hpp"
#include "src/base/suggestion.hpp"
#include "src/base/text_numbers.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace equivec {

namespace {

using Json = nlohmann::json;

/// The line of the last byte read. If the parser reads a line feed to find the end of a number, the line is still that
/// of the number.
struct LineCounter {
  std::size_t line = 1, bytes = 0;
  bool ended = false;

  void pass(char byte) {
    ++bytes;
    if (ended) ++line;
    ended = byte == '\n';
  }
};

/// Iterates over a text and counts its lines.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, LineCounter& counter) : at_(at), counter_(&counter) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    counter_->pass(*at_++);
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  LineCounter* counter_;
};

// A value takes up to a hundred times its bytes in memory, and the parser some of a text's.
constexpr std::size_t most_json_values = 1000000, most_bytes = 64000000;

class ValueBuilder : public nlohmann::json_sax<Json> {
 public:
  /// For a text of `size` bytes.
  ValueBuilder(const std::string& where, const LineCounter& counter, std::size_t size,
               std::span<const std::string_view> without)
      : where_(where), counter_(counter), size_(size), without_(without) {}

  /// The next value begins where so many bytes are left.
  void begin(std::size_t left) { size_ = left; }
  /// The value that was read last.
  JsonValue take() { return std::move(root_); }

  bool null() override { return add(JsonValue::Kind::null); }
  bool boolean(bool value) override { return add(JsonValue::Kind::boolean, {}, value ? 1 : 0); }
  bool number_integer(number_integer_t value) override { return number(static_cast<double>(value)); }
  bool number_unsigned(number_unsigned_t value) override { return number(static_cast<double>(value)); }
  bool number_float(number_float_t value, const string_t&) override { return number(value); }
  bool string(string_t& value) override { return add(JsonValue::Kind::text, std::move(value)); }
  bool binary(binary_t&) override { return false; }  // JSON has none
  bool start_object(std::size_t) override { return open(JsonValue::Kind::object); }
  bool start_array(std::size_t) override { return open(JsonValue::Kind::list); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (left_out_ > 0) return true;
    leaves_out_next_ = std::ranges::find(without_, name) != without_.end();
    if (!open_.back().keys.insert(name).second)
      fail_at(where_, counter_.line, place(), "the key " + in_quotes(name) + " occurs twice; take one out");
    key_ = std::move(name);
    key_line_ = counter_.line;
    return true;
  }

  bool parse_error(std::size_t read, const std::string&, const nlohmann::detail::exception& error) override {
    if (std::string_view(error.what()).find("UTF-8") != std::string_view::npos)
      fail_at(where_, counter_.line, "", "holds bytes that are not UTF-8; save the file as UTF-8");
    fail_at(where_, counter_.line, "",
            (read > size_ ? "ends where more is needed" : "is not JSON here") +
                std::string("; look for a missing comma, quote or bracket"));
  }

 private:
  struct Open {
    JsonValue* value;  // stays valid: only the innermost list or object grows
    std::unordered_set<std::string> keys;
  };

  bool number(double value) { return add(JsonValue::Kind::number, {}, value); }

  bool add(JsonValue::Kind kind, std::string text = {}, double number = 0) {
    if (left_out_ > 0 || std::exchange(leaves_out_next_, false)) return true;
    if (++values_ > most_json_values)
      fail_at(where_, counter_.line, place(),
              "the file has more than " + grouped(most_json_values) + " words and numbers; divide it");
    last_ = open_.empty() ? &root_ : &open_.back().value->items.emplace_back();
    *last_ = {kind, counter_.line, std::exchange(key_, {}), key_line_, std::move(text), number, {}};
    return true;
  }

  bool open(JsonValue::Kind kind) {
    if (left_out_ > 0 || std::exchange(leaves_out_next_, false)) {
      ++left_out_;
      return true;
    }
    constexpr std::size_t deepest = 8;  // two more than any section needs
    if (open_.size() == deepest)
      fail_at(where_, counter_.line, place(), "lists and objects are nested too deep; data/README.md has the form");
    add(kind);
    open_.push_back({last_, {}});
    return true;
  }

  bool close() {
    if (left_out_ > 0)
      --left_out_;
    else
      open_.pop_back();
    return true;
  }

  std::string place() const {
    std::string result;
    for (const Open& open : open_)
      if (!open.value->key.empty()) result = inside(result, open.value->key);
    return result;
  }

  const std::string& where_;
  const LineCounter& counter_;
  std::size_t size_;
  std::span<const std::string_view> without_;
  bool leaves_out_next_ = false;
  std::size_t left_out_ = 0;  // lists and objects that are open in a value that is left out
  JsonValue root_;
  JsonValue* last_ = nullptr;
  std::vector<Open> open_;
  std::string key_;
  std::size_t key_line_ = 1;
  std::size_t values_ = 0;
};

void require_size(const std::string& where, std::string_view text) {
  if (text.size() > most_bytes)
    throw Error(where + ": has " + grouped(text.size()) + " bytes; expected JSON of at most " + grouped(most_bytes));
}

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const {
  const auto found = std::ranges::find(items, name, &JsonValue::key);
  return found == items.end() ? nullptr : &*found;
}

std::string found(const JsonValue& value) {
  switch (value.kind) {
    case JsonValue::Kind::null:
      return "found null";
    case JsonValue::Kind::boolean:
      return value.number != 0 ? "found true" : "found false";
    case JsonValue::Kind::number:
      return "found " + shortest(value.number);
    case JsonValue::Kind::text:
      return "found " + in_quotes(value.text);
    case JsonValue::Kind::list:
      return value.items.empty() ? "found an empty list" : "found a list";
    default:
      return value.items.empty() ? "found an empty object" : "found an object";
  }
}

std::string in_quotes(std::string_view text) { return '"' + escaped(text) + '"'; }

std::string inside(const std::string& place, std::string_view name) {
  return place.empty() ? escaped(name) : place + "." + escaped(name);
}

void fail_at(const std::string& where, std::size_t line, const std::string& place, const std::string& message) {
  throw Error(where + ":" + std::to_string(line) + ": " + (place.empty() ? "" : "'" + place + "': ") + message);
}

JsonValue parse_json(const std::string& where, std::string_view text, std::span<const std::string_view> without) {
  require_size(where, text);
  LineCounter counter;
  ValueBuilder builder(where, counter, text.size(), without);
  Json::sax_parse(CountingIterator(text.data(), counter), CountingIterator(text.data() + text.size(), counter),
                  &builder);
  return builder.take();
}

std::vector<JsonValue> parse_json_objects(const std::string& where, std::string_view text, const std::string& expected,
                                          std::span<const std::string_view> without) {
  require_size(where, text);
  LineCounter counter;
  ValueBuilder builder(where, counter, text.size(), without);  // counts the values of all
  std::vector<JsonValue> objects;
  for (;;) {
    while (counter.bytes < text.size() && std::string_view(" \t\r\n").find(text[counter.bytes]) != text.npos)
      counter.pass(text[counter.bytes]);
    if (counter.bytes == text.size()) break;
    if (text[counter.bytes] != '{') {
      const std::string_view line = text.substr(counter.bytes, text.find('\n', counter.bytes) - counter.bytes);
      fail_at(where, counter.line + (counter.ended ? 1 : 0), "",
              "expected " + expected + ", found " + in_quotes(line.substr(0, 20)));
    }
    builder.begin(text.size() - counter.bytes);
    Json::sax_parse(CountingIterator(text.data() + counter.bytes, counter),
                    CountingIterator(text.data() + text.size(), counter), &builder, Json::input_format_t::json, false);
    objects.push_back(builder.take());
  }
  if (objects.empty()) throw Error(where + ": is empty; expected " + expected);
  return objects;
}

}  // namespace equivec
