#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "equivec/vectors/subwords.hpp"
#include "equivec/vectors/tokenizer.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/files.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/output_file.hpp"
#include "src/files/safetensors.hpp"
#include "src/vectors/formats/format.hpp"
#include "src/vectors/native_tensors.hpp"

#include <algorithm>
#include <cstring>

// The native format: a safetensors file with the tensors word_offsets and counts (I64), embeddings (F32, words x
// dimension) and words (U8, all words joined). It is mapped, so that a query reads only what it needs. Vectors of
// n-grams are a further tensor, subwords (F32); which n-grams they are of is in the metadata, and if they are not those
// of all buckets, in subword_buckets (U32), or, if they are listed, in ngram_offsets (I64) and ngrams (U8). The files
// of a static sentence model are tokenizer and configuration (U8).

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
  std::vector<float> vectors, subwords;
  std::vector<std::uint32_t> kept;
};

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

Embeddings read(const Source& source, const ReadContext& context) {
  const SafetensorsContent content = parse_safetensors(source.bytes(), source.name);
  refuse_table_alone(source, content);
  const Tensor& offsets = require_tensor(source, content, "word_offsets", "I64", 1);
  const Tensor& counts = require_tensor(source, content, "counts", "I64", 1);
  const Tensor& vectors = require_tensor(source, content, "embeddings", "F32", 2);
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
    const MatrixView matrix(numbers_of(vectors, memory->vectors).data(), static_cast<Eigen::Index>(rows),
                            static_cast<Eigen::Index>(vectors.shape[1]));
    Metadata metadata = content.metadata;
    std::optional<Subwords> subwords = read_subwords(source, content, metadata, memory);
    return Embeddings(std::move(vocabulary), matrix, memory, std::move(metadata))
        .with_subwords(std::move(subwords))
        .with_tokenizer(read_tokenizer(source, content, rows == vectors.shape[0], context));
  } catch (const Error& error) {
    source.fail(std::string(error.what()) + "; the file is damaged");
  }
}

Tensor tensor_of(std::string name, MatrixView matrix) {
  const auto rows = static_cast<std::uint64_t>(matrix.rows()), columns = static_cast<std::uint64_t>(matrix.cols());
  return {std::move(name), "F32", {rows, columns}, bytes_of(std::span(matrix.data(), rows * columns))};
}

void write(OutputFiles& files, const std::filesystem::path& path, const Embeddings& embeddings, Progress* progress) {
  std::vector<Tensor> tables = {tensor_of("embeddings", embeddings.matrix())};
  Metadata metadata = embeddings.metadata();
  std::vector<std::int64_t> offsets = {0};
  std::string ngrams;
  if (const Subwords* subwords = embeddings.subwords()) {
    const NgramRule& rule = subwords->rule();
    metadata[std::string(hash_key)] = name_of(rule.hash);
    metadata[std::string(least_key)] = std::to_string(rule.min_length);
    metadata[std::string(most_key)] = std::to_string(rule.max_length);
    metadata[std::string(buckets_key)] = std::to_string(rule.buckets);
    tables.push_back(tensor_of("subwords", subwords->matrix()));
    if (!subwords->kept().empty())
      tables.push_back({"subword_buckets", "U32", {subwords->kept().size()}, bytes_of(subwords->kept())});
    if (rule.hash == NgramHash::listed) {
      for (const std::string& ngram : subwords->ngrams()) {
        ngrams += ngram;
        offsets.push_back(static_cast<std::int64_t>(ngrams.size()));
      }
      tables.push_back({"ngram_offsets", "I64", {offsets.size()}, bytes_of(std::span<const std::int64_t>(offsets))});
      tables.push_back({"ngrams", "U8", {ngrams.size()}, ngrams});
    }
  }
  if (const Tokenizer* tokenizer = embeddings.tokenizer()) {
    tables.push_back({"tokenizer", "U8", {tokenizer->file().size()}, tokenizer->file()});
    if (!tokenizer->configuration().empty())
      tables.push_back({"configuration", "U8", {tokenizer->configuration().size()}, tokenizer->configuration()});
  }
  const std::vector<Tensor> tensors = native_tensors(embeddings.vocabulary(), std::move(tables));
  OutputFile& file = files.open(path);
  write_safetensors(file, tensors, metadata, "embeddings", progress);
}

}  // namespace

const FormatRow native_format = {{Format::native, "native", ".safetensors",
                                  "words, counts, vectors and how they were made, opened by mapping", false, true},
                                 recognizes,
                                 read,
                                 write};

}  // namespace equivec
