#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/parallel.hpp"
#include "src/files/output_file.hpp"
#include "src/vectors/formats/format.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

// word2vec binary: "rows dimension" and a line feed, then for each row the word, a space and `dimension` little-endian
// floats. word2vec.c writes a line feed after the floats, gensim and the GoogleNews vectors do not: line feeds before a
// word are skipped.

namespace equivec {

namespace {

bool recognizes(std::string_view bytes) {
  const auto header = parse_word2vec_header(bytes);
  return header && !is_text_after_header(bytes, *header);
}

Embeddings read(const Source& source, const ReadContext& context) {
  const auto header = parse_word2vec_header(source.bytes());
  if (!header) source.fail("does not begin with the number of rows and of dimensions, as word2vec binary does");
  if (header->dimension == 0) source.fail(1, "the header promises rows of 0 numbers");
  std::string_view rest = source.bytes().substr(header->bytes);
  // A row has a word of at least one byte, a space and its numbers.
  if (header->dimension > rest.size() / sizeof(float) ||
      header->rows > rest.size() / (header->dimension * sizeof(float) + 2))
    refuse_header(source, *header, rest.size());
  std::size_t rows = header->rows;
  if (context.options.limit > 0) rows = std::min(rows, context.options.limit);
  if (rows == 0) source.fail("holds no vector");

  const std::size_t row_bytes = header->dimension * sizeof(float);
  std::vector<std::size_t> ends(rows);  // of the words in `text`, which is smaller and nearer than the file
  std::string text;
  std::vector<const char*> numbers(rows);
  constexpr std::size_t ahead = 8;  // rows whose words are prefetched; where they begin depends on those before
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t later = ahead * (row_bytes + 8);
    if (later + 64 < rest.size()) {
      __builtin_prefetch(rest.data() + later);
      __builtin_prefetch(rest.data() + later + 64);
    }
    while (!rest.empty() && rest.front() == '\n') rest.remove_prefix(1);
    const std::size_t blank = rest.find(' ');
    if (blank == rest.npos || rest.size() - blank - 1 < row_bytes)
      source.fail("row " + std::to_string(row + 1) + " of " + std::to_string(header->rows) +
                  " is incomplete; the file is truncated or damaged");
    text += rest.substr(0, blank);
    ends[row] = text.size();
    if (blank == 0) source.fail("row " + std::to_string(row + 1) + " has no word; the file is damaged");
    numbers[row] = rest.data() + blank + 1;
    rest.remove_prefix(blank + 1 + row_bytes);
  }
  while (!rest.empty() && rest.front() == '\n') rest.remove_prefix(1);
  if (rows == header->rows && !rest.empty())
    context.notice(source.name + ": " + std::to_string(rest.size()) + " bytes after the last row were ignored");

  std::vector<std::string_view> words(rows);
  for (std::size_t row = 0, begin = 0; row < rows; begin = ends[row++])
    words[row] = std::string_view(text).substr(begin, ends[row] - begin);

  Matrix vectors = rows_to_fill(rows, header->dimension);
  std::atomic<bool> all_finite = true;
  parallel_ranges(rows, 1024, context.options.threads, [&](std::size_t begin, std::size_t end) {
    check_cancelled(context.progress);
    for (std::size_t row = begin; row < end; ++row) {
      std::memcpy(vectors.data() + row * header->dimension, numbers[row], row_bytes);
      if (!vectors.row(static_cast<Eigen::Index>(row)).allFinite()) all_finite = false;  // while it is in the cache
    }
  });
  Embeddings result = with_unique_words(source.name, context, words, std::move(vectors));
  if (!all_finite) check_finite(source.name, context, result);
  return result;
}

void write(OutputFiles& files, const std::filesystem::path& path, const Embeddings& embeddings, Progress* progress) {
  require_words_without(" \n", embeddings, "word2vec-binary");
  OutputFile& file = files.open(path);
  file.write(word2vec_header(embeddings));
  start(progress, embeddings.size());
  std::string row_text;
  for (std::size_t row = 0; row < embeddings.size(); ++row) {
    if (row % 1024 == 0) {
      check_cancelled(progress);
      if (progress) progress->done = row;
    }
    const auto vector = embeddings[word_id(row)];
    row_text = embeddings.vocabulary().word(word_id(row));
    row_text += ' ';
    row_text.append(reinterpret_cast<const char*>(vector.data()), vector.size_bytes());
    row_text += '\n';
    file.write(row_text);
  }
}

}  // namespace

const FormatRow word2vec_binary_format = {
    {Format::word2vec_binary, "word2vec-binary", ".bin", "as word2vec-text, the numbers as 32-bit floats"},
    recognizes,
    read,
    write};

}  // namespace equivec
