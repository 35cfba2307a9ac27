#include "src/vectors/formats/text_rows.hpp"

#include "equivec/base/characters.hpp"
#include "equivec/base/types.hpp"
#include "src/base/lines.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/output_file.hpp"

#include <algorithm>
#include <cmath>

namespace equivec {

namespace {

constexpr bool is_blank(char c) noexcept { return is_space(c) && c != '\n'; }

bool is_empty(std::string_view line) noexcept { return std::ranges::all_of(line, is_blank); }

/// for_each_line() for the lines that are not empty; empty ones are counted in the line number.
template <class F>
std::size_t for_each_row(std::string_view text, F&& f) {
  return for_each_line(text,
                       [&](std::string_view line, std::size_t number) { return is_empty(line) || f(line, number); });
}

/// Removes the last field of a line, with the blanks around it, and returns it.
std::string_view pop_field(std::string_view& line) noexcept {
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  std::size_t begin = line.size();
  while (begin > 0 && !is_blank(line[begin - 1])) --begin;
  const std::string_view field = line.substr(begin);
  line.remove_suffix(field.size());
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  return field;
}

/// The number that ends a line, which is removed with the blanks around it, if it has few digits and no exponent, as
/// most have, and something stands before it. Reads each character once; else the line stays as it is.
std::optional<float> pop_short_decimal(std::string_view& line) noexcept {
  constexpr std::size_t most_digits = 12;
  std::size_t end = line.size();
  while (end > 0 && is_blank(line[end - 1])) --end;
  std::uint64_t digits = 0, power = 1;
  std::size_t count = 0, decimals = 0;
  bool point = false;
  for (; end > 0; --end) {
    const char c = line[end - 1];
    if (const auto digit = static_cast<unsigned>(c - '0'); digit <= 9) {
      if (++count > most_digits) return std::nullopt;
      digits += digit * power;
      power *= 10;
    } else if (c == '.' && !point) {
      point = true;
      decimals = count;
    } else {
      break;
    }
  }
  if (count == 0 || end == 0) return std::nullopt;
  const bool negative = line[end - 1] == '-';
  end -= negative;
  if (end == 0 || !is_blank(line[end - 1])) return std::nullopt;
  while (end > 0 && is_blank(line[end - 1])) --end;
  const std::optional<float> value = short_decimal(digits, decimals, negative);
  if (value && end > 0) {
    line = line.substr(0, end);
    return value;
  }
  return std::nullopt;
}

/// Reads one row, whose numbers must be finite if `finite`. Returns its word, or an empty one with the reason in `why`.
std::string_view parse_row(std::string_view line, std::span<float> row, bool finite, std::string& why) {
  std::string_view word = line;
  for (std::size_t i = row.size(); i-- > 0;) {
    if (const auto short_value = pop_short_decimal(word)) {
      row[i] = *short_value;
      continue;
    }
    const std::string_view field = pop_field(word);
    const auto value = parse_float(field);
    if (field.empty() || word.empty() || !value) {
      std::size_t fields = 0;
      const std::size_t numbers = trailing_numbers(line, fields);
      why = "expected a word and " + std::to_string(row.size()) + " numbers, found " +
            (numbers + 1 < fields && fields >= row.size() + 1 ? "'" + std::string(field.substr(0, 40)) + "' among them"
                                                              : std::to_string(numbers) + " numbers");
      return {};
    }
    if (finite && !std::isfinite(*value)) {
      why = "number " + std::to_string(i + 1) + " is '" + std::string(field.substr(0, 40)) +
            "', not a finite number; convert --not-finite drop leaves such rows out";
      return {};
    }
    row[i] = *value;
  }
  return word;
}

/// A sequence of whole lines that one task reads.
struct Piece {
  std::string_view text;
  std::size_t first_line = 0, first_row = 0, lines = 0, rows = 0;
};

std::vector<Piece> pieces_of(std::string_view text) {
  constexpr std::size_t piece_size = std::size_t{1} << 20;
  std::vector<Piece> pieces;
  while (!text.empty()) {
    std::size_t end = std::min(piece_size, text.size());
    if (end < text.size()) end = std::min(text.find('\n', end - 1), text.size() - 1) + 1;
    pieces.push_back({.text = text.substr(0, end)});
    text.remove_prefix(end);
  }
  return pieces;
}

/// The text of the first `rows` rows.
std::string_view first_rows(std::string_view text, std::size_t rows) {
  std::size_t seen = 0, end = 0;
  for_each_row(text, [&](std::string_view line, std::size_t) {
    end = static_cast<std::size_t>(line.data() + line.size() - text.data());
    return ++seen < rows;
  });
  return text.substr(0, end);
}

}  // namespace

std::size_t trailing_numbers(std::string_view line, std::size_t& fields) {
  std::size_t numbers = 0;
  bool counting = true;
  fields = 0;
  while (true) {
    const std::string_view field = pop_field(line);
    if (field.empty()) break;
    ++fields;
    counting = counting && parse_float(field).has_value();
    numbers += counting;
  }
  return fields == 0 ? 0 : std::min(numbers, fields - 1);
}

Embeddings read_text_rows(const Source& source, const ReadContext& context, std::string_view text,
                          std::size_t first_line, std::size_t dimension, std::optional<std::uint64_t> expected_rows) {
  const int threads = context.options.threads;
  const std::size_t limit = context.options.limit;
  if (limit > 0) {
    text = first_rows(text, limit);
    if (expected_rows) expected_rows = std::min<std::uint64_t>(*expected_rows, limit);
  }
  auto pieces = pieces_of(text);
  parallel_for(pieces.size(), threads, [&](std::size_t i) {
    pieces[i].lines = for_each_row(pieces[i].text, [&](std::string_view, std::size_t) { return ++pieces[i].rows > 0; });
  });
  std::size_t rows = 0, lines = first_line;
  for (Piece& piece : pieces) {
    piece.first_row = rows;
    piece.first_line = lines;
    rows += piece.rows;
    lines += piece.lines;
  }

  // A row of d numbers has at least 2 d + 1 bytes. If the file is smaller, some row is short: find it before
  // allocating.
  if (rows > (text.size() + 1) / (2 * dimension + 1)) {
    for_each_row(text, [&](std::string_view line, std::size_t number) {
      std::size_t fields = 0;
      if (const std::size_t numbers = trailing_numbers(line, fields); numbers < dimension)
        source.fail(first_line + number - 1, "expected a word and " + std::to_string(dimension) + " numbers, found " +
                                                 std::to_string(numbers) + " numbers");
      return true;
    });
  }

  start(context.progress, text.size());
  Matrix vectors = rows_to_fill(rows, dimension);
  std::vector<std::string_view> words(rows);
  struct Fault {
    std::size_t line = 0;
    std::string why;
  };
  std::vector<Fault> faults(pieces.size());
  parallel_for(pieces.size(), threads, [&](std::size_t i) {
    check_cancelled(context.progress);
    const Piece& piece = pieces[i];
    std::size_t row = piece.first_row;
    for_each_row(piece.text, [&](std::string_view line, std::size_t number) {
      words[row] = parse_row(line, {vectors.data() + row * dimension, dimension},
                             context.options.not_finite == NotFinite::refuse, faults[i].why);
      if (words[row].empty()) {
        faults[i].line = piece.first_line + number - 1;
        return false;
      }
      ++row;
      return true;
    });
    if (context.progress) context.progress->done += piece.text.size();
  });
  const auto fault = std::ranges::find_if(faults, [](const Fault& f) { return f.line > 0; });
  // A truncated file has its only bad row at the end; missing rows are then the more useful message.
  const bool cut = expected_rows && rows < *expected_rows && fault != faults.end() && fault->line + 1 == lines;
  if (fault != faults.end() && !cut) source.fail(fault->line, fault->why);
  if (expected_rows && rows < *expected_rows)
    source.fail(1, "the header promises " + std::to_string(*expected_rows) + " rows, found " + std::to_string(rows) +
                       (cut ? ", the last of them incomplete" : "") +
                       "; the file is truncated, or correct its first number");
  if (expected_rows && rows > *expected_rows && limit == 0)
    context.notice(source.name + ": the header promises " + std::to_string(*expected_rows) + " rows, all " +
                   std::to_string(rows) + " were read");
  if (rows == 0) source.fail("holds no vector");
  return with_unique_words(source.name, context, words, std::move(vectors));
}

void write_text_rows(OutputFile& file, const Embeddings& embeddings, Progress* progress) {
  constexpr std::size_t rows_a_piece = 256, pieces_at_once = 64;
  start(progress, embeddings.size());
  std::vector<std::string> texts(pieces_at_once);
  for (std::size_t begin = 0; begin < embeddings.size(); begin += rows_a_piece * pieces_at_once) {
    check_cancelled(progress);
    parallel_for(pieces_at_once, 0, [&](std::size_t i) {
      std::string& text = texts[i];
      text.clear();
      const std::size_t first = begin + i * rows_a_piece;
      for (std::size_t row = first; row < std::min(first + rows_a_piece, embeddings.size()); ++row) {
        text += embeddings.vocabulary().word(word_id(row));
        for (const float value : embeddings[word_id(row)]) {
          text += ' ';
          append_number(text, value);
        }
        text += '\n';
      }
    });
    for (const std::string& text : texts) file.write(text);
    if (progress) progress->done = std::min(begin + rows_a_piece * pieces_at_once, embeddings.size());
  }
}

}  // namespace equivec
