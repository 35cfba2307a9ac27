#include "src/text/delimited_records.hpp"

#include "equivec/base/error.hpp"
#include "src/base/suggestion.hpp"
#include "src/text/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace equivec {

namespace {

constexpr char tab = '\t';
constexpr std::size_t npos = std::string_view::npos;

/// Most bytes of a record over several lines in a table with tabs: half of a block that files are read in. So the end
/// of a block leaves open at most what records in its second half are, and no block gives only a few.
constexpr std::size_t most_over_lines = std::size_t{1} << 19;

/// What is wrong with a record, and where.
class Malformed : public Error {
 public:
  Malformed(std::size_t at, const std::string& message) : Error(message), at_(at) {}
  std::size_t at() const noexcept { return at_; }

 private:
  std::size_t at_;
};

/// The first quote from `at` on that is not written twice; npos if there is none.
std::size_t closing_quote(std::string_view bytes, std::size_t at) noexcept {
  while (true) {
    const std::size_t quote = bytes.find('"', at);
    if (quote == npos || quote + 1 == bytes.size() || bytes[quote + 1] != '"') return quote;
    at = quote + 2;
  }
}

bool line_ends(std::string_view bytes, std::size_t at) noexcept {
  if (at < bytes.size() && bytes[at] == '\r') ++at;
  return at == bytes.size() || bytes[at] == '\n';
}

/// Where the line ends that goes on at `at`: before "\n", "\r\n" or the end of the bytes, and there before "\r" too.
struct LineEnd {
  LineEnd(std::string_view bytes, std::size_t at) noexcept {
    const std::size_t line_feed = bytes.find('\n', at);
    next = line_feed == npos ? bytes.size() : line_feed + 1;
    text = std::min(line_feed, bytes.size());
    if (text > at && bytes[text - 1] == '\r') --text;
  }

  std::size_t text;  ///< the end of the line's text
  std::size_t next;  ///< the start of the next line
};

// ---- records ----

struct Field {
  std::string_view text;  // between the quotes, with the quotes in it as they are written
  bool quoted = false;
};

/// The fields of a record, one after the other; with `over_lines`, those in quotes may hold line feeds. Throws
/// Malformed for what is no field.
class RecordFields {
 public:
  RecordFields(std::string_view bytes, std::size_t begin, char separator, bool over_lines) noexcept
      : bytes_(bytes),
        separator_(separator),
        over_lines_(over_lines),
        at_(begin),
        line_(bytes, begin),
        empty_(line_.text == begin) {}

  /// An empty line, which is no record.
  bool empty() const noexcept { return empty_; }
  /// The start of the next record, when there is no next field.
  std::size_t end() const noexcept { return line_.next; }
  /// The quote that opens a field and is never closed, and so is text; npos if there is none so far.
  std::size_t open_quote() const noexcept { return open_quote_; }

  /// False if the record has no further field.
  bool next(Field& field) {
    if (ended_) return false;
    if (at_ < line_.text && bytes_[at_] == '"' && next_quoted(field)) return true;
    const std::string_view rest = bytes_.substr(at_, line_.text - at_);
    field = {rest.substr(0, rest.find(separator_)), false};
    pass(at_ + field.text.size());
    return true;
  }

  /// Goes to the end of the record.
  void skip() {
    if (ended_ || !over_lines_ || bytes_.substr(at_, line_.text - at_).find('"') == npos) return;
    for (Field field; next(field);) continue;
  }

 private:
  void pass(std::size_t end) noexcept {
    ended_ = end == line_.text;
    at_ = end + 1;
  }

  /// REQUIRES: there is a quote at at_. False if it is text.
  bool next_quoted(Field& field) {
    const bool may_be_text = separator_ == tab;
    const std::size_t close = closing_quote(over_lines_ ? bytes_ : bytes_.substr(0, line_.text), at_ + 1);
    if (close == npos) {
      open_quote_ = at_;
      if (may_be_text) return false;
      throw Malformed(at_, "the quote that opens a field here is never closed");
    }
    const std::size_t after = close + 1;
    if (after > line_.text) line_ = LineEnd(bytes_, after);
    if (after != line_.text && bytes_[after] != separator_) {
      if (may_be_text) return false;
      const std::string_view rest = bytes_.substr(after, line_.text - after);
      throw Malformed(at_, std::string("expected '") + separator_ +
                               "' or the end of the line after a field in quotes, found '" + escaped(rest) +
                               "'; quotes in it are written twice");
    }
    field = {bytes_.substr(at_ + 1, close - at_ - 1), true};
    pass(after);
    return true;
  }

  std::string_view bytes_;
  char separator_;
  bool over_lines_;
  std::size_t at_;  // the start of the next field
  LineEnd line_;    // of the line in which it starts
  std::size_t open_quote_ = npos;
  bool empty_;
  bool ended_ = false;
};

void append(std::string& to, const Field& field) {
  std::string_view text = field.text;
  if (field.quoted) {
    for (std::size_t quote = 0; (quote = text.find('"')) != text.npos; text.remove_prefix(quote + 2))
      to += text.substr(0, quote + 1);
  }
  to += text;
}

// ---- records over several lines, in a table with tabs ----

/// A line, or the rest of one from the start of a field on, by itself.
struct LineFields {
  LineFields(std::string_view bytes, std::size_t at) {
    RecordFields line(bytes, at, tab, false);
    for (Field field; line.next(field); ++count) {
      if (open_quote != npos || line.open_quote() == npos) continue;
      open_quote = line.open_quote();
      before = count;
    }
    next = line.end();
  }

  std::size_t count = 0;
  /// Opens a field and is not closed on the line. No line has two: after it quotes stand in pairs, and of the quotes
  /// at the start of a later field one would remain, which closes that field.
  std::size_t open_quote = npos;
  std::size_t before = 0;  ///< how many fields stand before that one
  std::size_t next = 0;    ///< the start of the next line
};

/// Finds the records that go on over several lines, by the rule of the header. What would be such a record can begin on
/// many lines and fail each time, but the bytes are gone through once: the search for what closes a quote ends on the
/// next line that leaves a quote open, or before; and what follows from there to the next such quote is kept, since
/// what begins on later lines goes on through the same quotes.
class RecordsOverLines {
 public:
  struct Record {
    std::size_t fields, end;
  };

  /// `fields`: how many a record has; npos if that is not known. Without `whole` the bytes may go on.
  RecordsOverLines(std::string_view bytes, bool whole, std::size_t fields) noexcept
      : bytes_(bytes), whole_lines_(whole ? npos : bytes.rfind('\n') + 1), fields_(fields) {}

  /// The start of the first line from that one on which leaves a quote open and is not the last; else the end of the
  /// bytes.
  std::size_t next_open_line(std::size_t line) const noexcept;

  /// The end of the record that begins with that line; npos if that depends on what follows the bytes. Lines are asked
  /// for in ascending order.
  std::size_t end_of(std::size_t begin);

  /// Whether it goes on after its first line. Asked for each record.
  bool goes_on(std::size_t begin) {
    if (open_line_ < begin) open_line_ = next_open_line(begin);
    return begin == open_line_ && end_of(begin) > LineEnd(bytes_, begin).next;
  }

  /// What begins with that line and goes on in quotes; empty if there is no such record of the size allowed, or if it
  /// has too many fields. REQUIRES: the line leaves a quote open
  std::optional<Record> over_lines(std::size_t begin, const LineFields& line);

 private:
  /// A quote that opens a field which goes on after its line.
  struct Opening {
    std::size_t quote;
    std::size_t fields;  // before it, counted from the first opening
  };

  void pass_opening();

  std::string_view bytes_;
  std::size_t whole_lines_;  // the end of the last line that is known to its end
  std::size_t fields_;
  std::size_t open_line_ = 0;  // the next one
  // Openings, each of which is closed on the line of the next one.
  std::deque<Opening> openings_;
  enum class State { open, closed, text } state_ = State::text;  // of the last one; text: what closes it is text
  std::size_t read_fields_ = 0;                                  // up to the last one, or if it is closed, to the end
  std::size_t read_end_ = 0;                                     // the end of the last line that was read
};

std::size_t RecordsOverLines::next_open_line(std::size_t line) const noexcept {
  std::size_t line_feed = bytes_.find('\n', line), quote = line;
  while ((quote = bytes_.find('"', quote)) != npos) {
    if (line_feed < quote) line_feed = bytes_.find('\n', quote);
    if (line_feed == npos) break;
    const std::size_t next = quote + 1;
    if (quote == 0 || bytes_[quote - 1] == tab || bytes_[quote - 1] == '\n') {
      const std::size_t close = closing_quote(bytes_, next);
      if (close > line_feed) return bytes_.rfind('\n', quote) + 1;
      if (bytes_[close + 1] == tab || line_ends(bytes_, close + 1)) {
        quote = close + 1;
        continue;
      }
    }
    quote = next;
  }
  return bytes_.size();
}

std::size_t RecordsOverLines::end_of(std::size_t begin) {
  const LineFields line(bytes_, begin);
  const std::size_t unknown = bytes_.size() - begin <= most_over_lines ? npos : line.next;
  if (line.open_quote == npos) return line.next;
  if (fields_ > 1 && line.count == fields_) {
    const LineFields next(bytes_, line.next);
    if (next.next > whole_lines_) return unknown;
    if (next.count == fields_) return line.next;
  }
  const std::optional<Record> record = over_lines(begin, line);
  if (read_end_ > whole_lines_) return unknown;
  return record && record->fields == fields_ ? record->end : line.next;
}

auto RecordsOverLines::over_lines(std::size_t begin, const LineFields& line) -> std::optional<Record> {
  while (!openings_.empty() && openings_.front().quote < line.open_quote) openings_.pop_front();
  if (openings_.empty() || openings_.front().quote != line.open_quote) {
    openings_.assign(1, {line.open_quote, 0});
    read_fields_ = 0;
    read_end_ = line.next;
    state_ = State::open;
  }
  const auto fields = [&] { return line.before + read_fields_ - openings_.front().fields; };
  while (state_ == State::open && fields() < fields_ && openings_.back().quote - begin < most_over_lines)
    pass_opening();
  if (state_ != State::closed || read_end_ - begin > most_over_lines) return std::nullopt;
  return Record{fields(), read_end_};
}

/// Goes from the last opening to the next one, or to the end of the record.
void RecordsOverLines::pass_opening() {
  const std::size_t close = closing_quote(bytes_, openings_.back().quote + 1);
  if (close == npos || close + 1 == bytes_.size() || bytes_[close + 1] != tab) {
    state_ = close != npos && line_ends(bytes_, close + 1) ? State::closed : State::text;
    read_end_ = close == npos ? npos : LineEnd(bytes_, close).next;
    ++read_fields_;
    return;
  }
  const LineFields rest(bytes_, close + 2);
  read_end_ = rest.next;
  read_fields_ += 1 + (rest.open_quote == npos ? rest.count : rest.before);
  if (rest.open_quote == npos)
    state_ = State::closed;
  else
    openings_.push_back({rest.open_quote, read_fields_});
}

// ---- the reader ----

class DelimitedRecords final : public RecordReader {
 public:
  /// `fields`: how many the first record has, in a table with tabs. `name` is empty if there is no header.
  DelimitedRecords(char separator, std::size_t fields, std::size_t column, std::string name, std::size_t header_size)
      : separator_(separator), fields_(fields), column_(column), name_(std::move(name)), header_size_(header_size) {}

  std::size_t header_size() const noexcept override { return header_size_; }
  std::size_t whole_records(std::string_view bytes, bool whole) const noexcept override;
  void extract(std::string_view records, ExtractedText& to) const override;

 private:
  std::size_t whole_lines(std::string_view bytes) const;
  void append_text(RecordFields& fields, std::size_t begin, std::string& to) const;

  char separator_;
  std::size_t fields_;
  std::size_t column_;
  std::string name_;
  std::size_t header_size_;
};

std::size_t DelimitedRecords::whole_records(std::string_view bytes, bool whole) const noexcept {
  if (whole) return bytes.size();
  if (separator_ == tab) return whole_lines(bytes);
  std::size_t records = 0;        // the end of the last record found
  std::size_t plain = 0, at = 0;  // what stands between them is outside of quotes
  while (true) {
    const std::size_t quote = bytes.find('"', at);
    if (quote != npos && quote > 0 && bytes[quote - 1] != separator_ && bytes[quote - 1] != '\n') {
      at = quote + 1;  // in the middle of a field it is text
      continue;
    }
    const std::size_t line_feed = bytes.substr(plain, quote - plain).rfind('\n');
    if (line_feed != npos) records = plain + line_feed + 1;
    if (quote == npos) return records;
    const std::size_t close = closing_quote(bytes, quote + 1);
    if (close == npos) return records;
    plain = at = close + 1;
  }
}

/// For a table with tabs.
std::size_t DelimitedRecords::whole_lines(std::string_view bytes) const {
  RecordsOverLines over_lines(bytes, false, fields_);
  std::size_t line = 0;
  while ((line = over_lines.next_open_line(line)) < bytes.size()) {
    const std::size_t end = over_lines.end_of(line);
    if (end == npos) return line;
    line = end;
  }
  return bytes.rfind('\n') + 1;
}

void DelimitedRecords::extract(std::string_view records, ExtractedText& to) const {
  RecordsOverLines over_lines(records, true, fields_);
  for (std::size_t begin = 0; begin < records.size();) {
    RecordFields fields(records, begin, separator_, separator_ != tab || over_lines.goes_on(begin));
    if (!fields.empty()) {
      const std::size_t text = to.text.size();
      try {
        append_text(fields, begin, to.text);
      } catch (const Malformed& malformed) {
        to.text.resize(text);
        const auto line = std::ranges::count(records.substr(0, malformed.at()), '\n');
        to.problem = {static_cast<std::uint64_t>(line), malformed.what()};
        return;
      }
      to.end_record(text);
    }
    begin = fields.end();
  }
}

/// Reads the record to its end. `begin`: where it begins, for messages.
void DelimitedRecords::append_text(RecordFields& fields, std::size_t begin, std::string& to) const {
  Field field;
  for (std::size_t i = 0; i <= column_; ++i) {
    if (!fields.next(field))
      throw Malformed(begin, "the record has " + std::to_string(i) + (i == 1 ? " field; " : " fields; ") +
                                 (name_.empty() ? "the text" : "column '" + escaped(name_) + "'") + " is field " +
                                 std::to_string(column_ + 1));
  }
  append(to, field);
  fields.skip();
}

// ---- the first record ----

std::size_t after_empty_lines(std::string_view start) {
  std::size_t at = 0;
  while (start.substr(at).starts_with('\n') || start.substr(at).starts_with("\r\n")) at = start.find('\n', at) + 1;
  return at;
}

/// `start` begins with the first record.
char separator_of_first(std::string_view start) {
  constexpr std::string_view separators = "\t;,", after_field = "\t;,\r\n";
  std::array<std::size_t, separators.size()> counts{};
  bool field_begins = true;
  for (std::size_t i = 0; i < start.size() && start[i] != '\n'; ++i) {
    if (start[i] == '"' && field_begins) {
      const std::size_t close = closing_quote(start, i + 1);
      // Else the quote is text, as it may be in a table with tabs.
      if (close != start.npos && (close + 1 == start.size() || after_field.find(start[close + 1]) != after_field.npos))
        i = close;
    }
    const std::size_t found = separators.find(start[i]);
    field_begins = found != separators.npos;
    if (field_begins) ++counts[found];
  }
  if (counts[0] > 0) return tab;
  return counts[1] > counts[2] ? ';' : ',';
}

/// How many fields the first record has, in a table with tabs. `begin`: where it begins. If its line leaves a quote
/// open, the record may go on over lines. It is that line alone if the next one has as many fields and the record after
/// it has not as many as the one over lines.
std::size_t fields_of_first(std::string_view start, std::size_t begin) {
  const LineFields line(start, begin);
  if (line.open_quote == npos) return line.count;
  const auto record = RecordsOverLines(start, true, npos).over_lines(begin, line);
  if (!record) return line.count;
  if (line.count == 1 || LineFields(start, line.next).count != line.count) return record->fields;
  const std::size_t at = record->end + after_empty_lines(start.substr(record->end));
  const LineFields after(start, at);
  const bool as_many = at == start.size() || after.count == record->fields ||
                       RecordsOverLines(start, true, record->fields).end_of(at) > after.next;
  return as_many ? record->fields : line.count;
}

/// The number of a column, from 1; 0 if it is a name.
std::size_t number_of(const std::string& column) {
  if (column.empty() || !std::ranges::all_of(column, is_ascii_digit)) return 0;
  std::uint32_t number = 0;
  const auto read = std::from_chars(column.data(), column.data() + column.size(), number);
  if (read.ec != std::errc() || number == 0)
    throw OptionError("a column is named or numbered from 1, got " + escaped(column));
  return number;
}

/// The names in the first record. Throws Malformed.
std::vector<std::string> names_in(RecordFields& header) {
  std::vector<std::string> names;
  for (Field field; header.next(field);) append(names.emplace_back(), field);
  return names;
}

/// The column of that name. Throws Malformed unless there is one.
std::size_t column_named(const std::string& column, const std::vector<std::string>& names, std::size_t begin) {
  const auto place = std::ranges::find(names, column);
  if (place == names.end())
    throw Malformed(begin, "there is no column '" + escaped(column) + "'; there " +
                               (names.size() == 1 ? "is only " : "are ") + quoted_names(names));
  if (const auto count = std::ranges::count(names, column); count > 1)
    throw Malformed(begin, "expected one column '" + escaped(column) + "', found " + std::to_string(count));
  return static_cast<std::size_t>(place - names.begin());
}

/// For a column that has a name. `begin`: where the header begins. Throws Malformed.
std::unique_ptr<const RecordReader> reader_with_header(const std::string& column, std::string_view start, bool whole,
                                                       std::size_t begin, char separator, std::size_t fields) {
  if (begin == start.size())
    throw Malformed(0, "the file is empty; expected a header with the column '" + escaped(column) + "'");
  if (!whole && DelimitedRecords(separator, fields, 0, "", 0).whole_records(start, false) <= begin)
    throw Malformed(begin, "the header has more than " + std::to_string(start.size() - begin) + " bytes");
  const bool over_lines =
      separator != tab || RecordsOverLines(start, true, fields).end_of(begin) > LineEnd(start, begin).next;
  RecordFields header(start, begin, separator, over_lines);
  const std::size_t place = column_named(column, names_in(header), begin);
  return std::make_unique<DelimitedRecords>(separator, fields, place, column, header.end());
}

}  // namespace

std::unique_ptr<const RecordReader> delimited_records(const std::string& column, std::string_view start, bool whole,
                                                      const std::string& name) {
  const std::size_t begin = after_empty_lines(start);
  const char separator = separator_of_first(start.substr(begin));
  const std::size_t fields = separator == tab ? fields_of_first(start, begin) : 0;
  if (const std::size_t number = number_of(column); number > 0)
    return std::make_unique<DelimitedRecords>(separator, fields, number - 1, "", 0);
  try {
    return reader_with_header(column, start, whole, begin, separator, fields);
  } catch (const Malformed& malformed) {
    const auto line = 1 + std::ranges::count(start.substr(0, malformed.at()), '\n');
    throw Error(name + ":" + std::to_string(line) + ": " + malformed.what());
  }
}

}  // namespace equivec
