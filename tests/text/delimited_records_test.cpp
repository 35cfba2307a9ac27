#include "src/text/delimited_records.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"

#include "catch.hpp"
#include "plain_table.hpp"
#include "support.hpp"

#include <algorithm>
#include <memory>
#include <thread>

using namespace equivec;

namespace {

std::unique_ptr<const RecordReader> reader_of(const std::string& table, const std::string& column) {
  return delimited_records(column, table, true, "t.csv");
}

/// What is extracted after the header.
ExtractedText extract(const RecordReader& reader, std::string_view table) {
  const std::string_view records = table.substr(reader.header_size());
  REQUIRE(reader.whole_records(records, true) == records.size());
  // Of exactly this size, so that the address sanitizer sees what is read beyond.
  const auto copy = std::make_unique<char[]>(records.size());
  std::ranges::copy(records, copy.get());
  ExtractedText result;
  reader.extract({copy.get(), records.size()}, result);
  return result;
}

std::string text_of(const std::string& table, const std::string& column) {
  const ExtractedText result = extract(*reader_of(table, column), table);
  CHECK(!result.problem);
  CHECK(result.invalid == 0);
  return result.text;
}

/// "LINE: MESSAGE", the line counted from 1 after the header.
std::string problem_of(const std::string& table, const std::string& column) {
  const ExtractedText result = extract(*reader_of(table, column), table);
  return result.problem ? std::to_string(result.problem->line + 1) + ": " + result.problem->message : "";
}

std::string header_error(const std::string& table, const std::string& column, bool whole = true) {
  return error_of([&] { delimited_records(column, table, whole, "t.csv"); });
}

/// A reader for tables with this separator, with `fields` in the first record and without a header.
std::unique_ptr<const RecordReader> reader_for(char separator, std::size_t column, std::size_t fields = 2) {
  std::string first = std::string("a") + separator + "b";
  for (std::size_t i = 2; i < fields; ++i) first += std::string(1, separator) + "b";
  if (fields == 1 && separator == '\t')
    first = "\"a\n\"," + std::string(1, separator);  // the tab is in its second line
  return reader_of(first, std::to_string(column));
}

/// The text of a table without a header, a block of that size or one larger record at a time.
std::string text_in_blocks(const RecordReader& reader, std::string_view table, std::size_t block) {
  ExtractedText to;
  for (std::size_t size = block; !table.empty();) {
    const bool whole = size >= table.size();
    const std::size_t records = reader.whole_records(table.substr(0, size), whole);
    reader.extract(table.substr(0, records), to);
    table.remove_prefix(records);
    size = records > 0 ? block : 2 * size;
  }
  CHECK(!to.problem);
  return to.text;
}

/// Most fields are short; some have all that must be quoted.
std::string random_field(Rng& rng, std::string_view characters) {
  std::string field;
  for (std::uint32_t i = rng.below(rng.below(8) == 0 ? 200 : 6); i > 0; --i)
    field += characters[rng.below(static_cast<std::uint32_t>(characters.size()))];
  return field;
}

/// As Python's csv.writer does, with quotes where they must be, everywhere, or here and there more than they must.
std::string written(const std::string& field, char separator, std::uint32_t style, Rng& rng) {
  const bool needed = field.find_first_of(std::string("\"\r\n") + separator) != field.npos;
  if (!needed && (style == 0 || (style == 2 && rng.below(2) == 0))) return field;
  std::string result = "\"";
  for (const char c : field) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + '"';
}

}  // namespace

TEST_CASE("delimited records: a column is found by its name") {
  const std::string table = "id,text,label\n1,the king,good\n2,a queen,bad\n";
  CHECK(text_of(table, "id") == "1\n2\n");
  CHECK(text_of(table, "text") == "the king\na queen\n");
  CHECK(text_of(table, "label") == "good\nbad\n");
  const auto reader = reader_of(table, "text");
  CHECK(reader->header_size() == 14);
  const ExtractedText result = extract(*reader, table);
  CHECK(result.records == 2);
  CHECK(result.empty == 0);
}

TEST_CASE("delimited records: a column with a number needs no header") {
  CHECK(text_of("1,the king\n2,a queen\n", "2") == "the king\na queen\n");
  CHECK(text_of("1,the king\n2,a queen\n", "1") == "1\n2\n");
  CHECK(reader_of("1,the king\n", "2")->header_size() == 0);
  CHECK(text_of("", "1").empty());
}

TEST_CASE("delimited records: a number that is no column is an error of the options") {
  CHECK_THAT(option_error_of([] { reader_of("a,b\n", "0"); }), ContainsSubstring("numbered from 1, got 0"));
  CHECK_THAT(option_error_of([] { reader_of("a,b\n", "99999999999999999999"); }), ContainsSubstring("got 9999"));
}

TEST_CASE("delimited records: a header without the column is an error that names the columns") {
  CHECK(header_error("id,text\n1,x\n", "txt") == "t.csv:1: there is no column 'txt'; there are 'id', 'text'");
  CHECK(header_error("id,text\n1,x\n", "Text") == "t.csv:1: there is no column 'Text'; there are 'id', 'text'");
  CHECK(header_error("id|text\n1|x\n", "text") == "t.csv:1: there is no column 'text'; there is only 'id|text'");
  CHECK(header_error("\n\r\nid,text\n", "txt") == "t.csv:3: there is no column 'txt'; there are 'id', 'text'");
  CHECK(header_error("a,b,c,d,e,f,g,h,i,j,k,l\n", "txt") ==
        "t.csv:1: there is no column 'txt'; there are 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', ...");
  CHECK(header_error("text,id,text\n", "text") == "t.csv:1: expected one column 'text', found 2");
  CHECK(header_error("", "text") == "t.csv:1: the file is empty; expected a header with the column 'text'");
  CHECK(header_error("\n\n", "text") == "t.csv:1: the file is empty; expected a header with the column 'text'");
  CHECK(header_error("a\n,\"text\n1,2\n", "a").empty());
  CHECK(header_error("a,\"text\n1,2\n", "text") == "t.csv:1: the quote that opens a field here is never closed");
  CHECK(header_error("\"x\ny\",\"text\"z\n", "text") ==
        "t.csv:2: expected ',' or the end of the line after a field in quotes, found 'z'; quotes in it are written "
        "twice");
}

TEST_CASE("delimited records: a header must end where only the start of the file is known") {
  CHECK(header_error("id,text", "text", false) == "t.csv:1: the header has more than 7 bytes");
  CHECK(header_error("id,\"text\n1,2\n", "text", false) == "t.csv:1: the header has more than 13 bytes");
  CHECK(header_error("\nid,text", "text", false) == "t.csv:2: the header has more than 7 bytes");
  CHECK(header_error("id,text", "text", true).empty());
  CHECK(header_error("id,text\n1", "text", false).empty());
}

TEST_CASE("delimited records: a header is a record like others") {
  const std::string table = "\r\n\"the \"\"id\"\"\";\"a\r\nb\";text\r\n1;2;3\r\n";
  CHECK(text_of(table, "the \"id\"") == "1\n");
  CHECK(text_of(table, "a\r\nb") == "2\n");
  CHECK(text_of(table, "text") == "3\n");
  CHECK(text_of("text", "text").empty());
  CHECK(reader_of("text\r\nx", "text")->header_size() == 6);
}

TEST_CASE("delimited records: the separator is recognized in the first record") {
  CHECK(text_of("a,b\n1,2;3\t4\n", "b") == "2;3\t4\n");
  CHECK(text_of("a;b\n1;2,3\n", "b") == "2,3\n");
  CHECK(text_of("a\tb\n1\t2,3;4\n", "b") == "2,3;4\n");
  CHECK(text_of("a,b,c;d\n1,2,3\n", "c;d") == "3\n");
  CHECK(text_of("a;b;c,d\n1;2;3\n", "c,d") == "3\n");
  CHECK(text_of("a;b,c\n1,2\n", "c") == "2\n");
  CHECK(text_of("a,,,;;b\tc\n1\t2\n", "c") == "2\n");
  CHECK(text_of("a\n1,2\t3\n", "a") == "1\n");
}

TEST_CASE("delimited records: separators in quotes do not tell the separator") {
  CHECK(text_of("\"a;;;\",b\n1,2\n", "b") == "2\n");
  CHECK(text_of("\"a\tb\",c\n1,2\n", "c") == "2\n");
  CHECK(text_of("x,\"a\tb\nc\td\",y;z\n", "3") == "y;z\n");
  CHECK(text_of("a;\"b,,,\"\n1;2\n", "a") == "1\n");
  CHECK(text_of("\"a,,\"\"b,,\";c\n1;2\n", "c") == "2\n");
  // A quote that encloses nothing is text.
  CHECK(text_of("\"Well\tgood\n\"No\tbad\n", "1") == "\"Well\n\"No\n");
  CHECK(text_of("in 6\" of,,,\tb\n", "2") == "b\n");
}

TEST_CASE("delimited records: quotes enclose separators, quotes and line feeds") {
  CHECK(text_of("text,n\n\"a, b\",1\n", "text") == "a, b\n");
  CHECK(text_of("text,n\n\"a \"\"b\"\" c\",1\n", "text") == "a \"b\" c\n");
  CHECK(text_of("text,n\n\"a\nb\r\nc\",1\nd,2\n", "text") == "a\nb\r\nc\nd\n");
  CHECK(text_of("n,text\n\"a\nb\",\"c\n\"\n", "text") == "c\n\n");
  CHECK(text_of("text,n\n\"\",1\n\"\"\"\",2\n\"\"\"\"\"\",3\n", "text") == "\n\"\n\"\"\n");
  CHECK(text_of("text,n\nx,\"1\n2\"\ny,3\n", "text") == "x\ny\n");
}

TEST_CASE("delimited records: a quote opens a field only at its start") {
  CHECK(text_of("n,text\n1,the 6\" of, x\n2, \"a\"\n3,b\"\n", "text") == "the 6\" of\n \"a\"\nb\"\n");
  CHECK(text_of("n,text\n1\",x\n2,y\n", "text") == "x\ny\n");
}

TEST_CASE("delimited records: lines may end in carriage return and line feed") {
  CHECK(text_of("n,text\r\n1,a\r\n2,\"b\"\r\n\r\n3,c\r\n", "text") == "a\nb\nc\n");
  CHECK(text_of("n,text\r\n1,a\r\n", "n") == "1\n");
  CHECK(text_of("n,text\n1,a\rb\n2,c\r", "text") == "a\rb\nc\n");
  CHECK(text_of("n,text\n1,\"c\"\r", "text") == "c\n");
}

TEST_CASE("delimited records: the last line may lack its line feed") {
  for (const std::string last : {"2,b", "2,\"b\"", "2,b\n", "2,b\r\n", "2,\"b\"\r"})
    CHECK(text_of("n,text\n1,a\n" + last, "text") == "a\nb\n");
  CHECK(text_of("n,text\n1,a\n2,", "text") == "a\n\n");
}

TEST_CASE("delimited records: empty lines are no records, empty fields are empty texts") {
  const std::string table = "n,text\n\n1,a\n\r\n\n2,\n3,\" \t\"\n4,b\n\n";
  const ExtractedText result = extract(*reader_of(table, "text"), table);
  CHECK(result.text == "a\n\n \t\nb\n");
  CHECK(result.records == 4);
  CHECK(result.empty == 2);
}

TEST_CASE("delimited records: with tabs, quotes that do not enclose a field are text") {
  const std::string head = "n\ttext\tx\n";
  const auto text = [&](const std::string& field) { return text_of(head + "1\t" + field + "\ty\n", "text"); };
  CHECK(text("\"a\"") == "a\n");
  CHECK(text("\"a \"\"b\"\"\"") == "a \"b\"\n");
  CHECK(text("\"a\tb\"") == "a\tb\n");
  CHECK(text("\"a") == "\"a\n");
  CHECK(text("\"") == "\"\n");
  CHECK(text("\"\"") == "\n");
  CHECK(text("\"\"\"") == "\"\"\"\n");
  CHECK(text("\"a\" b") == "\"a\" b\n");
  CHECK(text("\"a\" and \"b\"") == "\"a\" and \"b\"\n");
  CHECK(text("a\"b\"") == "a\"b\"\n");
  CHECK(text_of(head + "1\t\"a\t2\n2\tb\"\t3\n", "text") == "\"a\nb\"\n");
  CHECK(text_of("n\ttext\r\n1\t\"a\"\r\n2\t\"b\r\n3\t\"c", "text") == "a\n\"b\n\"c\n");
}

TEST_CASE("delimited records: with tabs, fields in quotes hold line feeds where that gives a record like the first") {
  const std::string head = "n\ttext\tx\n", tail = "3\tc\tz\n";
  const auto text = [&](const std::string& record, const std::string& column) {
    return text_of(head + record + tail, column);
  };
  CHECK(text("\"1\n2\"\ta\ty\n", "n") == "1\n2\n3\n");
  CHECK(text("1\t\"a\nb\"\ty\n", "text") == "a\nb\nc\n");
  CHECK(text("1\ta\t\"y\nz\"\n", "x") == "y\nz\nz\n");
  CHECK(text("\"\n\"\t\"\n\n\na\n\"\t\"\n\"\n", "text") == "\n\n\na\n\nc\n");
  CHECK(text("1\t\"a\n\"\"b\"\"\n\"\"\"\ty\n", "text") == "a\n\"b\"\n\"\nc\n");
  CHECK(text("1\t\"\"\"\n\"\"\"\ty\n", "text") == "\"\n\"\nc\n");
  CHECK(text("1\t\"a\tb\nc\"\ty\n", "text") == "a\tb\nc\nc\n");
  CHECK(text("\"1\n2\"\t\"a\nb\"\t\"y\nz\"\n", "text") == "a\nb\nc\n");
  CHECK(text("1\t\"a\nb\"\t\"y\"\n1\t\"a\nb\"\t\"y\nz\"\n", "text") == "a\nb\na\nb\nc\n");
  CHECK(text("1\t\"a\nb\"\t\"y\" z\n", "x") == "\"y\" z\nz\n");
  CHECK(text_of(head + "1\ta\t\"y\nz\"", "x") == "y\nz\n");
}

TEST_CASE("delimited records: with tabs, quoted line feeds go with any line ends") {
  const std::string table = "n\ttext\r\n1\t\"a\r\nb\nc\rd\"\r\n\r\n\"2\r\n\"\t\"\r\n\"\r\n";
  CHECK(text_of(table, "text") == "a\r\nb\nc\rd\n\r\n\n");
  CHECK(text_of(table, "n") == "1\n2\r\n\n");
  CHECK(text_of("n\ttext\n1\t\"a\nb\"\r", "text") == "a\nb\n");
  CHECK(text_of("n\ttext\n1\t\"a\nb\"\rc\n2\td\n", "n") == "1\nb\"\rc\n2\n");
}

TEST_CASE("delimited records: with tabs, a quote is text where nothing closes it before the next quote") {
  const std::string head = "n\ttext\tx\n", tail = "8\tc\tz\n9\t\"d\"\tz\n";
  const auto text = [&](const std::string& records, const std::string& column) {
    return text_of(head + records + tail, column);
  };
  CHECK(text("\"1\ta\ty\n", "n") == "\"1\n8\n9\n");
  CHECK(text("1\t\"a\ty\n", "text") == "\"a\nc\nd\n");
  CHECK(text("1\ta\t\"y\n", "text") == "a\nc\nd\n");
  CHECK(text("1\t\"\ty\n2\t\"\"\"\ty\n3\tb\ty\n", "text") == "\"\n\"\"\"\nb\nc\nd\n");
  CHECK(text("1\t\"a\n2\t\"b\n", "text") == "\"a\n\"b\nc\nd\n");
  CHECK(text("1\t\"a\n\n", "text") == "\"a\nc\nd\n");
  CHECK(text("1\t\"a\n2\tsays \"b\"\n", "text") == "\"a\nsays \"b\"\nc\nd\n");
}

TEST_CASE("delimited records: with tabs, a quote is text where the record would have another number of fields") {
  const std::string head = "n\ttext\tx\n", tail = "9\tc\tz\n";
  const auto text = [&](const std::string& records) { return text_of(head + records + tail, "text"); };
  CHECK(text("1\t\"a\n2\tb\"\n") == "\"a\nb\"\nc\n");
  CHECK(text("1\t\"a\n2\tb\"\ty\tz\n") == "\"a\nb\"\nc\n");
  CHECK(text("1\t\"a\n2\tb\"\t\"y\n3\tz\"\tz\n") == "\"a\nb\"\nz\"\nc\n");
  CHECK(text("1\t\"a\ty\n2\tb\n") == "\"a\nb\nc\n");
}

TEST_CASE("delimited records: with tabs, a quote is text where its line and the next are records like the first") {
  const std::string head = "n\ttext\n", tail = "9\tc\n";
  const auto text = [&](const std::string& records) { return text_of(head + records + tail, "text"); };
  CHECK(text("1\t\"a\n2\tb\"\n") == "\"a\nb\"\nc\n");
  CHECK(text("\"1\ta\n2\"\tb\n") == "a\nb\nc\n");
  CHECK(text("1\t\"a\n2\t\"b\n3\tb\"\n") == "\"a\n\"b\nb\"\nc\n");
  // By themselves these are not.
  CHECK(text("1\t\"a\nb\n2\tb\"\n") == "a\nb\n2\tb\nc\n");
  CHECK(text("\"1\n2\"\tb\n") == "b\nc\n");
}

TEST_CASE("delimited records: with tabs, a table may have records with quotes and others without") {
  const std::string table =
      "n\ttext\tx\n1\t\"open\t\"x\n\"2\n\"\t\"a\nb\"\t\"\n\"\n3\t\"open\tx\n4\tsays "
      "\"a\tx\n\n5\t\"\"\"a\"\"\nb\"\tx\"\n"
      "6\t\"a\" b\t\"x\n\"7\t\"c\nd\"\t\"x\n8\te\tx\n";
  CHECK(text_of(table, "n") == "1\n2\n\n3\n4\n5\n6\n\"7\nd\"\n8\n");
  CHECK(text_of(table, "text") == "\"open\na\nb\n\"open\nsays \"a\n\"a\"\nb\n\"a\" b\n\"c\n\"x\ne\n");
}

TEST_CASE("delimited records: with tabs, the first record may be one over lines") {
  CHECK(text_of("n\t\"te\nxt\"\n1\ta\n", "te\nxt") == "a\n");
  CHECK(text_of("\"n\n\"\ttext\n1\ta\n", "text") == "a\n");
  CHECK(text_of("n\t\"te\nxt\"\tx\n1\ta\ty\n", "te\nxt") == "a\n");
  CHECK(text_of("n\t\"te\nxt\"\tx\n", "x").empty());
  CHECK(text_of("n\t\"te\nxt\"\tx\n\n1\t\"a\nb\"\ty\n", "te\nxt") == "a\nb\n");
  CHECK(text_of("n\t\"text\n1\ta\"\n2\tb\n", "\"text") == "a\"\nb\n");
  CHECK(text_of("n\t\"text\n1\ta\n", "\"text") == "a\n");
  CHECK(reader_of("n\t\"te\nxt\"\r\nx", "n")->header_size() == 11);
  CHECK(header_error("n\t\"te\nxt\"\n1\ta\n", "text") ==
        "t.csv:1: there is no column 'text'; there are 'n', 'te\\nxt'");
  CHECK(header_error("n\t\"te\n", "n", false) == "t.csv:1: the header has more than 6 bytes");
  CHECK(header_error("n\t\"te\nxt\"\n", "n", false).empty());
}

TEST_CASE("delimited records: with tabs, a column with a number has records over lines, the first one too") {
  for (const std::string first : {"1\ta\tx\n", "\"1\n\"\ta\tx\n", "1\t\"a\n\"\tx\n", "1\ta\t\"x\ny\"\n"}) {
    const std::string table = first + "2\t\"b\nc\"\ty\n3\t\"d\tz\n";
    CAPTURE(table);
    CHECK(text_of(table, "2") == (first.find("\"a") == first.npos ? "a\nb\nc\n\"d\n" : "a\n\nb\nc\n\"d\n"));
  }
  CHECK(text_of("1\t\"a\nb\"\tx\n", "2") == "a\nb\n");
  CHECK(text_of("1\t\"a\nb\"", "2") == "a\nb\n");
  CHECK(text_of("1\t\"a\n2\t\"b\n3\tc\n", "2") == "\"a\n\"b\nc\n");
  CHECK(text_of("1\t\"a\n2\tb\"\n3\tc\n", "2") == "\"a\nb\"\nc\n");
}

TEST_CASE("delimited records: with tabs, the records of a first one of one field may hold line feeds") {
  const auto reader = reader_for('\t', 1, 1);
  const std::string table = "a\n\"b\nc\"\n\"d\n\"e\n\"f\ng\"\th\n";
  CHECK(text_in_blocks(*reader, table, table.size()) == "a\nb\nc\n\"d\n\"e\n\"f\ng\"\n");
}

TEST_CASE("delimited records: with tabs, a record over lines has 512 KiB at most, and a longer one never stops") {
  const std::string start = "1\t\"a\n", lines(512 * 1024 - start.size() - 3, '\n');
  const auto reader = reader_for('\t', 2);
  for (const std::string end : {"b\"\n", "b\"\r\n"}) {
    const std::string first = start + lines + end, table = first + "3\tc\n";
    const bool fits = first.size() <= 512 * 1024;
    ExtractedText all;
    reader->extract(table, all);
    if (fits) CHECK(all.text == "a\n" + lines + "b\nc\n");
    CHECK(all.problem.has_value() != fits);
    CHECK(reader->whole_records(table, false) == table.size());
    for (std::size_t size = 512 * 1024 - 3; size <= table.size(); ++size) {
      const std::size_t records = reader->whole_records(std::string_view(table).substr(0, size), false);
      CAPTURE(size, fits);
      if (fits) CHECK(records == (size == table.size() ? size : size < first.size() ? 0 : first.size()));
      if (!fits) CHECK((records > 0) == (size > 512 * 1024));
    }
  }
}

TEST_CASE("delimited records: with tabs, the start of a table ends before a record that may go on") {
  const auto reader = reader_for('\t', 1);
  const auto whole = [&](std::string_view start) { return reader->whole_records(start, false); };
  CHECK(whole("1\t\"a") == 0);
  CHECK(whole("1\t\"a\n") == 0);
  CHECK(whole("1\t\"a\n2\tb") == 0);
  CHECK(whole("1\t\"a\n2\tb\n") == 9);
  CHECK(whole("1\t\"a\nb\n") == 0);
  CHECK(whole("1\t\"a\nb\"") == 0);
  CHECK(whole("1\t\"a\nb\"\r") == 0);
  CHECK(whole("1\t\"a\nb\"\n") == 8);
  CHECK(whole("1\t\"a\nb\"c\n") == 9);
  CHECK(whole("1\tx\n1\t\"a\nb\n") == 4);
  CHECK(whole("1\tx\n1\t\"a\n2\t\"b\n") == 9);
  // In more than 512 KiB there is none.
  const std::string open = "1\t\"a\n", empty = open + std::string(512 * 1024, '\n'),
                    long_line = open + std::string(512 * 1024, 'b');
  CHECK(whole(std::string_view(empty).substr(0, 512 * 1024)) == 0);
  CHECK(whole(std::string_view(empty).substr(0, 512 * 1024 + 1)) == 512 * 1024 + 1);
  CHECK(whole(std::string_view(long_line).substr(0, 512 * 1024)) == 0);
  CHECK(whole(std::string_view(long_line).substr(0, 512 * 1024 + 1)) == 5);
}

TEST_CASE("delimited records: with tabs, quotes that are never closed cost no more than other text") {
  const std::string one = "1\t\"open\n", alone = "\"open\n", chain = "x\"\t\"y\n", pairs = "1\t\"\"\"open\n",
                    far = "\"\n" + std::string(97, '\n');
  // Were each followed to its end again, this would take minutes.
  for (const std::size_t fields : {std::size_t{1}, std::size_t{2}, std::size_t{1000000}})
    for (const std::string& line : {one, alone, chain, pairs, far}) {
      std::string table;
      while (table.size() < 1500000) table += line;
      table += "z\n";
      CAPTURE(fields, line);
      const std::string text = text_in_blocks(*reader_for('\t', 1, fields), table, std::size_t{1} << 20);
      CHECK(text.ends_with("z\n"));
    }
}

TEST_CASE("delimited records: bytes that are not UTF-8, and zero bytes, are kept") {
  using namespace std::string_literals;
  CHECK(text_of("n,text\n1,\xff\xfe\n2,\"\xe9\"\n3,a\0b\n"s, "text") == "\xff\xfe\n\xe9\na\0b\n"s);
}

TEST_CASE("delimited records: a record with too few fields is a problem that counts them") {
  CHECK(problem_of("id,n,text\n1,2,x\n1,2\n", "text") == "2: the record has 2 fields; column 'text' is field 3");
  CHECK(problem_of("id,text\n1\n", "text") == "1: the record has 1 field; column 'text' is field 2");
  CHECK(problem_of("a,b\n\"x\ny\",b\n\n  \n", "2") == "5: the record has 1 field; the text is field 2");
  CHECK(problem_of("id,text\n1,2,3,4\n", "text").empty());
}

TEST_CASE("delimited records: text after a closing quote is a problem of the line of the opening quote") {
  const std::string expected =
      " expected ',' or the end of the line after a field in quotes, found 'b,2'; quotes in it are written twice";
  CHECK(problem_of("text,n\nx,1\n\"a\"b,2\n", "text") == "2:" + expected);
  CHECK(problem_of("n,text\n\"a\"b,2\n", "text") == "1:" + expected);
  CHECK(problem_of("text,n\nx,\"\"\n\"x\ny\",\"a\"b,2\n", "text") == "3:" + expected);
  CHECK(problem_of("text,n\nx,\"a\nc\"b,2\n", "text") == "1:" + expected);
  CHECK_THAT(problem_of("text;n\n\"a\"b;2\n", "text"), ContainsSubstring("expected ';' or"));
  CHECK_THAT(problem_of("text,n\n\"a\"\rb\n", "text"), ContainsSubstring("found '\\rb'"));
}

TEST_CASE("delimited records: a quote that is never closed is a problem of its line") {
  const std::string expected = " the quote that opens a field here is never closed";
  CHECK(problem_of("text,n\n\"a\n\n\n", "text") == "1:" + expected);
  CHECK(problem_of("text,n\na,1\nb,2\n\"c\nd\",\"e\nf\n", "text") == "4:" + expected);
  CHECK(problem_of("text,n\na,\"", "text") == "1:" + expected);
  CHECK(problem_of("text,n\na,\"b\"\"", "text") == "1:" + expected);
}

TEST_CASE("delimited records: what stands before a problem is kept, its record is not") {
  const std::string table = "text,n\na,1\n\"b\",2\n\"c\",\"x\"y\nd,4\n";
  const ExtractedText result = extract(*reader_of(table, "text"), table);
  REQUIRE(result.problem);
  CHECK(result.text == "a\nb\n");
  CHECK(result.records == 2);
  CHECK(result.problem->line == 2);
}

TEST_CASE("delimited records: texts are added to those of other records") {
  const auto reader = reader_for(',', 1);
  ExtractedText to;
  reader->extract("a,1\n", to);
  reader->extract("\nb,2\n,3\n", to);
  CHECK(to.text == "a\nb\n\n");
  CHECK(to.records == 3);
  CHECK(to.empty == 1);
  reader->extract("c\n\"d\n", to);
  REQUIRE(to.problem);
  CHECK(to.text == "a\nb\n\nc\n");
  CHECK(to.problem->line == 1);
}

TEST_CASE("delimited records: what was written is read back") {
  Rng rng(11);
  for (int table = 0; table < 1500; ++table) {
    const char separator = ",;\t"[rng.below(3)];
    const std::string line_end = rng.below(2) == 0 ? "\n" : "\r\n";
    // The separator is not known if the header has none.
    const std::uint32_t style = rng.below(3), columns = (separator == ',' ? 1 : 2) + rng.below(3);
    std::vector<std::string> texts(columns);
    std::string header, bytes;
    for (std::uint32_t i = 0; i < columns; ++i)
      header += (i == 0 ? "" : std::string(1, separator)) + "c" + std::to_string(i);
    for (std::uint32_t record = rng.below(8); record > 0; --record) {
      std::string line;
      for (std::uint32_t i = 0; i < columns; ++i) {
        // With tabs, a field of several lines that hold tabs may look like several records.
        const std::string_view characters = separator != '\t'   ? "abc \"\t,;\n\r\xc3"
                                            : rng.below(2) == 0 ? "abc \"\t,;\r\xc3"
                                                                : "abc \"\n\n,;\r\xc3";
        const std::string field = random_field(rng, characters);
        texts[i] += field + "\n";
        line += (i == 0 ? "" : std::string(1, separator)) + written(field, separator, style, rng);
      }
      // An empty field alone is written in quotes, since an empty line is no record.
      bytes += (line.empty() ? "\"\"" : line) + line_end;
    }
    CAPTURE(bytes, separator);
    for (std::uint32_t i = 0; i < columns; ++i) {
      REQUIRE(text_of(header + line_end + bytes, "c" + std::to_string(i)) == texts[i]);
      // Without a header its first record tells the number of fields.
      if (separator == '\t') REQUIRE(text_of(bytes, std::to_string(i + 1)) == texts[i]);
    }
  }
}

TEST_CASE("delimited records: any bytes are read as the rules say, and cut where a record ends") {
  Rng rng(12);
  for (int table = 0; table < 12000; ++table) {
    const char separator = ",;\t\t"[rng.below(4)];
    std::string bytes;
    for (std::uint32_t i = rng.below(40); i > 0; --i)
      bytes += rng.below(3) == 0 ? separator : "ab\"\"\"\"\t,;\n\n\n\r "[rng.below(14)];
    const std::size_t column = 1 + rng.below(3), fields = 1 + rng.below(4);
    CAPTURE(bytes, separator, column, fields);
    const auto reader = reader_for(separator, column, fields);
    const PlainTable plain(bytes, separator, fields);
    const ExtractedText all = extract(*reader, bytes);
    REQUIRE(all.text == plain.column(column));
    const bool short_record =
        std::ranges::any_of(plain.records, [&](const auto& record) { return record.size() < column; });
    REQUIRE(all.problem.has_value() == (plain.malformed || short_record));
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
      const std::size_t records = reader->whole_records(std::string_view(bytes).substr(0, size), false);
      CAPTURE(size);
      REQUIRE(records >= plain.least_whole(size));
      REQUIRE(records <= plain.most_whole(size));
      REQUIRE((records == 0 || std::ranges::find(plain.ends, records) != plain.ends.end()));
    }
  }
}

TEST_CASE("delimited records: pieces give the text and the problem of the whole") {
  Rng rng(13);
  for (int table = 0; table < 4000; ++table) {
    const char separator = ",;\t\t"[rng.below(4)];
    std::string bytes;
    for (std::uint32_t i = rng.below(120); i > 0; --i) bytes += "abcd\"\",;\t\t\n\n\n\r"[rng.below(14)];
    const std::size_t fields = 1 + rng.below(4);
    CAPTURE(bytes, separator, fields);
    const auto reader = reader_for(separator, 1 + rng.below(2), fields);
    const ExtractedText all = extract(*reader, bytes);
    ExtractedText pieces;
    std::uint64_t lines = 0;
    for (std::size_t at = 0, size = 0; at < bytes.size() && !pieces.problem;) {
      size += 1 + rng.below(20);
      const bool whole = at + size >= bytes.size();
      const std::string_view left = std::string_view(bytes).substr(at, size);
      const std::string_view records = left.substr(0, reader->whole_records(left, whole));
      reader->extract(records, pieces);
      if (pieces.problem) pieces.problem->line += lines;
      lines += static_cast<std::uint64_t>(std::ranges::count(records, '\n'));
      at += records.size();
      if (!records.empty()) size = 0;
    }
    REQUIRE(pieces.text == all.text);
    REQUIRE(pieces.records == all.records);
    REQUIRE(pieces.empty == all.empty);
    REQUIRE(pieces.problem.has_value() == all.problem.has_value());
    if (!all.problem) continue;
    REQUIRE(pieces.problem->line == all.problem->line);
    REQUIRE(pieces.problem->message == all.problem->message);
  }
}

TEST_CASE("delimited records: a table that was cut short gives the start of its texts") {
  const std::string table = "n,text\n1,a b\n\"2\",\"c, \"\"d\"\"\ne\"\n3,f\r\n";
  const std::string texts = text_of(table, "text");
  for (std::size_t size = 7; size < table.size(); ++size) {
    const std::string start = table.substr(0, size);
    CAPTURE(start);
    const ExtractedText result = extract(*reader_of(start, "text"), start);
    // The last text may lack its end.
    CHECK(texts.starts_with(std::string_view(result.text).substr(0, std::max<std::size_t>(result.text.size(), 1) - 1)));
    const bool cut_in_quotes = size > 18 && size < 30 && start.back() != '"';
    if (cut_in_quotes) CHECK(result.problem);
  }
}

TEST_CASE("delimited records: several threads may use a reader") {
  std::string table = "n,text\n";
  for (int i = 0; i < 2000; ++i) table += std::to_string(i) + ",\"text " + std::to_string(i) + "\"\n";
  const auto reader = reader_of(table, "text");
  ExtractedText results[2];
  std::thread other([&] { reader->extract(std::string_view(table).substr(7), results[0]); });
  reader->extract(std::string_view(table).substr(7), results[1]);
  other.join();
  CHECK(results[0].text == results[1].text);
  CHECK(results[0].records == 2000);
}
