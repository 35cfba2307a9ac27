#include "equivec/vectors/formats.hpp"

#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/text/corpus.hpp"
#include "src/base/memory.hpp"
#include "src/base/parallel.hpp"
#include "src/base/suggestion.hpp"
#include "src/base/text_numbers.hpp"
#include "src/counts/vocabulary_builder.hpp"
#include "src/files/decompress.hpp"
#include "src/files/file_kind.hpp"
#include "src/files/safetensors.hpp"
#include "src/vectors/finite.hpp"
#include "src/vectors/formats/format.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <memory>
#include <system_error>

namespace equivec {

namespace {

/// The table of formats. A new one is a file in src/vectors/formats and a line here. Recognition asks them in this
/// order.
const std::array all_formats = {&native_format,          &npy_format,
                                &fasttext_format,        &finalfusion_format,
                                &projector_format,       &word2vec_text_format,
                                &word2vec_binary_format, &glove_text_format,
                                &model2vec_format,       &sentence_transformers_format};

const FormatRow& row_of(Format format) {
  return **std::ranges::find(all_formats, format, [](const FormatRow* row) { return row->info.format; });
}

/// Whether a text begins as floret's vectors do: buckets, dimension, least and greatest length, hashes and seed, then
/// the marks of a word's begin and end.
bool is_floret_text(std::string_view bytes) {
  std::vector<std::string_view> fields;
  const std::string_view line = bytes.substr(0, 256);
  tokenize(
      line.substr(0, line.find('\n')), [&](std::string_view field) { fields.push_back(field); }, [] {});
  const auto is_count = [](std::string_view field) { return parse_number<std::uint64_t>(field).has_value(); };
  return fields.size() == 8 && std::all_of(fields.begin(), fields.begin() + 6, is_count) && !is_count(fields[6]) &&
         !is_count(fields[7]);
}

/// Whether a file can be an array of 64-bit floats as models have them, neither huge nor tiny, as GloVe's binary is.
bool is_doubles(std::string_view bytes) {
  constexpr std::size_t most = 4096;
  if (bytes.size() < 4 * sizeof(double) || bytes.size() % (2 * sizeof(double)) != 0) return false;
  bool any = false;
  for (std::size_t i = 0; i < std::min(most, bytes.size() / sizeof(double)); ++i) {
    double number = 0;
    std::memcpy(&number, bytes.data() + i * sizeof(double), sizeof(double));
    if (number == 0) continue;
    any = true;
    if (!(std::abs(number) > 1e-12 && std::abs(number) < 1e6)) return false;
  }
  return any;
}

/// Throws Error for files of other programs that are often mistaken for vectors.
void refuse_foreign(const Source& source) {
  const std::string_view bytes = source.bytes();
  if (bytes.empty()) source.fail("is empty");
  // The first begins with a length, whose bytes may be anything.
  for (const FormatRow* row : {&native_format, &fasttext_format, &finalfusion_format})
    if (row->recognizes && row->recognizes(bytes)) return;
  if (const FileKind* kind = foreign_kind(bytes)) source.fail(kind->message());
  if (is_floret_text(bytes))
    source.fail(
        "holds floret's vectors, which are those of n-grams; print those of your words with: floret "
        "print-word-vectors");
}

Source open_source(const std::filesystem::path& file, const Progress* progress = nullptr) {
  Source source{file, file == "-" ? "standard input" : file.string(), open_decompressed(file, progress)};
  refuse_foreign(source);
  return source;
}

[[noreturn]] void refuse_unknown(const Source& source) {
  if (is_doubles(source.bytes()))
    source.fail(
        "holds 64-bit numbers without words, as GloVe's -binary 1 writes them; read it with convert --vocabulary and "
        "the words that it was trained with");
  if (source.bytes().substr(0, 4096).find('\0') != std::string_view::npos)
    source.fail("is a binary file of unknown kind; known are native, npy, word2vec-binary, fasttext and finalfusion");
  if (is_words_and_counts(source.bytes()))
    source.fail(
        "holds words and counts, not vectors; vectors of one number are read by convert --input-format glove-text");
  source.fail(1, "expected word vectors, found text whose lines do not end in numbers");
}

const FormatRow& recognize(const Source& source) {
  const auto found = std::ranges::find_if(
      all_formats, [&](const FormatRow* row) { return row->recognizes && row->recognizes(source.bytes()); });
  if (found == all_formats.end()) refuse_unknown(source);
  return **found;
}

bool is_folder(const std::filesystem::path& file) {
  std::error_code ignored;
  return file != "-" && std::filesystem::is_directory(file, ignored);
}

const FormatRow& recognize_folder(const std::filesystem::path& folder) {
  std::string names;
  for (const FormatRow* row : all_formats)
    if (row->recognizes_folder) {
      if (row->recognizes_folder(folder)) return *row;
      names += (names.empty() ? "" : ", ") + std::string(row->info.name);
    }
  throw Error(folder.string() + ": is a folder of no known kind; known are " + names);
}

/// What rows the options drop and the reader, which mapped them, has not.
Embeddings without_rows_not_finite(const std::string& source, const ReadContext& context, Embeddings all) {
  if (context.options.not_finite != NotFinite::drop) return all;
  std::vector<WordId> kept;
  std::optional<WordId> first;
  for (std::size_t row = 0; row < all.size(); ++row)
    if (all.matrix().row(static_cast<Eigen::Index>(row)).allFinite())
      kept.push_back(word_id(row));
    else if (!first)
      first = word_id(row);
  if (!first) return all;
  if (kept.empty()) throw Error(source + ": every row has a value that is not a finite number");
  context.notice(dropped_rows(source, all.size() - kept.size(), all.vocabulary().word(*first)));
  return selected(all, kept);
}

}  // namespace

std::span<const FormatInfo> formats() noexcept {
  static const auto infos = [] {
    std::array<FormatInfo, all_formats.size()> result;
    std::ranges::transform(all_formats, result.begin(), [](const FormatRow* row) { return row->info; });
    return result;
  }();
  return infos;
}

Format format_from_name(std::string_view name) {
  std::string names;
  for (const FormatInfo& info : formats()) {
    if (info.name == name) return info.format;
    names += (names.empty() ? "" : ", ") + std::string(info.name);
  }
  throw OptionError("unknown format '" + std::string(name) + "'; known are " + names);
}

Format format_from_extension(const std::filesystem::path& file, bool subwords) {
  std::string endings;
  for (const FormatInfo& info : formats()) {
    if (info.extension.empty()) continue;
    if (file.extension() == info.extension)
      return subwords && info.format == Format::word2vec_binary ? Format::fasttext : info.format;
    endings += (endings.empty() ? "" : ", ") + std::string(info.extension);
  }
  throw OptionError(file.string() + ": its extension names no format; use one of " + endings + ", or --format");
}

Embeddings only_words(const Embeddings& embeddings, const std::filesystem::path& file, Notices* notices) {
  const Vocabulary wanted = read_vocabulary(file);
  std::vector<WordId> kept;
  for (std::size_t row = 0; row < embeddings.size(); ++row)
    if (wanted.find(embeddings.vocabulary().word(word_id(row)))) kept.push_back(word_id(row));
  const Embeddings all = embeddings.with_composed_words();
  for (std::size_t row = 0; all.subwords() && row < wanted.size(); ++row)
    if (const auto word = all.vocabulary().find(wanted.word(word_id(row))); word && index(*word) >= all.size())
      kept.push_back(*word);
  if (kept.empty()) throw Error(file.string() + ": none of its " + grouped(wanted.size()) + " words has a vector");
  if (kept.size() < wanted.size() && notices)
    notices->push_back(grouped(wanted.size() - kept.size()) + " of the " + grouped(wanted.size()) + " words of " +
                       file.string() + " have no vector");
  Embeddings result = selected(all, kept);
  if (embeddings.tokenizer() && !result.tokenizer() && notices)
    notices->push_back("the tokenizer is left out, since it has words that are not in " + file.string());
  return result;
}

Format recognize_format(const std::filesystem::path& file) {
  return (is_folder(file) ? recognize_folder(file) : recognize(open_source(file))).info.format;
}

Embeddings read_embeddings(const std::filesystem::path& file, const ReadOptions& options, Notices* notices,
                           Progress* progress, Format* recognized) {
  if (is_folder(file)) {
    const FormatRow& format = options.format == Format::automatic ? recognize_folder(file) : row_of(options.format);
    if (!format.read_folder)
      throw Error(file.string() + ": is a folder, but " + std::string(format.info.name) + " is a file");
    if (recognized) *recognized = format.info.format;
    const ReadContext context{options, notices, progress};
    Embeddings embeddings = without_rows_not_finite(file.string(), context, format.read_folder(file, context));
    require_whole_inputs();
    return embeddings;
  }
  const Source source = open_source(file, progress);
  const FormatRow& format = options.format == Format::automatic ? recognize(source) : row_of(options.format);
  if (!format.read) source.fail("is a file, but " + std::string(format.info.name) + " is a folder");
  if (recognized) *recognized = format.info.format;
  const ReadContext context{options, notices, progress};
  Embeddings embeddings = without_rows_not_finite(source.name, context, format.read(source, context));
  require_whole_inputs();
  return options.subwords ? embeddings : embeddings.with_subwords(std::nullopt);
}

std::vector<std::filesystem::path> files_written(const std::filesystem::path& file, Format format) {
  const FormatRow& row = row_of(format == Format::automatic ? format_from_extension(file) : format);
  if (row.files_in) return row.files_in(file);
  std::vector<std::filesystem::path> files = {file};
  if (row.beside) files.push_back(row.beside(file));
  return files;
}

std::vector<std::filesystem::path> files_read(const std::filesystem::path& file) {
  if (is_folder(file)) {
    for (const FormatRow* row : all_formats)
      if (row->recognizes_folder && row->recognizes_folder(file))
        return row->files_of ? row->files_of(file) : row->files_in(file);
    return {file};
  }
  std::vector<std::filesystem::path> files = {file};
  std::error_code ignored;
  std::string beginning(256, '\0');
  if (std::filesystem::is_regular_file(file, ignored))
    std::ifstream(file, std::ios::binary).read(beginning.data(), 256);
  for (const FormatRow* row : all_formats)
    if (row->beside && (row->recognizes(beginning) || file.string().find(row->info.extension) != std::string::npos))
      files.push_back(row->beside(file));
  return files;
}

void write_embeddings(OutputFiles& files, const std::filesystem::path& file, const Embeddings& embeddings,
                      Format format, Progress* progress) {
  if (format == Format::automatic) format = format_from_extension(file, embeddings.subwords() != nullptr);
  // The values of a mapped file were not checked on reading, but other formats must get only finite ones.
  if (format != Format::native)
    require_finite("the vectors for " + file.string(), embeddings.vocabulary(), embeddings.matrix(), 0);
  row_of(format).write(files, file, embeddings, progress);
}

void write_embeddings(const std::filesystem::path& file, const Embeddings& embeddings, Format format,
                      Progress* progress) {
  OutputFiles files;
  write_embeddings(files, file, embeddings, format, progress);
  files.commit();
}

std::string_view name_of(NotFinite value) {
  switch (value) {
    case NotFinite::refuse:
      return "refuse";
    case NotFinite::drop:
      return "drop";
    case NotFinite::keep:
      break;
  }
  return "keep";
}

// ---- shared by several formats ----

bool are_unique(std::span<const std::string_view> words) {
  WordIndex index;
  index.reserve(words.size());
  for (std::size_t row = 0; row < words.size(); ++row)
    if (index.insert(words[row], static_cast<std::uint32_t>(row), [&](std::uint32_t i) { return words[i]; }) != row)
      return false;
  return true;
}

Matrix rows_to_fill(std::size_t rows, std::size_t dimension) {
  Matrix result(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(dimension));
  void* memory = result.data();
  std::size_t bytes = rows * dimension * sizeof(float);
  if (std::align(huge_page, huge_page, memory, bytes)) advise_huge_pages(memory, bytes);
  return result;
}

Embeddings with_unique_words(const std::string& source, const ReadContext& context,
                             std::span<const std::string_view> words, Matrix vectors,
                             std::span<const std::uint64_t> counts) {
  constexpr std::size_t ahead = 16;  // words whose places in the index are prefetched
  VocabularyBuilder vocabulary;
  vocabulary.reserve(words.size());
  std::vector<std::size_t> rows;
  rows.reserve(words.size());
  std::string_view twice, not_finite;
  std::size_t not_finite_rows = 0;
  for (std::size_t row = 0; row < words.size(); ++row) {
    if (row + ahead < words.size()) vocabulary.prefetch(words[row + ahead]);
    if (context.options.not_finite == NotFinite::drop && !vectors.row(static_cast<Eigen::Index>(row)).allFinite()) {
      if (++not_finite_rows == 1) not_finite = words[row];
      continue;
    }
    if (!vocabulary.add(words[row], counts.empty() ? 0 : counts[row])) {
      twice = words[row];
      continue;
    }
    rows.push_back(row);
  }
  if (not_finite_rows > 0) {
    if (rows.empty()) throw Error(source + ": every row has a value that is not a finite number");
    context.notice(dropped_rows(source, not_finite_rows, not_finite));
  }
  if (const std::size_t repeated = words.size() - rows.size() - not_finite_rows; repeated > 0)
    context.notice(source + ": " + std::to_string(repeated) + " rows repeat an earlier word, such as '" +
                   std::string(twice) + "'; the first row of each was kept");
  if (rows.size() < words.size()) {
    for (std::size_t to = 0; to < rows.size(); ++to)
      vectors.row(static_cast<Eigen::Index>(to)) = vectors.row(static_cast<Eigen::Index>(rows[to]));
    vectors.conservativeResize(static_cast<Eigen::Index>(rows.size()), Eigen::NoChange);
  }
  return Embeddings(std::move(vocabulary).vocabulary(), std::move(vectors));
}

void check_finite(const std::string& source, const ReadContext& context, const Embeddings& embeddings) {
  if (context.options.not_finite != NotFinite::keep)
    require_finite(source, embeddings.vocabulary(), embeddings.matrix(), context.options.threads);
}

std::string dropped_rows(const std::string& source, std::size_t count, std::string_view first_word) {
  return source + ": " + std::to_string(count) + " rows have a value that is not a finite number, the first of them '" +
         escaped(first_word) + "'; they were left out";
}

void require_words_without(std::string_view separators, const Embeddings& embeddings, std::string_view format) {
  for (std::size_t row = 0; row < embeddings.size(); ++row) {
    const std::string_view word = embeddings.vocabulary().word(word_id(row));
    if (word.find_first_of(separators) != word.npos)
      throw Error("word " + std::to_string(row + 1) + ", '" + std::string(word) + "', holds white space, which " +
                  std::string(format) + " cannot keep apart from the numbers; write .safetensors");
  }
}

}  // namespace equivec
