#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// A table read character by character, as its rules are written down.
struct PlainTable {
  std::vector<std::vector<std::string>> records;  // those before the first that is malformed
  std::vector<std::size_t> ends;                  // the ends of all lines that end a record or are empty
  std::vector<std::size_t> known;                 // for each, how many bytes tell at the latest that one ends there
  bool malformed = false;

  /// `fields`: how many the table's first record has.
  PlainTable(std::string_view bytes, char separator, std::size_t fields)
      : bytes_(bytes), separator_(separator), fields_in_first_(fields) {
    if (separator == '\t')
      read_tabbed();
    else
      read_quoted();
    known.resize(ends.size());
    for (std::size_t i = 0; i < ends.size(); ++i) known[i] = std::max({known[i], ends[i], i > 0 ? known[i - 1] : 0});
  }

  /// The fields of that number, each followed by a line feed; those before the first record that lacks it.
  std::string column(std::size_t number) const {
    std::string text;
    for (const auto& record : records) {
      if (record.size() < number) break;
      text += record[number - 1] + '\n';
    }
    return text;
  }

  /// The most that whole_records() may give of the first `cut` bytes, which may go on, and the least that it must.
  std::size_t most_whole(std::size_t cut) const { return last_end(ends, cut); }
  std::size_t least_whole(std::size_t cut) const { return last_end(known, cut); }

 private:
  /// The end of the last record whose limit is no more than `cut`.
  std::size_t last_end(const std::vector<std::size_t>& limits, std::size_t cut) const {
    std::size_t end = 0;
    for (std::size_t i = 0; i < ends.size() && limits[i] <= cut; ++i) end = ends[i];
    return end;
  }

  /// What begins at some place, read as one record.
  struct Reading {
    std::vector<std::string> fields = {""};
    std::size_t next = 0;   // the start of the next one
    bool open = false;      // nothing closes a quote at the start of a field: on its line; or, read over lines, at all
    std::size_t close = 0;  // the last place at which a field in quotes might end
  };

  void read_tabbed() {
    for (std::size_t begin = 0; begin < bytes_.size(); begin = ends.back()) {
      Reading record = read(begin, false);
      std::size_t tells = record.next;
      if (record.open) {
        const Reading next = read(record.next, false), lines = read(begin, true);
        const auto fits = [&](const Reading& reading) { return reading.fields.size() == fields_in_first_; };
        const bool two_records = fields_in_first_ > 1 && fits(record) && fits(next);
        if (!two_records && !lines.open && fits(lines) && lines.next - begin <= most_over_lines) record = lines;
        tells = std::max(line_after(next.next - 1), line_after(lines.close));
        tells = std::min(tells, begin + most_over_lines + 1);
      }
      if (!line_ends(begin)) records.push_back(record.fields);
      if (bytes_[record.next - 1] != '\n') break;
      ends.push_back(record.next);
      known.push_back(tells);
    }
  }

  bool line_ends(std::size_t at) const {
    if (at < bytes_.size() && bytes_[at] == '\r') ++at;
    return at >= bytes_.size() || bytes_[at] == '\n';
  }

  /// After the line feed; larger than all the bytes if there is none.
  std::size_t line_after(std::size_t at) const {
    while (at < bytes_.size() && bytes_[at] != '\n') ++at;
    return at + 1;
  }

  /// The quote that closes the one at `at`; if there is none, the end of the line or of the bytes.
  std::size_t close_of(std::size_t at, bool over_lines) const {
    for (++at; at < bytes_.size() && (over_lines || !line_ends(at)); ++at) {
      if (bytes_[at] != '"') continue;
      if (at + 1 == bytes_.size() || bytes_[at + 1] != '"') return at;
      ++at;
    }
    return at;
  }

  Reading read(std::size_t begin, bool over_lines) const {
    Reading reading;
    std::size_t at = begin;
    for (;; ++at) {
      std::string& field = reading.fields.back();
      if (at < bytes_.size() && bytes_[at] == '"') {
        const std::size_t close = reading.close = close_of(at, over_lines);
        const bool found = close < bytes_.size() && bytes_[close] == '"';
        const bool ends_field = found && (line_ends(close + 1) || bytes_[close + 1] == '\t');
        const bool later = bytes_.substr(at, close - at).find('\n') != bytes_.npos;
        if (!found || (later && !ends_field)) reading.open = true;
        if (reading.open && over_lines) return reading;
        if (ends_field) {
          for (std::size_t i = at + 1; i < close; ++i) {
            field += bytes_[i];
            if (bytes_[i] == '"') ++i;
          }
          at = close + 1;
        }
      }
      while (!line_ends(at) && bytes_[at] != '\t') field += bytes_[at++];
      if (line_ends(at)) break;
      reading.fields.emplace_back();
    }
    reading.next = std::min(line_after(at), bytes_.size());
    return reading;
  }

  enum class State { start, plain, quoted, closed };

  void read_quoted() {
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
      const char c = bytes_[i];
      const bool quote_pair = c == '"' && i + 1 < bytes_.size() && bytes_[i + 1] == '"';
      const bool line_end = c == '\n' || (c == '\r' && (i + 1 == bytes_.size() || bytes_[i + 1] == '\n'));
      if (state_ == State::quoted) {
        if (quote_pair) ++i;
        if (c == '"' && !quote_pair)
          state_ = State::closed;
        else
          fields_.back() += c;
      } else if (c == '"' && state_ == State::start) {
        state_ = State::quoted;
        some_ = true;
      } else if (c == separator_) {
        fields_.emplace_back();
        state_ = State::start;
        some_ = true;
      } else if (line_end) {
        if (c == '\r') ++i;
        end_record();
        if (i < bytes_.size()) ends.push_back(i + 1);
      } else {
        if (state_ == State::closed) malformed = true;
        state_ = State::plain;
        fields_.back() += c;
        some_ = true;
      }
    }
    if (state_ == State::quoted) malformed = true;
    end_record();
  }

  void end_record() {
    if (some_ && !malformed) records.push_back(fields_);
    fields_ = {""};
    state_ = State::start;
    some_ = false;
  }

  std::string_view bytes_;
  char separator_;
  std::size_t fields_in_first_;
  static constexpr std::size_t most_over_lines = 512 * 1024;
  State state_ = State::start;
  std::vector<std::string> fields_ = {""};
  bool some_ = false;  // the line is not empty
};

}  // namespace equivec
