#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "equivec/vectors/subwords.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/binary_reader.hpp"
#include "src/files/output_file.hpp"
#include "src/text/code_points.hpp"
#include "src/vectors/finite.hpp"
#include "src/vectors/formats/format.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <unordered_map>

// finalfusion's container (.fifu), little-endian: "FiFu", the version 0, the number of chunks and what each is, then
// the chunks: what it is (u32), its length (u64), its contents. One has the words, with the rule of n-grams if they
// have vectors; one the rows, those of the words and then those of the n-grams; one the words' lengths, since their
// rows have length 1; one metadata, as TOML. Tables of floats begin at a multiple of 4 bytes of the file: 1 to 4 bytes
// are before them, 4 if none were needed.

namespace equivec {

namespace {

enum class Chunk : std::uint32_t {
  words = 1,
  array = 2,
  words_finalfusion = 3,
  quantised_array = 4,
  metadata = 5,
  lengths = 6,
  words_fasttext = 7,
  words_listed = 8,
  words_floret = 9
};

enum class NumberType : std::uint32_t { u8 = 1, f32 = 10 };

constexpr std::string_view magic = "FiFu";
constexpr const char* metadata_key = "finalfusion";
constexpr const char *in_header = "the header", *in_words = "the words", *in_rows = "the rows",
                     *in_lengths = "the lengths";

bool recognizes(std::string_view bytes) {
  // The version tells it from a text whose first word begins so.
  return bytes.starts_with(magic) && bytes.size() >= 8 && bytes[7] == '\0';
}

// ---- reading ----

/// The contents of a chunk of words.
struct StoredWords {
  std::vector<std::string_view> words;
  std::uint32_t min_length = 0, max_length = 0;
  NgramHash hash = NgramHash::listed;
  std::uint64_t ngram_rows = 0;  // in the array after those of the words
  // Of `listed`: each n-gram and its row among ngram_rows.
  std::vector<std::string> ngrams;
  std::vector<std::uint64_t> rows_of_ngrams;
  bool renumbered = false;

  bool has_ngrams() const { return ngram_rows > 0 && max_length > 0; }
};

std::string_view read_item(BinaryReader& reader, const char* what) {
  return reader.bytes(reader.number<std::uint32_t>(what), what);
}

/// Throws Error if the file cannot have `count` items of `size` bytes or more.
void require_items(const BinaryReader& reader, std::uint64_t count, std::size_t size, const char* what) {
  if (count > reader.left() / size)
    reader.fail(grouped(count) + " " + what + " are promised, which the file is too short for");
}

void read_word_list(BinaryReader& reader, std::uint64_t count, std::vector<std::string_view>& words) {
  require_items(reader, count, sizeof(std::uint32_t), "words");
  words.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    words.push_back(read_item(reader, in_words));
    if (words.back().empty()) reader.fail("word " + grouped(i + 1) + " is empty; the file is damaged");
  }
}

StoredWords read_hashed(BinaryReader& reader, NgramHash hash) {
  StoredWords result;
  result.hash = hash;
  const auto count = reader.number<std::uint64_t>(in_words);
  result.min_length = reader.number<std::uint32_t>(in_words);
  result.max_length = reader.number<std::uint32_t>(in_words);
  const auto buckets = reader.number<std::uint32_t>(in_words);
  if (hash == NgramHash::finalfusion && buckets > 31)
    reader.fail("the file has 2^" + std::to_string(buckets) + " buckets of n-grams; at most 2^31 are known");
  result.ngram_rows = hash == NgramHash::finalfusion ? std::uint64_t{1} << buckets : buckets;
  read_word_list(reader, count, result.words);
  return result;
}

/// N-grams are numbered anew, in the order in which their numbers come first, as finalfusion does.
StoredWords read_listed(BinaryReader& reader) {
  constexpr const char* what = "the n-grams";
  StoredWords result;
  const auto count = reader.number<std::uint64_t>(in_words);
  const auto ngrams = reader.number<std::uint64_t>(in_words);
  result.min_length = reader.number<std::uint32_t>(in_words);
  result.max_length = reader.number<std::uint32_t>(in_words);
  read_word_list(reader, count, result.words);
  require_items(reader, ngrams, sizeof(std::uint32_t) + sizeof(std::uint64_t), "n-grams");
  std::unordered_map<std::uint64_t, std::uint64_t> rows;
  for (std::uint64_t i = 0; i < ngrams; ++i) {
    result.ngrams.emplace_back(read_item(reader, what));
    const auto number = reader.number<std::uint64_t>(what);
    const std::uint64_t row = rows.emplace(number, rows.size()).first->second;
    result.renumbered = result.renumbered || row != number;
    result.rows_of_ngrams.push_back(row);
  }
  result.ngram_rows = rows.size();
  return result;
}

StoredWords read_plain(BinaryReader& reader) {
  StoredWords result;
  read_word_list(reader, reader.number<std::uint64_t>(in_words), result.words);
  return result;
}

void require_type(BinaryReader& reader, NumberType expected, const char* what) {
  const auto type = reader.number<std::uint32_t>(what);
  if (type != static_cast<std::uint32_t>(expected))
    reader.fail("the numbers of " + std::string(what) + " have the type " + std::to_string(type) + "; expected " +
                std::to_string(static_cast<std::uint32_t>(expected)));
}

std::size_t padding_at(std::uint64_t place) { return sizeof(float) - place % sizeof(float); }

void skip_padding(BinaryReader& reader, const char* what) { reader.bytes(padding_at(reader.place()), what); }

Matrix matrix_from(std::string_view bytes, std::uint64_t rows, std::uint64_t columns) {
  Matrix result(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
  if (!bytes.empty()) std::memcpy(result.data(), bytes.data(), bytes.size());
  return result;
}

/// The rows as they stand in the file: floats, or codes that name a part of the row each (product quantisation, Jégou
/// et al. 2011), after which the row may be projected and given a length.
class StoredRows {
 public:
  static StoredRows read_floats(BinaryReader& reader) {
    StoredRows result;
    result.count_ = reader.number<std::uint64_t>(in_rows);
    result.dimension_ = reader.number<std::uint32_t>(in_rows);
    if (result.dimension_ == 0) reader.fail("the rows have no numbers");
    require_type(reader, NumberType::f32, in_rows);
    skip_padding(reader, in_rows);
    result.floats_ = reader.table(result.count_, result.dimension_, sizeof(float), in_rows);
    return result;
  }

  static StoredRows read_quantised(BinaryReader& reader) {
    StoredRows result;
    const bool projected = reader.number<std::uint32_t>(in_rows) != 0;
    const bool has_lengths = reader.number<std::uint32_t>(in_rows) != 0;
    result.parts_ = reader.number<std::uint32_t>(in_rows);
    result.dimension_ = reader.number<std::uint32_t>(in_rows);
    result.centroids_per_part_ = reader.number<std::uint32_t>(in_rows);
    result.count_ = reader.number<std::uint64_t>(in_rows);
    if (result.parts_ == 0 || result.dimension_ == 0 || result.dimension_ % result.parts_ != 0)
      reader.fail("rows of " + std::to_string(result.dimension_) + " numbers cannot be of " +
                  std::to_string(result.parts_) + " parts; the file is damaged");
    require_type(reader, NumberType::u8, in_rows);
    require_type(reader, NumberType::f32, in_rows);
    skip_padding(reader, in_rows);
    const std::uint64_t dimension = result.dimension_;
    if (projected)
      result.projection_ =
          matrix_from(reader.table(dimension, dimension, sizeof(float), "the projection"), dimension, dimension);
    result.centroids_ = reader.table(result.centroids_per_part_, dimension, sizeof(float), "the centroids");
    if (has_lengths) result.lengths_ = reader.table(result.count_, 1, sizeof(float), in_lengths);
    result.codes_ = reader.table(result.count_, result.parts_, 1, "the codes");
    result.require_codes(reader);
    return result;
  }

  std::uint64_t size() const { return count_; }
  std::uint32_t dimension() const { return dimension_; }

  /// The floats of `rows` rows from row `first`, if they stand in the file so that they need no copy.
  const float* in_place(std::uint64_t first) const {
    if (parts_ > 0) return nullptr;
    const char* const place = floats_.data() + first * dimension_ * sizeof(float);
    const bool aligned = reinterpret_cast<std::uintptr_t>(place) % alignof(float) == 0;
    return aligned ? reinterpret_cast<const float*>(place) : nullptr;
  }

  /// Row `row`, which must be there, to `to`.
  void copy(std::uint64_t row, float* to) const {
    if (parts_ == 0) {
      const std::size_t size = std::size_t{dimension_} * sizeof(float);
      std::memcpy(to, floats_.data() + row * size, size);
      return;
    }
    const std::size_t part = dimension_ / parts_, size = part * sizeof(float);
    for (std::size_t i = 0; i < parts_; ++i) {
      const std::size_t centroid = i * centroids_per_part_ + static_cast<unsigned char>(codes_[row * parts_ + i]);
      std::memcpy(to + i * part, centroids_.data() + centroid * size, size);
    }
    Eigen::Map<Eigen::VectorXf> vector(to, dimension_);
    // Rows were multiplied by the projection, which is orthogonal: its transpose leads back.
    if (projection_.size() > 0) vector = (projection_ * vector).eval();
    if (!lengths_.empty()) {
      float length = 0;
      std::memcpy(&length, lengths_.data() + row * sizeof length, sizeof length);
      vector *= length;
    }
  }

 private:
  void require_codes(const BinaryReader& reader) const {
    if (centroids_per_part_ > std::numeric_limits<unsigned char>::max()) return;
    for (const char code : codes_)
      if (static_cast<unsigned char>(code) >= centroids_per_part_)
        reader.fail("a code is " + std::to_string(static_cast<unsigned char>(code)) + ", but a part has only " +
                    std::to_string(centroids_per_part_) + " centroids; the file is damaged");
  }

  std::uint64_t count_ = 0;
  std::uint32_t dimension_ = 0;
  std::string_view floats_;
  // If quantised:
  std::uint32_t parts_ = 0, centroids_per_part_ = 0;
  std::string_view centroids_, codes_, lengths_;
  Matrix projection_;
};

/// The chunks of a file.
struct Container {
  std::optional<StoredWords> words;
  std::optional<StoredRows> rows;
  std::optional<std::string_view> lengths;  // floats
  std::optional<std::string> metadata;
};

std::string_view read_lengths(BinaryReader& reader) {
  const auto count = reader.number<std::uint64_t>(in_lengths);
  require_type(reader, NumberType::f32, in_lengths);
  skip_padding(reader, in_lengths);
  return reader.table(count, 1, sizeof(float), in_lengths);
}

/// Reads the contents of a chunk, whose stated length is of use only where nothing else says it: finalfusion's own
/// programs do not look at it otherwise, and one states it wrong for words with listed n-grams.
void read_chunk(BinaryReader& reader, std::uint32_t id, std::uint64_t length, Container& container,
                const Source& source, const ReadContext& context) {
  const auto set = [&](auto& place, auto read, const char* what) {
    if (place) reader.fail("a second chunk of " + std::string(what) + "; the file is damaged");
    place = read(reader);
  };
  switch (Chunk{id}) {
    case Chunk::words:
      return set(container.words, read_plain, "words");
    case Chunk::words_finalfusion:
      return set(
          container.words, [](auto& from) { return read_hashed(from, NgramHash::finalfusion); }, "words");
    case Chunk::words_fasttext:
      return set(
          container.words, [](auto& from) { return read_hashed(from, NgramHash::fasttext); }, "words");
    case Chunk::words_listed:
      return set(container.words, read_listed, "words");
    case Chunk::words_floret:
      source.fail(
          "holds floret's vectors of n-grams, in which no word has a row of its own; write the words that you need "
          "with their vectors as text, by floret or finalfusion, and read that");
    case Chunk::array:
      return set(container.rows, StoredRows::read_floats, "rows");
    case Chunk::quantised_array:
      return set(container.rows, StoredRows::read_quantised, "rows");
    case Chunk::lengths:
      return set(container.lengths, read_lengths, "lengths");
    case Chunk::metadata:
      return set(
          container.metadata, [&](auto& from) { return std::string(from.bytes(length, "the metadata")); }, "metadata");
  }
  reader.bytes(length, "a chunk");
  context.notice(source.name + ": a chunk of the unknown kind " + std::to_string(id) + " was left out");
}

Container read_container(const Source& source, const ReadContext& context) {
  BinaryReader reader(source.bytes(), source.name);
  if (reader.bytes(magic.size(), in_header) != magic) source.fail("does not begin with 'FiFu', as finalfusion does");
  if (const auto version = reader.number<std::uint32_t>(in_header); version != 0)
    source.fail("has version " + std::to_string(version) + " of finalfusion; version 0 is known");
  const auto count = reader.number<std::uint32_t>(in_header);
  require_items(reader, count, sizeof(std::uint32_t), "chunks");
  std::vector<std::uint32_t> ids(count);
  for (std::uint32_t& id : ids) id = reader.number<std::uint32_t>(in_header);
  Container result;
  for (const std::uint32_t expected : ids) {
    const auto id = reader.number<std::uint32_t>("the chunks");
    if (id != expected)
      reader.fail("expected a chunk of the kind " + std::to_string(expected) + ", found " + std::to_string(id) +
                  "; the file is damaged");
    read_chunk(reader, id, reader.number<std::uint64_t>("the chunks"), result, source, context);
  }
  // Some versions of finalfusion wrote lengths without listing them in the header.
  std::uint32_t next = 0;
  const std::string_view rest = source.bytes().substr(reader.place());
  if (rest.size() >= sizeof next) std::memcpy(&next, rest.data(), sizeof next);
  if (!result.lengths && Chunk{next} == Chunk::lengths) {
    reader.bytes(sizeof(std::uint32_t) + sizeof(std::uint64_t), in_lengths);
    result.lengths = read_lengths(reader);
  }
  if (reader.left() > 0)
    context.notice(source.name + ": " + grouped(reader.left()) + " bytes after the last chunk were ignored");
  return result;
}

/// Throws Error unless the chunks belong together and their rows take no more memory than fits the file. Codes and
/// n-grams that share a row may stand for many times their own bytes; 256 times is more than any use has.
void require_consistent(const Source& source, const Container& container) {
  if (!container.words) source.fail("holds no words");
  if (!container.rows) source.fail("holds words, but no vectors");
  const StoredWords& words = *container.words;
  const StoredRows& rows = *container.rows;
  if (words.words.empty()) source.fail("holds no word");
  if (rows.size() != words.words.size() + words.ngram_rows)
    source.fail("has " + grouped(rows.size()) + " rows for " + grouped(words.words.size()) + " words and " +
                grouped(words.ngram_rows) + " rows of n-grams; the file is damaged");
  if (container.lengths && container.lengths->size() / sizeof(float) != words.words.size())
    source.fail("has " + grouped(container.lengths->size() / sizeof(float)) + " lengths for " +
                grouped(words.words.size()) + " words; the file is damaged");
  constexpr std::uint64_t always = std::uint64_t{64} << 20;
  const std::uint64_t in_memory = words.words.size() + std::max(words.ngram_rows, words.ngrams.size());
  if (in_memory > std::max(always, source.bytes().size() * 256) / sizeof(float) / rows.dimension())
    source.fail("its " + grouped(in_memory) + " rows of " + grouped(rows.dimension()) +
                " numbers would take more than 256 times the file in memory");
}

Matrix word_vectors(const Container& container, std::size_t count, const ReadContext& context) {
  const StoredRows& rows = *container.rows;
  Matrix result(static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(rows.dimension()));
  parallel_ranges(count, 1024, context.options.threads, [&](std::size_t begin, std::size_t end) {
    check_cancelled(context.progress);
    for (std::size_t i = begin; i < end; ++i) {
      auto row = result.row(static_cast<Eigen::Index>(i));
      rows.copy(i, row.data());
      if (!container.lengths) continue;
      float length = 0;
      std::memcpy(&length, container.lengths->data() + i * sizeof length, sizeof length);
      row *= length;
    }
  });
  return result;
}

/// `count` rows of n-grams: that of the i-th is `row_of(i)`.
template <class F>
Matrix ngram_vectors(const Container& container, std::size_t count, const ReadContext& context, const F& row_of) {
  const StoredRows& rows = *container.rows;
  const std::uint64_t words = container.words->words.size();
  Matrix result(static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(rows.dimension()));
  parallel_ranges(count, 4096, context.options.threads, [&](std::size_t begin, std::size_t end) {
    check_cancelled(context.progress);
    for (std::size_t i = begin; i < end; ++i)
      rows.copy(words + row_of(i), result.row(static_cast<Eigen::Index>(i)).data());
  });
  return result;
}

Subwords subwords_of(const Source& source, const Container& container, const ReadContext& context) {
  const StoredWords& words = *container.words;
  // fastText has no n-grams of no characters: 0 means 1.
  const int least = static_cast<int>(std::clamp(words.min_length, 1U, 1000U));
  const int most = static_cast<int>(std::min(words.max_length, 1000U));
  if (words.hash == NgramHash::listed)
    return Subwords(
        least, most, words.ngrams,
        ngram_vectors(container, words.ngrams.size(), context, [&](std::size_t i) { return words.rows_of_ngrams[i]; }));
  const NgramRule rule{least, most, words.ngram_rows, words.hash};
  const auto rows = static_cast<Eigen::Index>(words.ngram_rows);
  const auto dimension = static_cast<Eigen::Index>(container.rows->dimension());
  if (const float* const numbers = container.rows->in_place(words.words.size()))
    return Subwords(rule, MatrixView(numbers, rows, dimension), source.file);
  const auto copy = std::make_shared<const Matrix>(
      ngram_vectors(container, words.ngram_rows, context, [](std::size_t i) { return i; }));
  return Subwords(rule, MatrixView(copy->data(), rows, dimension), copy);
}

Embeddings read(const Source& source, const ReadContext& context) {
  const Container container = read_container(source, context);
  require_consistent(source, container);
  const StoredWords& words = *container.words;
  std::optional<Subwords> subwords;
  if (words.has_ngrams()) {
    try {
      subwords = subwords_of(source, container, context);
    } catch (const Error& error) {
      source.fail(error.what());
    }
    if (!subwords->matrix().allFinite()) source.fail("a vector of n-grams is not finite");
    if (words.renumbered)
      context.notice(source.name +
                     ": its n-grams were not numbered in their order; they were numbered anew, as finalfusion does");
  }
  const std::size_t limit = context.options.limit;
  const std::size_t count = limit > 0 ? std::min(limit, words.words.size()) : words.words.size();
  Embeddings embeddings = with_unique_words(source.name, context, std::span(words.words).first(count),
                                            word_vectors(container, count, context));
  check_finite(source.name, context, embeddings);
  Metadata metadata;
  if (container.metadata) metadata[metadata_key] = *container.metadata;
  return embeddings.with_metadata(std::move(metadata)).with_subwords(std::move(subwords));
}

// ---- writing ----

/// TOML's text in quotes. What is not UTF-8 becomes U+FFFD, since TOML is UTF-8.
std::string toml_text(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result = "\"";
  while (!text.empty()) {
    const CodePoint next = first_code_point(text);
    const std::int32_t value = next.value;
    if (value == '"' || value == '\\') {
      (result += '\\') += static_cast<char>(value);
    } else if (value == '\n') {
      result += "\\n";
    } else if (value == CodePoint::invalid) {
      append_utf8(result, 0xFFFD);
    } else if (value < 0x20 || value == 0x7F) {
      result += "\\u00";
      result += digits[static_cast<std::size_t>(value) >> 4];
      result += digits[static_cast<std::size_t>(value) & 15];
    } else {
      result += text.substr(0, next.size);
    }
    text.remove_prefix(next.size);
  }
  return result + '"';
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint next = first_code_point(text);
    if (next.value == CodePoint::invalid) return false;
    text.remove_prefix(next.size);
  }
  return true;
}

/// Those that were read from a container, as they were; others as one text each.
std::string toml_of(const Metadata& metadata) {
  if (metadata.size() == 1 && metadata.begin()->first == metadata_key && is_utf8(metadata.begin()->second))
    return metadata.begin()->second;
  std::string result;
  for (const auto& [name, value] : metadata) result += toml_text(name) + " = " + toml_text(value) + "\n";
  return result;
}

class ContainerWriter {
 public:
  explicit ContainerWriter(OutputFile& file) : file_(file) {}

  void write(std::string_view bytes) {
    file_.write(bytes);
    place_ += bytes.size();
  }
  void write(std::span<const float> numbers) {
    write({reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()});
  }
  template <class T>
  void number(T value) {
    write({reinterpret_cast<const char*>(&value), sizeof value});
  }
  void item(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    write(text);
  }
  /// Begins a chunk without a table of floats.
  void chunk(Chunk id, std::uint64_t length) {
    number(static_cast<std::uint32_t>(id));
    number(length);
  }
  /// Begins one with a table of floats after `before` bytes.
  void chunk(Chunk id, std::uint64_t before, std::uint64_t floats) {
    const std::uint64_t table = place_ + sizeof(std::uint32_t) + sizeof(std::uint64_t) + before;
    chunk(id, before + padding_at(table) + floats * sizeof(float));
  }
  void padding() { write(std::string_view("\0\0\0\0", padding_at(place_))); }

 private:
  OutputFile& file_;
  std::uint64_t place_ = 0;
};

Chunk chunk_of_words(const Subwords* subwords) {
  if (!subwords) return Chunk::words;
  switch (subwords->rule().hash) {
    case NgramHash::fasttext:
      return Chunk::words_fasttext;
    case NgramHash::finalfusion:
      return Chunk::words_finalfusion;
    case NgramHash::listed:
      return Chunk::words_listed;
  }
  return Chunk::words;
}

void require_fitting(const Embeddings& embeddings) {
  const auto refuse = [](const std::string& what) {
    throw Error("finalfusion cannot hold " + what + "; write .safetensors");
  };
  const Subwords* subwords = embeddings.subwords();
  if (!subwords) return;
  const NgramRule& rule = subwords->rule();
  constexpr std::uint64_t most_buckets = std::uint64_t{1} << 31, most_to_fill = 4000000;
  if (rule.hash == NgramHash::finalfusion && !std::has_single_bit(rule.buckets))
    refuse(grouped(rule.buckets) + " buckets of n-grams by its own rule, which takes a power of two");
  if (rule.hash == NgramHash::fasttext && rule.buckets >= most_buckets)
    refuse("more than " + grouped(most_buckets - 1) + " buckets of n-grams by fastText's rule");
  if (!subwords->kept().empty() && rule.buckets > most_to_fill)
    refuse("pruned n-grams without a row for each of their " + grouped(rule.buckets) + " buckets");
}

void write_words(ContainerWriter& writer, const Embeddings& embeddings) {
  const Vocabulary& vocabulary = embeddings.vocabulary();
  const Subwords* const subwords = embeddings.subwords();
  const Chunk id = chunk_of_words(subwords);
  std::uint64_t length = sizeof(std::uint64_t);
  for (std::size_t row = 0; row < embeddings.size(); ++row)
    length += sizeof(std::uint32_t) + vocabulary.word(word_id(row)).size();
  if (subwords) length += 3 * sizeof(std::uint32_t);
  if (id == Chunk::words_listed) {
    length += sizeof(std::uint64_t) - sizeof(std::uint32_t);  // the number of n-grams for that of buckets
    for (const std::string& ngram : subwords->ngrams())
      length += sizeof(std::uint32_t) + ngram.size() + sizeof(std::uint64_t);
  }
  writer.chunk(id, length);
  writer.number(std::uint64_t{embeddings.size()});
  if (id == Chunk::words_listed) writer.number(std::uint64_t{subwords->ngrams().size()});
  if (subwords) {
    const NgramRule& rule = subwords->rule();
    writer.number(static_cast<std::uint32_t>(rule.min_length));
    writer.number(static_cast<std::uint32_t>(rule.max_length));
    if (id == Chunk::words_fasttext) writer.number(static_cast<std::uint32_t>(rule.buckets));
    if (id == Chunk::words_finalfusion) writer.number(static_cast<std::uint32_t>(std::countr_zero(rule.buckets)));
  }
  for (std::size_t row = 0; row < embeddings.size(); ++row) writer.item(vocabulary.word(word_id(row)));
  if (id != Chunk::words_listed) return;
  std::uint64_t number = 0;
  for (const std::string& ngram : subwords->ngrams()) {
    writer.item(ngram);
    writer.number(number++);
  }
}

/// A row's length, as it is stored: a float, and not too large to be one.
float stored_length(std::span<const float> row) {
  const double length = column(row).cast<double>().norm();
  return static_cast<float>(std::min(length, static_cast<double>(std::numeric_limits<float>::max())));
}

/// A row for each bucket, zeros for those that have none; `advance` is told each bucket.
template <class F>
void write_ngram_rows(ContainerWriter& writer, const Subwords& subwords, const F& advance) {
  const std::span<const std::uint32_t> kept = subwords.kept();
  const std::vector<float> zeros(static_cast<std::size_t>(subwords.dimension()));
  Eigen::Index next = 0;  // the first row that is not written yet
  for (std::uint64_t bucket = 0; bucket < subwords.rule().buckets; ++bucket) {
    advance(bucket);
    const bool has_row =
        kept.empty() || (next < subwords.matrix().rows() && kept[static_cast<std::size_t>(next)] == bucket);
    writer.write(std::span(has_row ? subwords.matrix().row(next++).data() : zeros.data(), zeros.size()));
  }
}

/// The words' rows, divided by their stored length, so that multiplying leads back; then those of n-grams as they are.
void write_rows(ContainerWriter& writer, const Embeddings& embeddings, Progress* progress) {
  const Subwords* const subwords = embeddings.subwords();
  const std::uint64_t words = embeddings.size(), ngrams = subwords ? subwords->rule().buckets : 0;
  const auto dimension = static_cast<std::uint64_t>(embeddings.dimension());
  writer.chunk(Chunk::array, sizeof(std::uint64_t) + 2 * sizeof(std::uint32_t), (words + ngrams) * dimension);
  writer.number(words + ngrams);
  writer.number(static_cast<std::uint32_t>(dimension));
  writer.number(NumberType::f32);
  writer.padding();
  start(progress, words + ngrams);
  const auto advance = [&](std::uint64_t done) {
    if (done % 1024 != 0) return;
    check_cancelled(progress);
    if (progress) progress->done = done;
  };
  std::vector<float> row(dimension);
  for (std::size_t i = 0; i < words; ++i) {
    advance(i);
    const std::span<const float> vector = embeddings[word_id(i)];
    const double length = static_cast<double>(stored_length(vector));
    std::ranges::transform(vector, row.begin(), [&](float x) {
      return length > 0 ? static_cast<float>(static_cast<double>(x) / length) : x;
    });
    writer.write(std::span<const float>(row));
  }
  if (subwords) write_ngram_rows(writer, *subwords, [&](std::uint64_t bucket) { advance(words + bucket); });
}

void write_lengths(ContainerWriter& writer, const Embeddings& embeddings) {
  writer.chunk(Chunk::lengths, sizeof(std::uint64_t) + sizeof(std::uint32_t), embeddings.size());
  writer.number(std::uint64_t{embeddings.size()});
  writer.number(NumberType::f32);
  writer.padding();
  for (std::size_t i = 0; i < embeddings.size(); ++i) writer.number(stored_length(embeddings[word_id(i)]));
}

void write(OutputFiles& files, const std::filesystem::path& path, const Embeddings& embeddings, Progress* progress) {
  require_fitting(embeddings);
  ContainerWriter writer(files.open(path));
  std::vector<Chunk> chunks = {chunk_of_words(embeddings.subwords()), Chunk::array, Chunk::lengths};
  // finalfusion looks for metadata at the beginning only.
  if (!embeddings.metadata().empty()) chunks.insert(chunks.begin(), Chunk::metadata);
  writer.write(magic);
  writer.number(std::uint32_t{0});
  writer.number(static_cast<std::uint32_t>(chunks.size()));
  for (const Chunk chunk : chunks) writer.number(chunk);
  if (!embeddings.metadata().empty()) {
    const std::string metadata = toml_of(embeddings.metadata());
    writer.chunk(Chunk::metadata, metadata.size());
    writer.write(metadata);
  }
  write_words(writer, embeddings);
  write_rows(writer, embeddings, progress);
  write_lengths(writer, embeddings);
}

}  // namespace

const FormatRow finalfusion_format = {{Format::finalfusion, "finalfusion", ".fifu",
                                       "finalfusion's container, with or without vectors of n-grams", false, true},
                                      recognizes,
                                      read,
                                      write};

}  // namespace equivec
