#include "src/formats/text_rows.hpp"

#include "src/text_numbers.hpp"

#include <algorithm>

// word2vec text: "rows dimension", then on each line a word and its numbers. What word2vec.c (with a blank at the end
// of each line), gensim (with a shortest form of each number) and fastText's .vec (with 5 digits) write.

namespace equivec {

std::optional<Word2VecHeader> parse_word2vec_header(std::string_view bytes) {
  const std::size_t end = bytes.substr(0, 128).find('\n');
  if (end == bytes.npos) return std::nullopt;
  std::vector<std::string_view> fields;
  tokenize(
      bytes.substr(0, end), [&](std::string_view field) { fields.push_back(field); }, [] {});
  if (fields.size() != 2) return std::nullopt;
  const auto rows = parse_number<std::uint64_t>(fields[0]), dimension = parse_number<std::uint64_t>(fields[1]);
  if (!rows || !dimension) return std::nullopt;
  return Word2VecHeader{*rows, *dimension, end + 1};
}

std::string word2vec_header(const Embeddings& embeddings) {
  return std::to_string(embeddings.size()) + " " + std::to_string(embeddings.dimension()) + "\n";
}

bool is_text_after_header(std::string_view bytes, const Word2VecHeader& header) {
  const std::string_view body = bytes.substr(header.bytes, 8192);
  const std::size_t line_end =
      std::min(body.find('\n', body.find_first_not_of("\n") == body.npos ? 0 : 1), body.size());
  const std::string_view line = body.substr(0, line_end);
  // After the first word of a text come characters of numbers alone.
  const std::string_view after = line.substr(std::min(line.find_first_of(" \t"), line.size())).substr(0, 256);
  if (std::ranges::all_of(after, [](char c) {
        return is_space(c) || (c >= '0' && c <= '9') ||
               std::string_view("+-.eEnaifNAIF").find(c) != std::string_view::npos;
      }))
    return true;
  // A word may hold blanks; then only binary numbers have bytes that no text has.
  return std::ranges::none_of(body, [](char c) { return (c >= 0 && c < ' ' && !is_space(c)) || c == 0x7f; });
}

namespace {

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
    source.fail(1, "the header promises " + std::to_string(header->rows) + " rows of " +
                       std::to_string(header->dimension) + " numbers, which cannot be in the " +
                       std::to_string(text.size()) + " bytes that follow; the file is truncated or its header wrong");
  return read_text_rows(source, context, text, 2, header->dimension, header->rows);
}

void write(const std::filesystem::path& path, const Embeddings& embeddings, Progress* progress) {
  require_words_without(" \t\n\v\f\r", embeddings, "word2vec-text");
  AtomicFile file(path);
  file.write(word2vec_header(embeddings));
  write_text_rows(file, embeddings, progress);
  file.commit();
}

}  // namespace

const FormatRow word2vec_text_format = {{Format::word2vec_text, "word2vec-text", ".vec",
                                         "rows and dimension on the first line, then a word and its numbers a line"},
                                        recognizes,
                                        read,
                                        write};

}  // namespace equivec
