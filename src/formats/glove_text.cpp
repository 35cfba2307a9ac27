#include "src/formats/text_rows.hpp"

#include <algorithm>
#include <limits>

// GloVe text: a word and its numbers on each line, without a header. Words of the published files hold blanks.

namespace equivec {

namespace {

/// The least number of numbers at the end of one of the first lines: a word may look like a number, but not all do.
std::size_t dimension_of(std::string_view bytes) {
  std::size_t dimension = std::numeric_limits<std::size_t>::max();
  for (int line = 0; line < 100 && !bytes.empty(); ++line) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    std::size_t fields = 0;
    const std::size_t numbers = trailing_numbers(bytes.substr(0, end), fields);
    if (fields > 0) dimension = std::min(dimension, numbers);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return dimension == std::numeric_limits<std::size_t>::max() ? 0 : dimension;
}

bool recognizes(std::string_view bytes) {
  return bytes.substr(0, 4096).find('\0') == bytes.npos && !parse_word2vec_header(bytes) && dimension_of(bytes) > 0;
}

Embeddings read(const Source& source, const ReadContext& context) {
  const std::string_view first = source.bytes().substr(0, source.bytes().find('\n'));
  std::size_t fields = 0;
  if (trailing_numbers(first, fields) == 0)
    source.fail(1, "expected a word and its numbers, found none at the end of the line");
  const std::size_t dimension = std::max<std::size_t>(dimension_of(source.bytes()), 1);
  return read_text_rows(source, context, source.bytes(), 1, dimension, std::nullopt);
}

void write(const std::filesystem::path& path, const Embeddings& embeddings, Progress* progress) {
  require_words_without("\n\r", embeddings, "glove-text");
  AtomicFile file(path);
  write_text_rows(file, embeddings, progress);
  file.commit();
}

}  // namespace

const FormatRow glove_text_format = {
    {Format::glove_text, "glove-text", ".txt", "a word and its numbers a line, without a header"},
    recognizes,
    read,
    write};

}  // namespace equivec
