#include "equivec/base/characters.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/output_file.hpp"
#include "src/vectors/formats/format.hpp"
#include "src/vectors/formats/text_rows.hpp"

#include <algorithm>
#include <limits>

// word2vec text: "rows dimension", then on each line a word and its numbers. Written by word2vec.c (with a space at the
// end of each line), gensim (with the shortest form of each number) and fastText (.vec, with 5 digits).

namespace equivec {

std::optional<Word2VecHeader> parse_word2vec_header(std::string_view bytes) {
  const std::string_view start = bytes.substr(0, 128);
  if (start.empty() || is_space(start.front())) return std::nullopt;  // no program writes one so
  const std::size_t end = std::min(start.find('\n'), start.size());
  std::vector<std::string_view> fields;
  tokenize(
      start.substr(0, end), [&](std::string_view field) { fields.push_back(field); }, [] {});
  if (fields.size() != 2) return std::nullopt;
  // Two integers are a header even if their values are impossible: below zero, or beyond 64 bits.
  for (std::string_view field : fields) {
    if (field.starts_with('-')) field.remove_prefix(1);
    if (field.empty() || field.find_first_not_of("0123456789") != field.npos) return std::nullopt;
  }
  constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
  return Word2VecHeader{parse_number<std::uint64_t>(fields[0]).value_or(largest),
                        parse_number<std::uint64_t>(fields[1]).value_or(largest), std::string(start.substr(0, end)),
                        std::min(end + 1, start.size())};
}

void refuse_header(const Source& source, const Word2VecHeader& header, std::size_t bytes_left) {
  source.fail(1, "the header '" + header.line + "' promises more rows or numbers than the " +
                     std::to_string(bytes_left) +
                     " bytes that follow can hold; the file is truncated or its header wrong");
}

std::string word2vec_header(const Embeddings& embeddings) {
  return std::to_string(embeddings.size()) + " " + std::to_string(embeddings.dimension()) + "\n";
}

namespace {

/// Whether the file ends exactly where the last binary row would.
bool is_binary_throughout(std::string_view body, const Word2VecHeader& header) {
  if (header.dimension > body.size() / sizeof(float)) return false;
  for (std::uint64_t row = 0; row < header.rows; ++row) {
    body.remove_prefix(std::min(body.find_first_not_of('\n'), body.size()));
    const std::size_t blank = body.find(' ');
    if (blank == body.npos || body.size() - blank - 1 < header.dimension * sizeof(float)) return false;
    body.remove_prefix(blank + 1 + header.dimension * sizeof(float));
  }
  return body.find_first_not_of('\n') == body.npos;
}

}  // namespace

bool is_text_after_header(std::string_view bytes, const Word2VecHeader& header) {
  const std::string_view body = bytes.substr(header.bytes);
  const std::string_view line = body.substr(std::min(body.find_first_not_of('\n'), body.size()));
  std::size_t fields = 0;
  if (trailing_numbers(line.substr(0, line.find('\n')), fields) >= header.dimension)
    return header.dimension > 1 || !is_binary_throughout(body, header) ||
           static_cast<std::uint64_t>(std::ranges::count(body, '\n')) == header.rows;
  // Faulty text, or binary: text has no such bytes, and does not end exactly where binary rows would.
  if (std::ranges::any_of(body.substr(0, 8192),
                          [](char c) { return (c >= 0 && c < ' ' && !is_space(c)) || c == 0x7f; }))
    return false;
  return !is_binary_throughout(body, header);
}

namespace {

/// Throws Error if all of the first rows have more numbers than the header promises: they would become words such as
/// "the 0.1 0.2". One such row may be a word that ends in a number.
void require_dimension_of_rows(const Source& source, const Word2VecHeader& header, std::string_view text) {
  std::size_t rows = 0, least = std::numeric_limits<std::size_t>::max(), fields = 0;
  for_each_line(text, [&](std::string_view line, std::size_t number) {
    const std::size_t numbers = trailing_numbers(line, fields);
    if (fields > 0) {
      ++rows;
      least = std::min(least, numbers);
    }
    return least > header.dimension && number < 100;
  });
  if (rows > 1 && least > header.dimension)
    source.fail(1, "the header promises rows of " + std::to_string(header.dimension) + " numbers, they have " +
                       std::to_string(least) + "; correct it, or remove it and read glove-text");
}

bool recognizes(std::string_view bytes) {
  const auto header = parse_word2vec_header(bytes);
  return header && is_text_after_header(bytes, *header);
}

Embeddings read(const Source& source, const ReadContext& context) {
  const auto header = parse_word2vec_header(source.bytes());
  if (!header)
    source.fail(1,
                "expected the number of rows and of dimensions, as word2vec text begins; if it has no such line it is "
                "glove-text");
  const std::string_view text = source.bytes().substr(header->bytes);
  if (header->dimension == 0) source.fail(1, "the header promises rows of 0 numbers");
  if (header->dimension > text.size() || header->rows > (text.size() + 1) / (2 * header->dimension + 1))
    refuse_header(source, *header, text.size());
  require_dimension_of_rows(source, *header, text);
  return read_text_rows(source, context, text, 2, header->dimension, header->rows);
}

void write(OutputFiles& files, const std::filesystem::path& path, const Embeddings& embeddings, Progress* progress) {
  require_words_without(" \t\n\v\f\r", embeddings, "word2vec-text");
  OutputFile& file = files.open(path);
  file.write(word2vec_header(embeddings));
  write_text_rows(file, embeddings, progress);
}

}  // namespace

const FormatRow word2vec_text_format = {{Format::word2vec_text, "word2vec-text", ".vec",
                                         "rows and dimension on the first line, then a word and its numbers a line"},
                                        recognizes,
                                        read,
                                        write};

}  // namespace equivec
