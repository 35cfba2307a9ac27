#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "equivec/vectors/precision.hpp"
#include "equivec/vectors/subwords.hpp"
#include "equivec/vectors/tokenizer.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/files.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/output_file.hpp"
#include "src/files/safetensors.hpp"
#include "src/vectors/formats/format.hpp"
#include "src/vectors/formats/native.hpp"
#include "src/vectors/native_tensors.hpp"
#include "src/vectors/packed_vectors.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <limits>

// The native format: a safetensors file with the tensors word_offsets and counts (I64), embeddings (F32, words x
// dimension) and words (U8, all words joined). It is mapped, so that a query reads only what it needs. Vectors of
// n-grams are a further tensor, subwords (F32); which n-grams they are of is in the metadata, and if they are not those
// of all buckets, in subword_buckets (U32), or, if they are listed, in ngram_offsets (I64) and ngrams (U8). The files
// of a static sentence model are tokenizer and configuration (U8). Places of the words in the plane are map (F32,
// words x 2).
//
// Of lower precision, embeddings (words x dimension) is F16 or BF16, or I8, of which row i times scales[i] (F32) is the
// vector. Of product quantisation it is U8 (words x parts): part p has the numbers from p * dimension / parts (rounded
// down) on, and code k in column p says that they are those of row k of centroids (F32, 256 x dimension). The row that
// the codes make, times scales[i], and then, as a row vector, times rotation (F32, dimension x dimension), if there is
// one, is the vector.

namespace equivec {

namespace {

bool recognizes(std::string_view bytes) { return is_safetensors(bytes); }

/// Throws Error for the table of a static sentence model, whose words stand elsewhere.
void refuse_table_alone(const Source& source, const SafetensorsContent& content) {
  if (content.find("word_offsets") || (!content.find("embeddings") && !content.find("embedding.weight"))) return;
  source.fail("has vectors without words; if its words are in tokenizer.json beside it, give the folder");
}

/// The tensor of that name. Throws Error stating the type and shape expected.
const Tensor& require_tensor(const Source& source, const SafetensorsContent& content, std::string_view name,
                             std::string_view type, std::size_t dimensions) {
  const Tensor* tensor = content.find(name);
  if (!tensor || tensor->type != type || tensor->shape.size() != dimensions)
    source.fail("is a safetensors file, but not of word vectors: expected a tensor '" + std::string(name) +
                "' of type " + std::string(type) + " with " + std::to_string(dimensions) + " dimensions");
  return *tensor;
}

/// A view of a tensor's numbers, or of a copy if they are not aligned.
template <class T>
std::span<const T> numbers_of(const Tensor& tensor, std::vector<T>& copy) {
  const std::size_t count = tensor.bytes.size() / sizeof(T);
  if (reinterpret_cast<std::uintptr_t>(tensor.bytes.data()) % alignof(T) == 0)
    return {reinterpret_cast<const T*>(tensor.bytes.data()), count};
  copy.resize(count);
  std::memcpy(copy.data(), tensor.bytes.data(), tensor.bytes.size());
  return copy;
}

constexpr std::string_view hash_key = "subword_hash", least_key = "subword_min_length", most_key = "subword_max_length",
                           buckets_key = "subword_buckets";

/// What is in memory instead of the file.
struct Memory {
  std::shared_ptr<const MappedFile> file;
  std::vector<std::int64_t> offsets, counts;
  std::vector<float> vectors, subwords, scales, centroids, rotation;
  std::vector<std::uint16_t> halves;
  std::vector<std::uint32_t> kept;
};

/// The precision whose tensor has this type; empty if there is none.
std::optional<Precision> precision_of_type(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, Precision>, 5> types = {{{"F32", Precision::f32},
                                                                            {"F16", Precision::f16},
                                                                            {"BF16", Precision::bf16},
                                                                            {"I8", Precision::int8},
                                                                            {"U8", Precision::pq}}};
  for (const auto& [name, precision] : types)
    if (name == type) return precision;
  return std::nullopt;
}

std::string_view type_of_precision(Precision precision) {
  constexpr std::array<std::string_view, 5> types = {"F32", "F16", "BF16", "I8", "U8"};
  return types[static_cast<std::size_t>(precision)];
}

/// The floats of a tensor of that shape.
std::span<const float> require_floats(const Source& source, const SafetensorsContent& content, std::string_view name,
                                      std::vector<std::uint64_t> shape, std::vector<float>& copy) {
  const Tensor& tensor = require_tensor(source, content, name, "F32", shape.size());
  if (tensor.shape != shape)
    source.fail("the tensor '" + std::string(name) +
                "' has not the shape that the others ask for; the file is damaged");
  return numbers_of(tensor, copy);
}

/// Vectors of lower precision, the first `rows`.
std::shared_ptr<const PackedVectors> read_packed(const Source& source, const SafetensorsContent& content,
                                                 const Tensor& vectors, std::size_t rows,
                                                 const std::shared_ptr<Memory>& memory) {
  const std::uint64_t all = vectors.shape[0];
  PackedTables tables{*precision_of_type(vectors.type), rows, vectors.shape[1]};
  tables.numbers = vectors.bytes.data();
  tables.owner = memory;
  if (tables.precision == Precision::f16 || tables.precision == Precision::bf16)
    tables.numbers = numbers_of(vectors, memory->halves).data();
  else
    tables.scales = require_floats(source, content, "scales", {all}, memory->scales);
  if (tables.precision == Precision::pq) {
    tables.parts = vectors.shape[1];
    const Tensor& centroids = require_tensor(source, content, "centroids", "F32", 2);
    tables.dimension = centroids.shape[1];
    if (tables.parts > tables.dimension)
      source.fail("has " + std::to_string(tables.parts) + " parts of vectors of " + std::to_string(tables.dimension) +
                  " numbers; the file is damaged");
    tables.centroids = require_floats(source, content, "centroids", {256, tables.dimension}, memory->centroids);
    if (content.find("rotation"))
      tables.rotation =
          require_floats(source, content, "rotation", {tables.dimension, tables.dimension}, memory->rotation);
  }
  if (tables.dimension > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    source.fail("a vector has " + std::to_string(tables.dimension) + " numbers; at most 2,147,483,647 are possible");
  return std::make_shared<const PackedVectors>(std::move(tables));
}

/// Takes the names of the n-grams' rule out of the metadata.
NgramRule take_rule(const Source& source, Metadata& metadata) {
  const auto take = [&](std::string_view key) {
    const auto found = metadata.extract(std::string(key));
    if (!found) source.fail("has vectors of n-grams, but its metadata lack '" + std::string(key) + "'");
    return found.mapped();
  };
  const auto number = [&](std::string_view key) {
    const auto result = parse_number<std::uint32_t>(take(key));
    if (!result) source.fail("the metadata's '" + std::string(key) + "' is no number");
    return *result;
  };
  NgramRule rule;
  const std::string hash = take(hash_key);
  for (const NgramHash known : {NgramHash::fasttext, NgramHash::finalfusion, NgramHash::listed}) {
    rule.hash = known;
    if (name_of(known) == hash) break;
  }
  if (name_of(rule.hash) != hash) source.fail("n-grams by the rule '" + hash + "' are not known");
  rule.min_length = static_cast<int>(std::min(number(least_key), 1000U));
  rule.max_length = static_cast<int>(std::min(number(most_key), 1000U));
  rule.buckets = number(buckets_key);
  return rule;
}

Subwords read_listed(const Source& source, const SafetensorsContent& content, const NgramRule& rule, Matrix rows) {
  std::vector<std::int64_t> copy;
  const std::span<const std::int64_t> offsets =
      numbers_of(require_tensor(source, content, "ngram_offsets", "I64", 1), copy);
  const std::string_view bytes = require_tensor(source, content, "ngrams", "U8", 1).bytes;
  std::vector<std::string> ngrams;
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
    if (offsets[i] < 0 || offsets[i + 1] < offsets[i] || static_cast<std::uint64_t>(offsets[i + 1]) > bytes.size())
      source.fail("the n-grams' offsets do not ascend within them; the file is damaged");
    ngrams.emplace_back(
        bytes.substr(static_cast<std::size_t>(offsets[i]), static_cast<std::size_t>(offsets[i + 1] - offsets[i])));
  }
  return Subwords(rule.min_length, rule.max_length, ngrams, std::move(rows));
}

std::optional<Subwords> read_subwords(const Source& source, const SafetensorsContent& content, Metadata& metadata,
                                      const std::shared_ptr<Memory>& memory) {
  const Tensor* const rows = content.find("subwords");
  if (!rows) return std::nullopt;
  require_tensor(source, content, "subwords", "F32", 2);
  const NgramRule rule = take_rule(source, metadata);
  const MatrixView view(numbers_of(*rows, memory->subwords).data(), static_cast<Eigen::Index>(rows->shape[0]),
                        static_cast<Eigen::Index>(rows->shape[1]));
  if (rule.hash == NgramHash::listed) return read_listed(source, content, rule, view);
  std::span<const std::uint32_t> kept;
  if (content.find("subword_buckets"))
    kept = numbers_of(require_tensor(source, content, "subword_buckets", "U32", 1), memory->kept);
  return Subwords(rule, view, memory, kept);
}

/// None if it has words beyond those that are read: it would have no use.
std::optional<Tokenizer> read_tokenizer(const Source& source, const SafetensorsContent& content, bool all_words,
                                        const ReadContext& context) {
  if (!content.find("tokenizer")) return std::nullopt;
  if (!all_words) {
    context.notice(source.name + ": the tokenizer is left out, since it has more words than are read");
    return std::nullopt;
  }
  const std::string_view file = require_tensor(source, content, "tokenizer", "U8", 1).bytes;
  const bool configured = content.find("configuration") != nullptr;
  return Tokenizer(file, configured ? require_tensor(source, content, "configuration", "U8", 1).bytes : "",
                   source.file);
}

/// Of the first `rows` of `all` words.
std::optional<Matrix> read_places(const Source& source, const SafetensorsContent& content, std::size_t rows,
                                  std::uint64_t all) {
  if (!content.find("map")) return std::nullopt;
  std::vector<float> copy;
  const std::span<const float> places = require_floats(source, content, "map", {all, 2}, copy);
  return MatrixView(places.data(), static_cast<Eigen::Index>(rows), 2);
}

Embeddings read(const Source& source, const ReadContext& context) {
  const SafetensorsContent content = parse_safetensors(source.bytes(), source.name);
  refuse_table_alone(source, content);
  const Tensor& offsets = require_tensor(source, content, "word_offsets", "I64", 1);
  const Tensor& counts = require_tensor(source, content, "counts", "I64", 1);
  const Tensor* const found = content.find("embeddings");
  const bool is_packed = found && found->type != "F32" && precision_of_type(found->type);
  const Tensor& vectors = require_tensor(source, content, "embeddings", is_packed ? found->type : "F32", 2);
  const Tensor& words = require_tensor(source, content, "words", "U8", 1);
  std::size_t rows = vectors.shape[0];
  if (counts.shape[0] != rows || offsets.shape[0] != rows + 1)
    source.fail("has " + std::to_string(rows) + " vectors, " + std::to_string(counts.shape[0]) + " counts and " +
                std::to_string(offsets.shape[0]) + " word offsets; the file is damaged");
  if (rows == 0 || vectors.shape[1] == 0) source.fail("holds no vector");
  if (context.options.limit > 0) rows = std::min(rows, context.options.limit);

  auto memory = std::make_shared<Memory>();
  memory->file = source.file;
  try {
    Vocabulary vocabulary =
        Vocabulary::of_file(numbers_of(offsets, memory->offsets).first(rows + 1),
                            numbers_of(counts, memory->counts).first(rows), words.bytes, memory, source.name);
    // Checking the tables has read them whole; who asks for a word reads what that takes again, from the system's
    // cache.
    for (const Tensor* table : {&offsets, &counts}) source.file->release(table->bytes);
    Metadata metadata = content.metadata;
    std::optional<Subwords> subwords = read_subwords(source, content, metadata, memory);
    std::optional<Tokenizer> tokenizer = read_tokenizer(source, content, rows == vectors.shape[0], context);
    std::optional<Matrix> places = read_places(source, content, rows, vectors.shape[0]);
    if (is_packed)
      return Embeddings(std::move(vocabulary), read_packed(source, content, vectors, rows, memory), std::move(metadata))
          .with_subwords(std::move(subwords))
          .with_tokenizer(std::move(tokenizer))
          .with_places(std::move(places));
    const MatrixView matrix(numbers_of(vectors, memory->vectors).data(), static_cast<Eigen::Index>(rows),
                            static_cast<Eigen::Index>(vectors.shape[1]));
    return Embeddings(std::move(vocabulary), matrix, memory, std::move(metadata))
        .with_subwords(std::move(subwords))
        .with_tokenizer(std::move(tokenizer))
        .with_places(std::move(places));
  } catch (const Error& error) {
    source.fail(std::string(error.what()) + "; the file is damaged");
  }
}

Tensor tensor_of(std::string name, MatrixView matrix) {
  const auto rows = static_cast<std::uint64_t>(matrix.rows()), columns = static_cast<std::uint64_t>(matrix.cols());
  return {std::move(name), "F32", {rows, columns}, bytes_of(std::span(matrix.data(), rows * columns))};
}

/// The tables of vectors of lower precision beside the vectors themselves, and those.
std::vector<Tensor> packed_tables(const PackedTables& tables, std::vector<Tensor> others) {
  const std::uint64_t dimension = tables.dimension;
  std::vector<Tensor> result;
  const auto add = [&](const char* name, std::vector<std::uint64_t> shape, std::span<const float> numbers) {
    if (!numbers.empty()) result.push_back({name, "F32", std::move(shape), bytes_of(numbers)});
  };
  add("scales", {tables.rows}, tables.scales);
  add("centroids", {256, dimension}, tables.centroids);
  add("rotation", {dimension, dimension}, tables.rotation);
  // Bytes last, so that what is longer is aligned.
  result.insert(result.end(), std::make_move_iterator(others.begin()), std::make_move_iterator(others.end()));
  const std::uint64_t columns = tables.precision == Precision::pq ? tables.parts : dimension;
  const std::size_t size = tables.precision == Precision::f16 || tables.precision == Precision::bf16 ? 2 : 1;
  result.push_back({"embeddings",
                    std::string(type_of_precision(tables.precision)),
                    {tables.rows, columns},
                    {static_cast<const char*>(tables.numbers), tables.rows * columns * size}});
  return result;
}

/// What is written of vectors of n-grams, but for their letters; `offsets` must outlive the tensors.
std::vector<Tensor> subword_tables(const Subwords& subwords, Metadata& metadata, std::vector<std::int64_t>& offsets) {
  const NgramRule& rule = subwords.rule();
  metadata[std::string(hash_key)] = name_of(rule.hash);
  metadata[std::string(least_key)] = std::to_string(rule.min_length);
  metadata[std::string(most_key)] = std::to_string(rule.max_length);
  metadata[std::string(buckets_key)] = std::to_string(rule.buckets);
  std::vector<Tensor> tables = {tensor_of("subwords", subwords.matrix())};
  if (!subwords.kept().empty())
    tables.push_back({"subword_buckets", "U32", {subwords.kept().size()}, bytes_of(subwords.kept())});
  if (rule.hash == NgramHash::listed) {
    for (const std::string& ngram : subwords.ngrams())
      offsets.push_back(offsets.back() + static_cast<std::int64_t>(ngram.size()));
    tables.push_back({"ngram_offsets", "I64", {offsets.size()}, bytes_of(std::span<const std::int64_t>(offsets))});
  }
  return tables;
}

}  // namespace

void write_native(OutputFiles& files, const std::filesystem::path& path, const Embeddings& embeddings,
                  std::vector<Tensor> further, Progress* progress) {
  std::vector<Tensor> tables;
  Metadata metadata = embeddings.metadata();
  std::vector<std::int64_t> offsets = {0};
  std::string ngrams;
  const Subwords* const subwords = embeddings.subwords();
  if (subwords) tables = subword_tables(*subwords, metadata, offsets);
  if (const auto& packed = embeddings.packed())
    tables = packed_tables(packed->tables(), std::move(tables));
  else
    tables.insert(tables.begin(), tensor_of("embeddings", embeddings.matrix()));
  if (const Matrix* const places = embeddings.places())  // after floats, before what is shorter
    tables.insert(tables.begin() + (embeddings.packed() ? 0 : 1),
                  tensor_of("map", MatrixView(places->data(), places->rows(), 2)));
  if (subwords && subwords->rule().hash == NgramHash::listed) {
    for (const std::string& ngram : subwords->ngrams()) ngrams += ngram;
    tables.push_back({"ngrams", "U8", {ngrams.size()}, ngrams});
  }
  if (const Tokenizer* tokenizer = embeddings.tokenizer()) {
    tables.push_back({"tokenizer", "U8", {tokenizer->file().size()}, tokenizer->file()});
    if (!tokenizer->configuration().empty())
      tables.push_back({"configuration", "U8", {tokenizer->configuration().size()}, tokenizer->configuration()});
  }
  std::ranges::move(further, std::back_inserter(tables));
  const std::vector<Tensor> tensors = native_tensors(embeddings.vocabulary(), std::move(tables));
  OutputFile& file = files.open(path);
  // Embeddings of floats begin at a multiple of 64 bytes, else the first tensor does.
  write_safetensors(file, tensors, metadata, embeddings.packed() ? "word_offsets" : "embeddings", progress);
}

namespace {

void write(OutputFiles& files, const std::filesystem::path& path, const Embeddings& embeddings, Progress* progress) {
  write_native(files, path, embeddings, {}, progress);
}

}  // namespace

const FormatRow native_format = {{Format::native, "native", ".safetensors",
                                  "words, counts, vectors and how they were made, opened by mapping", false, true},
                                 recognizes,
                                 read,
                                 write};

}  // namespace equivec
