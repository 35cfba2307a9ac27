#include "equivec/base/characters.hpp"
#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/lines.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/output_file.hpp"
#include "src/vectors/formats/format.hpp"
#include "src/vectors/formats/text_rows.hpp"

#include <algorithm>
#include <limits>
#include <map>

// GloVe text: a word and its numbers on each line, without a header. Some words of the published files contain spaces.

namespace equivec {

bool is_words_and_counts(std::string_view bytes) {
  std::size_t rows = 0;
  std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
  bool counts = true;
  for_each_line(bytes, [&](std::string_view line, std::size_t number) {
    std::size_t fields = 0;
    trailing_numbers(line, fields);
    if (fields == 0) return true;
    const auto count = parse_number<std::uint64_t>(trimmed(line.substr(std::min(line.find(' '), line.size()))));
    counts = fields == 2 && count && *count <= last;
    if (count) last = *count;
    ++rows;
    return counts && number < 100;
  });
  return counts && rows > 1;
}

namespace {

/// The most common number of numbers at the end of the first lines; on ties the smaller. A word may look like a number
/// or end in one, so that its line has one more, and a faulty line may have fewer.
std::size_t dimension_of(std::string_view bytes) {
  std::map<std::size_t, int> lines_with;
  for_each_line(bytes, [&](std::string_view line, std::size_t number) {
    std::size_t fields = 0;
    const std::size_t numbers = trailing_numbers(line, fields);
    if (fields > 0) ++lines_with[numbers];
    return number < 100;
  });
  const auto most = std::ranges::max_element(lines_with, {}, [](const auto& entry) { return entry.second; });
  return most == lines_with.end() ? 0 : most->first;
}

bool recognizes(std::string_view bytes) {
  return !parse_word2vec_header(bytes) && dimension_of(bytes) > 0 && !is_words_and_counts(bytes);
}

Embeddings read(const Source& source, const ReadContext& context) {
  const std::size_t dimension = dimension_of(source.bytes());
  if (dimension == 0) source.fail(1, "expected a word and its numbers on each line, found most lines without");
  return read_text_rows(source, context, source.bytes(), 1, dimension, std::nullopt);
}

void write(OutputFiles& files, const std::filesystem::path& path, const Embeddings& embeddings, Progress* progress) {
  require_words_without("\n\r", embeddings, "glove-text");
  // Readers take the most common number of numbers on the first lines for the dimension.
  const std::size_t first = std::min<std::size_t>(embeddings.size(), 100);
  std::size_t numbered = 0;
  for (std::size_t row = 0; row < first; ++row) {
    std::size_t fields = 0;
    numbered += trailing_numbers(embeddings.vocabulary().word(word_id(row)), fields) > 0;
  }
  if (2 * numbered >= first && numbered > 0)
    throw Error(std::to_string(numbered) + " of the first " + std::to_string(first) +
                " words end in a blank and a number, which glove-text cannot tell from the vector; write .safetensors");
  for (std::size_t row = 0; row < embeddings.size(); ++row)
    if (is_space(embeddings.vocabulary().word(word_id(row)).back()))
      throw Error("word " + std::to_string(row + 1) +
                  " ends in white space, which glove-text cannot keep; write .safetensors");
  OutputFile& file = files.open(path);
  if (embeddings.size() > 0) file.write(mark_before(embeddings.vocabulary().word(word_id(0))));
  write_text_rows(file, embeddings, progress);
}

}  // namespace

const FormatRow glove_text_format = {
    {Format::glove_text, "glove-text", ".txt", "a word and its numbers a line, without a header"},
    recognizes,
    read,
    write};

}  // namespace equivec
