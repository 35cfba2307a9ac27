#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/lines.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/files.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/output_file.hpp"
#include "src/vectors/formats/format.hpp"
#include "src/vectors/formats/projector_config.hpp"
#include "src/vectors/formats/projector_labels.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <optional>
#include <system_error>

// A folder for TensorBoard's projector of embeddings: the rows as little-endian floats (.bytes) or tab-separated text
// (.tsv), their words in a file of metadata, and where these are in projector_config.pbtxt, which TensorBoard reads, or
// projector_config.json, which the projector's page reads. Both are written.

namespace equivec {

namespace {

namespace fs = std::filesystem;

constexpr const char *text_config = "projector_config.pbtxt", *json_config = "projector_config.json",
                     *tensors_name = "tensors.bytes", *metadata_name = "metadata.tsv";
/// The name of a set of vectors tells whether its words are escaped. A configuration has no other place for that.
constexpr std::string_view plain_name = "word vectors", escaped_name = "word vectors (labels escaped)";

bool recognizes_folder(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / text_config, ignored) || fs::is_regular_file(folder / json_config, ignored);
}

std::vector<fs::path> files_in(const fs::path& folder) {
  return {folder / tensors_name, folder / metadata_name, folder / text_config, folder / json_config};
}

// ---- reading ----

fs::path config_in(const fs::path& folder) {
  std::error_code ignored;
  for (const char* name : {text_config, json_config})
    if (fs::is_regular_file(folder / name, ignored)) return folder / name;
  throw Error(folder.string() + ": has neither " + text_config + " nor " + json_config);
}

/// A file that a configuration names. It must be in the folder: a folder from elsewhere reads nothing of this machine.
Source open_named(const fs::path& folder, const fs::path& config, std::size_t line, const std::string& name,
                  const ReadContext& context) {
  const auto refuse = [&](const std::string& why) {
    throw Error(config.string() + ":" + std::to_string(line) + ": the file '" + name.substr(0, 200) + "' " + why);
  };
  const fs::path relative(name);
  if (name.find("://") != name.npos) refuse("is on the web; put it into the folder and name it there");
  if (name.find('\0') != name.npos) refuse("has a byte 0 in its name");
  if (relative.is_absolute() || std::ranges::find(relative, "..") != relative.end())
    refuse("is outside of the folder; put it into the folder and name it relative to that");
  const fs::path path = folder / relative;
  std::error_code error;
  if (!fs::is_regular_file(path, error)) refuse("is not in the folder");
  const fs::path inside = fs::canonical(path, error).lexically_relative(fs::canonical(folder, error));
  if (error || inside.empty() || *inside.begin() == "..")
    refuse("is a link out of the folder; copy it into the folder");
  return {path, path.string(), std::make_shared<const MappedFile>(path, context.progress)};
}

/// Rows of text: their lines, and, if each begins with a label, the labels.
struct TensorText {
  std::vector<std::string_view> rows, labels;
  std::vector<std::size_t> lines;
  std::size_t dimension = 0;
};

/// The projector takes the first column for a label if that of the first row is no number, or the row has one number
/// more than the first.
TensorText split_tensor_text(const Source& source) {
  TensorText text;
  for_each_line(source.bytes(), [&](std::string_view whole, std::size_t number) {
    std::string_view line = trimmed(whole);
    if (line.empty()) return true;
    std::size_t columns = static_cast<std::size_t>(std::ranges::count(line, '\t')) + 1;
    const std::string_view first = line.substr(0, line.find('\t'));
    const bool labelled = text.rows.empty() ? !parse_float(trimmed(first)) : columns == text.dimension + 1;
    if (labelled) {
      text.labels.push_back(first);
      line.remove_prefix(std::min(first.size() + 1, line.size()));
      --columns;
    }
    if (text.rows.empty()) text.dimension = columns;
    if (columns != text.dimension || columns == 0)
      source.fail(number, "expected " + std::to_string(std::max<std::size_t>(text.dimension, 1)) +
                              " numbers between tabs, found " + std::to_string(columns));
    text.rows.push_back(line);
    text.lines.push_back(number);
    if (!text.labels.empty() && text.labels.size() != text.rows.size())
      source.fail(number,
                  labelled ? "has a label, as rows before it have not" : "has no label, as rows before it have");
    return true;
  });
  if (text.rows.empty()) source.fail("holds no vector");
  return text;
}

Matrix parse_tensor_text(const Source& source, const TensorText& text, std::size_t rows, const ReadContext& context) {
  Matrix vectors(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(text.dimension));
  std::mutex mutex;
  std::size_t fault = rows;
  std::string found;
  parallel_ranges(rows, 256, context.options.threads, [&](std::size_t begin, std::size_t end) {
    check_cancelled(context.progress);
    for (std::size_t row = begin; row < end; ++row) {
      std::string_view rest = text.rows[row];
      for (std::size_t i = 0; i < text.dimension; ++i) {
        const std::size_t tab = std::min(rest.find('\t'), rest.size());
        const std::string_view field = trimmed(rest.substr(0, tab));
        rest.remove_prefix(std::min(tab + 1, rest.size()));
        if (const auto value = parse_float(field)) {
          vectors.data()[row * text.dimension + i] = *value;
          continue;
        }
        const std::scoped_lock lock(mutex);
        if (row < fault) {
          fault = row;
          found = field.substr(0, 40);
        }
        return;
      }
    }
  });
  if (fault < rows) source.fail(text.lines[fault], "expected a number, found '" + found + "'");
  return vectors;
}

/// Whether the rows are floats rather than text.
bool is_binary(const Source& source, const ProjectorEntry& entry) {
  const fs::path ending = source.path.extension();
  if (ending == ".bytes" || ending == ".bin") return true;
  if (ending == ".tsv" || ending == ".txt") return false;
  return entry.shape.size() == 2 && source.file->bytes().size() / sizeof(float) == entry.shape[0] * entry.shape[1];
}

/// Rows and dimension of floats: as the configuration says, or as many rows as there are labels.
std::array<std::uint64_t, 2> shape_of_floats(const Source& source, const ProjectorEntry& entry, std::size_t labels) {
  const std::uint64_t size = source.file->bytes().size();
  const std::string bytes = std::to_string(size) + " bytes";
  if (entry.shape.empty()) {
    if (labels == 0)
      source.fail("is " + bytes + " of floats, but neither a tensor_shape nor metadata say how many rows");
    if (size == 0 || size % (labels * sizeof(float)) != 0)
      source.fail("is " + bytes + ", which are not " + grouped(labels) + " rows of floats, as there are labels");
    return {labels, size / sizeof(float) / labels};
  }
  if (entry.shape.size() != 2)
    source.fail("its tensor_shape has " + std::to_string(entry.shape.size()) + " numbers, expected rows and dimension");
  const std::uint64_t rows = entry.shape[0], dimension = entry.shape[1];
  if (rows == 0 || dimension == 0) source.fail("holds no vector");
  if (dimension > size / sizeof(float) / rows || rows * dimension * sizeof(float) != size)
    source.fail("is " + bytes + ", but tensor_shape says " + grouped(rows) + " x " + grouped(dimension) +
                " floats; the file is truncated or tensor_shape wrong");
  return {rows, dimension};
}

struct Tensors {
  Matrix vectors;        // of the first rows, as the options want
  std::size_t rows = 0;  // all that there are
  std::optional<TensorText> text;
};

Tensors read_tensors(const Source& source, const ProjectorEntry& entry, std::size_t labels,
                     const ReadContext& context) {
  Tensors result;
  const auto wanted = [&] {
    return context.options.limit > 0 ? std::min(context.options.limit, result.rows) : result.rows;
  };
  if (!is_binary(source, entry)) {
    result.text = split_tensor_text(source);
    result.rows = result.text->rows.size();
    if (entry.shape.size() == 2 && (entry.shape[0] != result.rows || entry.shape[1] != result.text->dimension))
      source.fail("has " + grouped(result.rows) + " x " + grouped(result.text->dimension) +
                  " numbers, but tensor_shape says " + grouped(entry.shape[0]) + " x " + grouped(entry.shape[1]) +
                  "; correct that or take it out");
    result.vectors = parse_tensor_text(source, *result.text, wanted(), context);
    return result;
  }
  const auto [rows, dimension] = shape_of_floats(source, entry, labels);
  result.rows = rows;
  result.vectors.resize(static_cast<Eigen::Index>(wanted()), static_cast<Eigen::Index>(dimension));
  std::memcpy(result.vectors.data(), source.file->bytes().data(),
              static_cast<std::size_t>(result.vectors.size()) * sizeof(float));
  return result;
}

/// The first set of vectors whose numbers are in a file.
ProjectorEntry chosen_entry(const fs::path& config, const ReadContext& context) {
  const std::vector<ProjectorEntry> entries = read_projector_config(config);
  if (entries.empty()) throw Error(config.string() + ": names no vectors; expected 'embeddings'");
  const auto found = std::ranges::find_if(entries, [](const ProjectorEntry& entry) { return !entry.tensors.empty(); });
  if (found == entries.end())
    throw Error(config.string() + ":" + std::to_string(entries.front().line) +
                ": names no file of numbers (tensor_path): they are in a TensorFlow checkpoint; export them as .tsv");
  if (entries.size() > 1)
    context.notice(config.string() + ": names " + std::to_string(entries.size()) + " sets of vectors; that in '" +
                   found->tensors + "' was read");
  return *found;
}

Embeddings read_folder(const fs::path& folder, const ReadContext& context) {
  const fs::path config = config_in(folder);
  const ProjectorEntry entry = chosen_entry(config, context);
  const Source source = open_named(folder, config, entry.line, entry.tensors, context);
  std::optional<Source> metadata;
  if (!entry.metadata.empty()) metadata = open_named(folder, config, entry.line, entry.metadata, context);
  const bool needs_labels = entry.shape.empty() && is_binary(source, entry) && metadata;
  const std::size_t rows =
      needs_labels ? read_projector_labels(*metadata, {context.options, nullptr, nullptr}, 0).words.size() : 0;
  Tensors tensors = read_tensors(source, entry, rows, context);
  const auto wanted = static_cast<std::size_t>(tensors.vectors.rows());

  ProjectorLabels labels;
  if (metadata) labels = read_projector_labels(*metadata, context, tensors.rows);
  if (!metadata && tensors.text) labels.words = tensors.text->labels;
  std::vector<std::string> own;
  own.reserve(wanted);
  if (labels.words.empty()) {
    for (std::size_t row = 0; row < wanted; ++row) own.push_back(std::to_string(row));
    context.notice(source.name + ": has no metadata; the words are the numbers of the rows, from 0");
  } else if (entry.name == escaped_name) {
    for (std::size_t row = 0; row < wanted; ++row) own.push_back(unescaped_label(labels.words[row]));
  }
  if (!own.empty()) labels.words.assign(own.begin(), own.end());
  labels.words.resize(wanted);
  if (!labels.counts.empty()) labels.counts.resize(wanted);
  Embeddings result = with_unique_words(source.name, context, labels.words, std::move(tensors.vectors), labels.counts);
  check_finite(source.name, context, result);
  return result;
}

// ---- writing ----

void write_labels(OutputFile& file, const Vocabulary& words, bool escape) {
  const bool counts = words.total_count() > 0;
  // A file of one column must not have a line of names.
  if (counts) file.write("word\tcount\n");
  std::string line;
  for (std::size_t row = 0; row < words.size(); ++row) {
    const std::string_view word = words.word(word_id(row));
    line = escape ? escaped_label(word) : std::string(word);
    if (counts) line += '\t' + std::to_string(words.count(word_id(row)));
    line += '\n';
    file.write(line);
  }
}

void write(OutputFiles& files, const fs::path& folder, const Embeddings& embeddings, Progress* progress) {
  files.make_folder(folder);
  const Vocabulary& words = embeddings.vocabulary();
  bool escape = false;
  for (std::size_t row = 0; row < words.size() && !escape; ++row) escape = needs_escape(words.word(word_id(row)));

  OutputFile& tensors = files.open(folder / tensors_name);
  start(progress, embeddings.size());
  for (std::size_t row = 0; row < embeddings.size(); ++row) {
    if (row % 1024 == 0) {
      check_cancelled(progress);
      if (progress) progress->done = row;
    }
    tensors.write(bytes_of(embeddings[word_id(row)]));
  }
  write_labels(files.open(folder / metadata_name), words, escape);

  const std::string name(escape ? escaped_name : plain_name), rows = std::to_string(embeddings.size()),
                                                              dimension = std::to_string(embeddings.dimension());
  files.open(folder / text_config)
      .write("embeddings {\n  tensor_name: \"" + name + "\"\n  metadata_path: \"" + metadata_name +
             "\"\n  tensor_shape: " + rows + "\n  tensor_shape: " + dimension + "\n  tensor_path: \"" + tensors_name +
             "\"\n}\n");
  files.open(folder / json_config)
      .write("{\n  \"embeddings\": [\n    {\n      \"tensorName\": \"" + name + "\",\n      \"tensorShape\": [" + rows +
             ", " + dimension + "],\n      \"tensorPath\": \"" + tensors_name + "\",\n      \"metadataPath\": \"" +
             metadata_name + "\"\n    }\n  ]\n}\n");
}

}  // namespace

const FormatRow projector_format = {
    .info = {Format::projector, "projector", "", "a folder for TensorBoard's projector", true},
    .write = write,
    .recognizes_folder = recognizes_folder,
    .read_folder = read_folder,
    .files_in = files_in};

}  // namespace equivec
