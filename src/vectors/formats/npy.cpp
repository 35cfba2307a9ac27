#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/half.hpp"
#include "src/base/lines.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/decompress.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/output_file.hpp"
#include "src/vectors/formats/format.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

// NumPy's .npy with the words, one a line, in NAME.words.txt beside NAME.npy.

namespace equivec {

namespace {

using namespace std::string_view_literals;

constexpr auto magic = "\x93NUMPY"sv;

/// NAME.words.txt for NAME.npy and for NAME.npy.gz and the like; for other names, ".words.txt" is appended.
std::filesystem::path words_path(const std::filesystem::path& array) {
  std::filesystem::path file = array;
  for (const char* compressed : {".gz", ".bz2", ".xz", ".zst"})
    if (file.extension() == compressed) {
      file.replace_extension();
      break;
    }
  if (file.extension() == ".npy") file.replace_extension();
  return file += ".words.txt";
}

bool recognizes(std::string_view bytes) { return bytes.starts_with(magic); }

struct Header {
  std::string type;  // "<f4"
  std::size_t rows = 0, dimension = 0;
  std::size_t data = 0;  // where the numbers begin
};

/// The text after "'key':" in the header's Python dictionary.
std::string_view value_of(const Source& source, std::string_view dictionary, std::string_view key) {
  const std::size_t at = dictionary.find("'" + std::string(key) + "'");
  const std::size_t colon = at == dictionary.npos ? at : dictionary.find(':', at);
  if (colon == dictionary.npos) source.fail("its header lacks '" + std::string(key) + "'; the file is damaged");
  const std::string_view value = dictionary.substr(colon + 1);
  return value.substr(std::min(value.find_first_not_of(' '), value.size()));
}

Header parse_header(const Source& source) {
  const std::string_view bytes = source.bytes();
  if (!recognizes(bytes) || bytes.size() < 12) source.fail("is not a complete NumPy file");
  const bool short_length = bytes[6] == 1;
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data() + 8, short_length ? 2 : 4);
  const std::size_t start = short_length ? 10 : 12;
  if (length > bytes.size() - start) source.fail("ends inside its header; the file is truncated");
  const std::string_view dictionary = bytes.substr(start, length);
  Header header;
  header.data = start + length;

  const std::string_view type = value_of(source, dictionary, "descr");
  header.type =
      type.starts_with('\'') ? std::string(type.substr(1, type.find('\'', 1) - 1)) : std::string(type.substr(0, 8));
  if (!value_of(source, dictionary, "fortran_order").starts_with("False"))
    source.fail("is an array in Fortran order; save numpy.ascontiguousarray of it");
  const std::string_view shape = value_of(source, dictionary, "shape");
  std::vector<std::size_t> extents;
  const std::size_t close = shape.find(')');
  if (!shape.starts_with('(') || close == shape.npos) source.fail("its header has no shape; the file is damaged");
  std::string fields(shape.substr(1, close - 1));
  std::ranges::replace(fields, ',', ' ');
  bool numbers = true;
  tokenize(
      fields,
      [&](std::string_view field) {
        const auto extent = parse_number<std::size_t>(field);
        numbers = numbers && extent;
        extents.push_back(extent.value_or(0));
      },
      [] {});
  if (!numbers || extents.size() != 2)
    source.fail("is an array of shape (" + std::string(shape.substr(1, close - 1)) + "), expected (words, dimension)");
  header.rows = extents[0];
  header.dimension = extents[1];
  return header;
}

/// Converts numbers that are stored as `Stored`, with their bytes swapped if `swap`.
template <class Stored, class Convert>
void convert(std::string_view bytes, bool swap, Matrix& to, int threads, const Convert& number) {
  parallel_ranges(static_cast<std::size_t>(to.size()), 1 << 16, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      std::array<char, sizeof(Stored)> raw;
      std::memcpy(raw.data(), bytes.data() + i * sizeof(Stored), sizeof(Stored));
      if (swap) std::ranges::reverse(raw);
      to.data()[i] = number(std::bit_cast<Stored>(raw));
    }
  });
}

/// The lines of the file of words, as views into `file`.
std::vector<std::string_view> read_words(const Source& source, std::shared_ptr<const MappedFile>& file,
                                         std::size_t expected) {
  const auto path = words_path(source.path);
  try {
    file = std::make_shared<const MappedFile>(path);
  } catch (const Error& error) {
    throw Error(std::string(error.what()) + "; a .npy file needs its words there, one a line");
  }
  std::vector<std::string_view> words;
  for_each_line(without_byte_order_mark(file->bytes()), [&](std::string_view word, std::size_t number) {
    if (word.empty()) throw Error(path.string() + ":" + std::to_string(number) + ": the line holds no word");
    words.push_back(word);
    return true;
  });
  if (words.size() != expected)
    throw Error(path.string() + ": has " + std::to_string(words.size()) + " words, but " + source.name + " has " +
                std::to_string(expected) + " rows");
  return words;
}

/// Octets of a number; 0 for a type that is not read.
std::size_t size_of(const std::string& type) {
  if (type == "<f4" || type == ">f4") return 4;
  if (type == "<f8" || type == ">f8") return 8;
  return type == "<f2" || type == ">f2" ? 2 : 0;
}

/// The octets of the numbers, which are all there.
std::string_view numbers_of(const Source& source, const Header& header) {
  const std::size_t size = size_of(header.type);
  if (size == 0)
    source.fail("holds numbers of type '" + header.type + "'; save it as float32: array.astype('float32')");
  if (header.rows == 0 || header.dimension == 0) source.fail("holds no vector");
  const std::string_view data = source.bytes().substr(header.data);
  if (header.dimension > data.size() / size || header.rows > data.size() / size / header.dimension)
    source.fail("its header promises " + std::to_string(header.rows) + " x " + std::to_string(header.dimension) +
                " numbers, which cannot be in the " + std::to_string(data.size()) +
                " bytes that follow; it is truncated");
  return data;
}

/// The first rows.
Matrix converted(std::string_view data, const Header& header, std::size_t rows, int threads) {
  Matrix vectors(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(header.dimension));
  const bool swap = header.type.starts_with('>');
  const std::size_t size = size_of(header.type);
  if (size == 8)
    convert<std::uint64_t>(data, swap, vectors, threads,
                           [](std::uint64_t x) { return static_cast<float>(std::bit_cast<double>(x)); });
  else if (size == 4)
    convert<std::uint32_t>(data, swap, vectors, threads, [](std::uint32_t x) { return std::bit_cast<float>(x); });
  else
    convert<std::uint16_t>(data, swap, vectors, threads, half_to_float);
  return vectors;
}

Embeddings read(const Source& source, const ReadContext& context) {
  const Header header = parse_header(source);
  const std::string_view data = numbers_of(source, header);
  const std::size_t rows = context.options.limit > 0 ? std::min(header.rows, context.options.limit) : header.rows;
  std::shared_ptr<const MappedFile> words_file;
  auto words = read_words(source, words_file, header.rows);
  words.resize(rows);

  const bool askew = reinterpret_cast<std::uintptr_t>(data.data()) % alignof(float) != 0;
  if (header.type == "<f4" && !askew && context.options.not_finite != NotFinite::drop && are_unique(words)) {
    std::vector<Vocabulary::Entry> entries;
    for (const std::string_view word : words) entries.push_back({std::string(word), 0});
    const MatrixView mapped(reinterpret_cast<const float*>(data.data()), static_cast<Eigen::Index>(rows),
                            static_cast<Eigen::Index>(header.dimension));
    Embeddings result(Vocabulary(entries), mapped, source.file);
    check_finite(source.name, context, result);
    return result;
  }
  Embeddings result =
      with_unique_words(source.name, context, words, converted(data, header, rows, context.options.threads));
  check_finite(source.name, context, result);
  return result;
}

void write(OutputFiles& files, const std::filesystem::path& path, const Embeddings& embeddings, Progress* progress) {
  require_words_without("\n\r", embeddings, "npy");
  if (is_written_directly(path))
    throw Error(path.string() + ": npy needs a second file for its words; write to a file, or choose another format");
  write_array(files, path, embeddings.matrix(), progress);
  OutputFile& words = files.open(words_path(path));
  if (embeddings.size() > 0) words.write(mark_before(embeddings.vocabulary().word(word_id(0))));
  for (std::size_t row = 0; row < embeddings.size(); ++row) {
    words.write(embeddings.vocabulary().word(word_id(row)));
    words.write("\n");
  }
}

}  // namespace

Matrix read_array(const std::filesystem::path& file) {
  const Source source{file, file.string(), open_decompressed(file)};
  const Header header = parse_header(source);
  Matrix result = converted(numbers_of(source, header), header, header.rows, 1);
  if (!result.allFinite()) source.fail("holds a value that is not a finite number");
  return result;
}

void write_array(OutputFiles& files, const std::filesystem::path& path, MatrixView matrix, Progress* progress) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(matrix.rows()) + ", " +
                       std::to_string(matrix.cols()) + "), }";
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  OutputFile& file = files.open(path);
  file.write(magic);
  file.write("\x01\x00"sv);
  const auto length = static_cast<std::uint16_t>(header.size());
  file.write({reinterpret_cast<const char*>(&length), sizeof length});
  file.write(header);
  const auto rows = static_cast<std::size_t>(matrix.rows()), columns = static_cast<std::size_t>(matrix.cols());
  start(progress, rows);
  for (std::size_t row = 0; row < rows; ++row) {
    if (row % 1024 == 0) {
      check_cancelled(progress);
      if (progress) progress->done = row;
    }
    file.write({reinterpret_cast<const char*>(matrix.data() + row * columns), columns * sizeof(float)});
  }
}

const FormatRow npy_format = {
    {Format::npy, "npy", ".npy", "a NumPy array; the words, one a line, in NAME.words.txt beside it"},
    recognizes,
    read,
    write,
    words_path};

}  // namespace equivec
