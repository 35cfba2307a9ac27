#include "src/text/json_lines.hpp"

#include "equivec/base/rng.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <thread>

using namespace equivec;
using namespace std::string_literals;
using Json = nlohmann::json;

namespace {

ExtractedText extract(std::string_view lines, const std::string& field = "text") {
  const auto reader = json_lines(field);
  REQUIRE(reader->header_size() == 0);
  REQUIRE(reader->whole_records(lines, true) == lines.size());
  // Of exactly this size, so that the address sanitizer sees what is read beyond.
  const auto copy = std::make_unique<char[]>(lines.size());
  std::ranges::copy(lines, copy.get());
  ExtractedText result;
  reader->extract({copy.get(), lines.size()}, result);
  return result;
}

/// Lines are parsed where they stand or in a copy, so each is read at the end of the bytes and before others.
std::string text_of(const std::string& lines, const std::string& field = "text") {
  const ExtractedText last = extract(lines, field), first = extract(lines + "\n" + std::string(200, ' '), field);
  CHECK(!last.problem);
  CHECK(first.text == last.text);
  CHECK(first.records == last.records);
  CHECK(first.empty == last.empty);
  CHECK(first.invalid == last.invalid);
  return last.text;
}

/// The message; the problem must be that of the first line.
std::string problem_of(const std::string& line, const std::string& field = "text") {
  const ExtractedText last = extract(line, field), first = extract(line + "\n" + std::string(200, ' '), field);
  CHECK(last.text.empty());
  CHECK(last.records == 0);
  CHECK(last.invalid == 0);
  CHECK(first.problem.has_value() == last.problem.has_value());
  if (!last.problem || !first.problem) return "";
  CHECK(last.problem->line == 0);
  CHECK(first.problem->message == last.problem->message);
  return last.problem->message;
}

std::string utf8(std::uint32_t c) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | c >> 6), byte(0x80 | (c & 0x3F))};
  if (c < 0x10000) return {byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F))};
  return {byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 0x3F)), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F))};
}

std::string escape_of(std::uint32_t unit, bool capital) {
  std::string result = "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    result += (capital ? "0123456789ABCDEF" : "0123456789abcdef")[unit >> shift & 15];
  return result;
}

std::string in_record(const std::string& string) { return R"({"text":")" + string + "\"}"; }

std::string random_string(Rng& rng) {
  std::string text;
  for (std::uint32_t i = rng.below(rng.below(10) == 0 ? 300 : 12); i > 0; --i) {
    const std::uint32_t kind = rng.below(12);
    const std::uint32_t c = kind < 6    ? 'a' + rng.below(26)
                            : kind < 8  ? static_cast<unsigned char>("\"\\/ {}[]:,\n\t"[rng.below(12)])
                            : kind == 8 ? rng.below(0x80)
                            : kind == 9 ? 0x10000 + rng.below(0x100000)
                                        : 0x80 + rng.below(0xD000);
    text += utf8(c);
  }
  return text;
}

Json random_value(Rng& rng, int depth) {
  switch (rng.below(depth > 3 ? 5 : 7)) {
    case 0:
      return nullptr;
    case 1:
      return rng.below(2) == 0;
    case 2:
      return rng.below(1000000);
    case 3:
      return static_cast<double>(rng.below(1000000)) * 1e-3;
    case 4:
      return random_string(rng);
    case 5: {
      Json list = Json::array();
      for (std::uint32_t i = rng.below(4); i > 0; --i) list.push_back(random_value(rng, depth + 1));
      return list;
    }
    default: {
      Json object = Json::object();
      for (std::uint32_t i = rng.below(4); i > 0; --i) object[random_string(rng)] = random_value(rng, depth + 1);
      return object;
    }
  }
}

/// The record with white space between its tokens, as nlohmann writes it over several lines.
std::string written(const Json& record, Rng& rng) {
  const bool ascii = rng.below(2) == 0;
  if (rng.below(2) == 0) return record.dump(-1, ' ', ascii);
  const int indent = static_cast<int>(rng.below(4));
  std::string line = record.dump(indent, " \t"[rng.below(2)], ascii);
  std::ranges::replace(line, '\n', rng.below(2) == 0 ? ' ' : '\r');
  return line;
}

}  // namespace

TEST_CASE("JSON lines: the text of each record is a line") {
  const ExtractedText result = extract(R"({"id": 1, "text": "the king"}
{"id": 2, "text": "a queen", "label": "x"}
)");
  CHECK(!result.problem);
  CHECK(result.text == "the king\na queen\n");
  CHECK(result.records == 2);
  CHECK(result.empty == 0);
  CHECK(result.invalid == 0);
  CHECK(extract("").text.empty());
}

TEST_CASE("JSON lines: line ends, white space and empty lines do not matter") {
  CHECK(text_of("{\"text\":\"a\"}\r\n\r\n \t\n\v\f\n  { \"text\" : \"b\" }  \r\n\n{\t\"text\"\r:\"c\"}") ==
        "a\nb\nc\n");
  CHECK(extract("{\"text\":\"a\"}\n\n  \n").records == 1);
  CHECK(extract("\n \r\n").records == 0);
}

TEST_CASE("JSON lines: the key may stand anywhere in the record and be written in any way") {
  CHECK(text_of(R"({"text":"a","x":[1,{"text":"b"}],"y":{"text":"c"}})") == "a\n");
  CHECK(text_of(R"({"x":[1,{"text":"b"}],"y":{"text":"c"},"text":"a"})") == "a\n");
  CHECK(text_of(R"({"tex":"1","texts":"2","text ":"3","Text":"4","text":"a"})") == "a\n");
  CHECK(text_of(R"({"t\u0065xt":"a"})") == "a\n");
  CHECK(text_of(R"({"text\\":"b","\"text\"":"c","text":"a"})") == "a\n");
  CHECK(text_of(R"({"a\\b":"a","a\b":"b"})", "a\\b") == "a\n");
  CHECK(text_of(R"({"a\"b":"a"})", "a\"b") == "a\n");
  CHECK(text_of(R"({"a.b":"a","a":{"b":"c"}})", "a.b") == "a\n");
  CHECK(text_of(R"({"":"a"})", "") == "a\n");
  CHECK(text_of("{\"t\xc3\xa9xt\":\"a\"}", "t\xc3\xa9xt") == "a\n");
  CHECK(text_of(R"({"t\u00e9xt":"a"})", "t\xc3\xa9xt") == "a\n");
  CHECK(text_of("{\"t\xe9xt\":\"a\"}", "t\xe9xt") == "a\n");
}

TEST_CASE("JSON lines: a list of strings gives several lines, null an empty one") {
  const std::string lines = R"({"text":["a","b c"," d"]}
{"text":[]}
{"text":null}
{"text":""}
{"text":" \t\n"}
{"text":["",""]}
{"text":["","e"]}
)";
  const ExtractedText result = extract(lines);
  CHECK(!result.problem);
  CHECK(result.text == "a\nb c\n d\n\n\n\n \t\n\n\n\n\ne\n");
  CHECK(result.records == 7);
  CHECK(result.empty == 5);
}

TEST_CASE("JSON lines: escapes become the characters for which they stand") {
  CHECK(text_of(in_record(R"(\"\\\/\b\f\n\r\t|\u0041\u00e9\u20AC\ud83d\ude00)")) ==
        "\"\\/\b\f\n\r\t|A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n");
  CHECK(text_of(in_record(R"(a\u0000b)")) == "a\0b\n"s);
  CHECK(text_of(in_record(R"(\\n\\u0041\\\\\\\")")) == "\\n\\u0041\\\\\\\"\n");
  CHECK(text_of(in_record(R"(\n)")) == "\n\n");
  CHECK(text_of(R"({"text":["\u0061\n","\\"]})") == "a\n\n\\\n");
}

TEST_CASE("JSON lines: every character is read, as it is or escaped") {
  for (std::uint32_t begin = 0; begin < 0x110000; begin += begin < 0x10000 ? 0x400 : 0x4000) {
    if (begin == 0xD800 || begin == 0xDC00) continue;
    std::string plain, escapes, expected;
    for (std::uint32_t c = begin; c < begin + 0x400; ++c) {
      expected += utf8(c);
      if (c >= 0x20 && c != '"' && c != '\\') plain += utf8(c);
      if (c < 0x10000)
        escapes += escape_of(c, begin % 0x800 == 0);
      else
        escapes += escape_of(0xD800 + ((c - 0x10000) >> 10), true) + escape_of(0xDC00 + (c & 0x3FF), false);
    }
    CAPTURE(begin);
    REQUIRE(text_of(in_record(escapes)) == expected + "\n");
    if (begin >= 0x400) REQUIRE(text_of(in_record(plain)) == expected + "\n");
  }
}

TEST_CASE("JSON lines: halves of surrogate pairs become replacement characters and are counted") {
  const std::string r = "\xef\xbf\xbd";
  const auto check = [](const std::string& string, const std::string& expected, std::uint64_t invalid) {
    CAPTURE(string);
    const ExtractedText result = extract(in_record(string));
    CHECK(!result.problem);
    CHECK(result.text == expected + "\n");
    CHECK(result.invalid == invalid);
  };
  check(R"(\ud800)", r, 1);
  check(R"(a\uD83Db)", "a" + r + "b", 1);
  check(R"(\udfff)", r, 1);
  check(R"(\ude00\ud83d)", r + r, 2);
  check(R"(\ud83d\ud83d\ude00)", r + "\xf0\x9f\x98\x80", 1);
  check(R"(\ud83d\u0041)", r + "A", 1);
  check(R"(\ud83d\n)", r + "\n", 1);
  check(R"(\ud83d\\ude00)", r + "\\ude00", 1);
  check(R"(\\ud800)", "\\ud800", 0);
  check(R"(\\\ud800)", "\\" + r, 1);
  CHECK(extract(R"({"x":"\ud800","text":"a"})").invalid == 0);
  const ExtractedText result =
      extract(in_record("a") + "\n\n{\"text\":[\"\\ud800\",\"\\ud800\"]}\n" + in_record("\\udc00"));
  CHECK(result.invalid == 3);
  CHECK(result.invalid_line == 2);
  CHECK(!extract(in_record("a")).invalid_line);
}

TEST_CASE("JSON lines: bytes that are not UTF-8 are kept") {
  CHECK(text_of(in_record("caf\xe9 \xff\xfe")) == "caf\xe9 \xff\xfe\n");
  CHECK(text_of(in_record("\xe9\\n\xc3\xa9\\u00e9\xed\xa0\x80")) == "\xe9\n\xc3\xa9\xc3\xa9\xed\xa0\x80\n");
  CHECK(text_of("{\"\xff\":\"\xfe\",\"text\":[\"\xfd\",\"\xc3\xa9\"]}") == "\xfd\n\xc3\xa9\n");
  CHECK(text_of(in_record("\xf4\x8f\xbf\xbf\xff\\udbff\\udfff")) == "\xf4\x8f\xbf\xbf\xff\xf4\x8f\xbf\xbf\n");
  for (int byte = 0x80; byte < 0x100; ++byte) {
    for (const std::size_t place : {0U, 1U, 5U, 63U, 64U, 130U}) {
      std::string text(140, 'x');
      text[place] = static_cast<char>(byte);
      REQUIRE(text_of(in_record(text) + "\n" + in_record("y")) == text + "\ny\n");
    }
  }
}

TEST_CASE("JSON lines: what other keys hold does not matter") {
  CHECK(text_of(R"({"id":123456789012345678901234567890,"x":-1e999999,"text":"a"})") == "a\n");
  CHECK(text_of(R"({"x":NaN,"y":-Infinity,"text":"a","z":tru})") == "a\n");
  CHECK(text_of(R"({"x":"\ud800 \x","text":"a"})") == "a\n");
  CHECK(text_of(R"({"x":1,"x":2,"text":"a"})") == "a\n");
  const std::size_t depth = 300000;
  const std::string lists = std::string(depth, '[') + std::string(depth, ']');
  std::string objects;
  for (std::size_t i = 0; i < depth; ++i) objects += "{\"text\":";
  objects += "1" + std::string(depth, '}');
  CHECK(text_of("{\"x\":" + lists + ",\"y\":" + objects + ",\"text\":\"a\"}") == "a\n");
}

TEST_CASE("JSON lines: a pointer leads to a text inside of the record") {
  const std::string line = R"({"a":{"b":"c","text":["d","e"]},"l":[{"t":"f"},["g",null]],"x/y":{"~":"h","":{"":"i"}}})";
  CHECK(text_of(line, "/a/b") == "c\n");
  CHECK(text_of(line, "/a/text") == "d\ne\n");
  CHECK(text_of(line, "/a/text/1") == "e\n");
  CHECK(text_of(line, "/l/0/t") == "f\n");
  CHECK(text_of(line, "/l/1/0") == "g\n");
  CHECK(text_of(line, "/l/1/1") == "\n");
  CHECK(text_of(line, "/x~1y/~0") == "h\n");
  CHECK(text_of(line, "/x~1y//") == "i\n");
  CHECK(text_of(R"({"text":"a"})", "/text") == "a\n");
  CHECK(text_of(R"({"":"a"})", "/") == "a\n");
  CHECK(text_of(R"({"a":{"x":[{}],"b":"c","y":1},"d":[{}]})", "/a/b") == "c\n");
}

TEST_CASE("JSON lines: a pointer that leads nowhere is a problem that says where it ends") {
  const std::string line = R"({"a":{"b":"c","d":1},"l":[1,2],"n":{},"x":null})";
  CHECK(problem_of(line, "/y/b") == "the record has no key 'y'; it has 'a', 'l', 'n', 'x'");
  CHECK(problem_of(line, "/a/c") == "'/a' has no key 'c'; it has 'b', 'd'");
  CHECK(problem_of(line, "/n/c") == "'/n' has no key 'c'; it has none");
  CHECK(problem_of(line, "/a/b/c") == "expected an object as '/a/b', found \"c\"");
  CHECK(problem_of(line, "/a/d/c") == "expected an object as '/a/d', found 1");
  CHECK(problem_of(line, "/x/c") == "expected an object as '/x', found null");
  CHECK(problem_of(line, "/l/2") == "'/l' has no item 2; it is a list of 2");
  for (const std::string name : {"b", "", "-1", "01", "1x", "99999999999999999999999"})
    CHECK(problem_of(line, "/l/" + name) == "expected an object as '/l', found a list");
  CHECK(problem_of(line, "/l/1") == "expected a string or a list of strings as '/l/1', found 2");
  CHECK(problem_of(line, "/a") == "expected a string or a list of strings as '/a', found an object");
  CHECK(problem_of(R"({"a":{"b":"1","b":"2"}})", "/a/b") == "'/a' has the key 'b' twice");
}

TEST_CASE("JSON lines: a field that looks like a pointer and is none is an error of the options") {
  for (const std::string field : {"/a~b", "/~", "/a/~2"})
    CHECK_THAT(option_error_of([&] { json_lines(field); }), ContainsSubstring("'" + field + "' is no JSON pointer"));
  std::string deep;
  for (int i = 0; i < 101; ++i) deep += "/a";
  CHECK_THAT(option_error_of([&] { json_lines(deep); }), ContainsSubstring("more than 100 names"));
  CHECK(option_error_of([&] { json_lines(deep.substr(2)); }).empty());
  CHECK(option_error_of([&] { json_lines("a~b"); }).empty());
}

TEST_CASE("JSON lines: a record without the key is a problem that names its keys") {
  CHECK(problem_of(R"({"id":1,"text":"x"})", "txt") == "the record has no key 'txt'; it has 'id', 'text'");
  CHECK(problem_of("{}") == "the record has no key 'text'; it has none");
  CHECK(problem_of(R"({"a":{"text":"x"},"\u0074ex\"t":1})") == "the record has no key 'text'; it has 'a', 'tex\\\"t'");
  CHECK(problem_of(R"({"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1})") ==
        "the record has no key 'text'; it has 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', ...");
  CHECK(problem_of(R"({"text":"a","x":1,"text":"b"})") == "the record has the key 'text' twice");
  CHECK(problem_of("{\"\xff\":1}") == "the record has no key 'text'; it has ''");
}

TEST_CASE("JSON lines: a value that is no text is a problem that says what it is") {
  const auto found = [](const std::string& value) {
    const std::string expected = "expected a string or a list of strings as 'text', found ";
    const std::string message = problem_of(R"({"text":)" + value + R"(,"x":"y"})");
    return message.starts_with(expected) ? message.substr(expected.size()) : "?" + message;
  };
  CHECK(found("3.50 ") == "3.50");
  CHECK(found("true") == "true");
  CHECK(found("nul") == "nul");
  CHECK(found("{\"a\":1}") == "an object");
  CHECK(found("NaN") == "NaN");
  const std::string only = "expected only strings in the list 'text', found ";
  CHECK(problem_of(R"({"text":["a",1]})") == only + "1");
  CHECK(problem_of(R"({"text":["a",["b"]]})") == only + "a list");
  CHECK(problem_of(R"({"text":[null]})") == only + "null");
}

TEST_CASE("JSON lines: a line that is no object is a problem that says what it is") {
  const std::string expected = "each line must hold one object, found ";
  CHECK(problem_of("[") == expected + "a list");
  CHECK(problem_of(R"(["a"])") == expected + "a list");
  CHECK(problem_of(" \"the king\" ") == expected + "\"the king\"");
  CHECK(problem_of("12") == expected + "12");
  CHECK(problem_of("\"a\",") == expected + "\\\"a\\\",");
  CHECK(problem_of("the king") == expected + "the king");
  CHECK(problem_of("}") == expected + "}");
  CHECK(problem_of("\xff") == expected);
}

TEST_CASE("JSON lines: broken JSON is a problem that says where it breaks") {
  const std::string one = "; each line must hold one object";
  CHECK(problem_of("{") == "expected '}' at the end of the line, found '{'" + one);
  CHECK(problem_of(R"({"text":"a",)") == "expected '}' at the end of the line, found ','" + one);
  CHECK(problem_of(R"({"text":"a"}, )") == "expected '}' at the end of the line, found ','" + one);
  CHECK(problem_of(R"({"text":"a)") == "a string does not end on the line" + one);
  CHECK(problem_of(R"({"text":"a"} {"text":"b"})") == R"(is not JSON at byte 14: '{\"text\":\"b\"}')");
  CHECK(problem_of(R"({"text":"a"}})") == "is not JSON at byte 13: '}'");
  CHECK(problem_of(R"({"text":"a" "x":1})") == R"(is not JSON at byte 13: '\"x\":1}')");
  CHECK(problem_of(R"({"text" "a"})") == R"(is not JSON at byte 9: '\"a\"}')");
  CHECK(problem_of(R"({"text":})") == "is not JSON at byte 9: '}'");
  CHECK(problem_of(R"({"text":,"a":1})") == R"(is not JSON at byte 9: ',\"a\":1}')");
  CHECK(problem_of(R"({"text":"a",})") == "is not JSON at byte 13: '}'");
  CHECK(problem_of(R"({'text':'a'})") == "is not JSON at byte 2: ''text':'a'}'");
  CHECK(problem_of(R"({text:"a"})") == R"(is not JSON at byte 2: 'text:\"a\"}')");
  CHECK(problem_of(R"({"text":["a" "b"]})") == R"(is not JSON at byte 14: '\"b\"]}')");
  CHECK(problem_of(R"({"text":["a",]})") == "is not JSON at byte 14: ']}'");
  CHECK(problem_of(R"({"a":{"text":"b"})") == "the line ends before its object" + one);
  CHECK(problem_of(R"({"text":"a" this goes on for long and ends })") ==
        "is not JSON at byte 13: 'this goes on for lon...'");
  CHECK(problem_of("{\"text\":\"a\tb\"}") == "a string holds a control character that is not escaped");
  CHECK(problem_of(in_record(R"(\x41)")) == R"('\\x41' is no escape of JSON)");
  CHECK(problem_of(in_record(R"(\u12g4)")) == R"('\\u12g4' is no escape of JSON)");
  CHECK(problem_of(in_record(R"(\u-123)")) == R"('\\u-123' is no escape of JSON)");
  CHECK(problem_of(in_record(R"(\u12)")) == R"('\\u12' is no escape of JSON)");
}

TEST_CASE("JSON lines: what stands before a problem is kept, its record is not") {
  const std::string lines =
      in_record("a") + "\n\n" + in_record("b") + "\n{\"text\":[\"c \\ud800\",\"d\",5]}\n" + in_record("e");
  const ExtractedText result = extract(lines);
  REQUIRE(result.problem);
  CHECK(result.text == "a\nb\n");
  CHECK(result.records == 2);
  CHECK(result.invalid == 0);
  CHECK(!result.invalid_line);
  CHECK(result.problem->line == 3);
}

TEST_CASE("JSON lines: texts are added to those of other records") {
  const auto reader = json_lines("text");
  ExtractedText to;
  reader->extract(in_record("a"), to);
  reader->extract("\n" + in_record("\\ud800") + "\n" + in_record(""), to);
  CHECK(to.text == "a\n\xef\xbf\xbd\n\n");
  CHECK(to.records == 3);
  CHECK(to.empty == 1);
  CHECK(to.invalid == 1);
  reader->extract(in_record("b") + "\n{}\n", to);
  REQUIRE(to.problem);
  CHECK(to.text == "a\n\xef\xbf\xbd\n\nb\n");
  CHECK(to.problem->line == 1);
}

TEST_CASE("JSON lines: bytes are cut after their last line") {
  const auto reader = json_lines("text");
  const std::string lines = in_record("a") + "\n" + in_record("b") + "\r\n\n" + in_record("c");
  std::size_t end = 0;
  for (std::size_t size = 0; size <= lines.size(); ++size) {
    if (size > 0 && lines[size - 1] == '\n') end = size;
    CHECK(reader->whole_records(std::string_view(lines).substr(0, size), false) == end);
    CHECK(reader->whole_records(std::string_view(lines).substr(0, size), true) == size);
  }
}

TEST_CASE("JSON lines: records of any length are read") {
  std::string lines, expected;
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string text(size, static_cast<char>('a' + size % 26));
    REQUIRE(text_of(in_record(text)) == text + "\n");
    lines += in_record(text) + "\n";
    expected += text + "\n";
  }
  const std::string large(3000000, 'x');
  CHECK(text_of(lines + in_record(large + "\\n" + large) + "\n" + lines) ==
        expected + large + "\n" + large + "\n" + expected);
}

TEST_CASE("JSON lines: what was written is read back") {
  Rng rng(21);
  for (int i = 0; i < 3000; ++i) {
    std::string lines, texts;
    for (std::uint32_t records = rng.below(6); records > 0; --records) {
      Json record = random_value(rng, 0);
      if (!record.is_object()) record = Json::object();
      const std::string text = random_string(rng);
      record["text"] = text;
      lines += written(record, rng) + (rng.below(2) == 0 ? "\n" : "\r\n");
      texts += text + "\n";
    }
    CAPTURE(lines);
    REQUIRE(text_of(lines) == texts);
  }
}

TEST_CASE("JSON lines: a record that was cut short is a problem") {
  Rng rng(22);
  for (int i = 0; i < 300; ++i) {
    Json record = random_value(rng, 0);
    if (!record.is_object()) record = Json::object();
    record["text"] = random_string(rng);
    const std::string line = record.dump();
    for (std::size_t size = 1; size < line.size(); ++size) {
      CAPTURE(line, size);
      REQUIRE(!problem_of(line.substr(0, size)).empty());
    }
  }
}

TEST_CASE("JSON lines: whatever is damaged, an answer is that of JSON or a problem") {
  Rng rng(23);
  for (int i = 0; i < 4000; ++i) {
    Json record = random_value(rng, 0);
    if (!record.is_object()) record = Json::object();
    record["text"] = random_string(rng);
    std::string line = written(record, rng);
    for (std::uint32_t changes = 1 + rng.below(3); changes > 0; --changes) {
      const std::size_t place = rng.below(static_cast<std::uint32_t>(line.size()));
      line[place] = "\"\\{}[]:,ab \xff"[rng.below(12)];
    }
    CAPTURE(line);
    const ExtractedText result = extract(line);
    const Json parsed = Json::parse(line, nullptr, false);
    if (!parsed.is_object() || !parsed.contains("text") || !parsed["text"].is_string()) continue;
    REQUIRE(result.text == parsed["text"].get<std::string>() + "\n");
  }
}

TEST_CASE("JSON lines: several threads may use a reader") {
  std::string lines;
  for (int i = 0; i < 2000; ++i) lines += in_record("text " + std::to_string(i)) + "\n";
  const auto reader = json_lines("text");
  ExtractedText results[2];
  std::thread other([&] { reader->extract(lines, results[0]); });
  reader->extract(lines, results[1]);
  other.join();
  CHECK(results[0].text == results[1].text);
  CHECK(results[0].records == 2000);
}
