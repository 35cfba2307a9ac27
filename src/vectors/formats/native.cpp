#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/files/files.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/output_file.hpp"
#include "src/files/safetensors.hpp"
#include "src/vectors/formats/format.hpp"
#include "src/vectors/native_tensors.hpp"

#include <algorithm>
#include <cstring>

// The native format: a safetensors file with the tensors word_offsets and counts (I64), embeddings (F32, words x
// dimension) and words (U8, all words joined). It is mapped, so that a query reads only what it needs.

namespace equivec {

namespace {

bool recognizes(std::string_view bytes) { return is_safetensors(bytes); }

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

Embeddings read(const Source& source, const ReadContext& context) {
  const SafetensorsContent content = parse_safetensors(source.bytes(), source.name);
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

  struct Memory {
    std::shared_ptr<const MappedFile> file;
    std::vector<std::int64_t> offsets, counts;
    std::vector<float> vectors;
  };
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
    return Embeddings(std::move(vocabulary), matrix, memory, content.metadata);
  } catch (const Error& error) {
    source.fail(std::string(error.what()) + "; the file is damaged");
  }
}

void write(OutputFiles& files, const std::filesystem::path& path, const Embeddings& embeddings, Progress* progress) {
  const std::uint64_t rows = embeddings.size(), dimension = static_cast<std::uint64_t>(embeddings.dimension());
  const std::vector<Tensor> tensors = native_tensors(
      embeddings.vocabulary(),
      {{"embeddings", "F32", {rows, dimension}, bytes_of(std::span(embeddings.matrix().data(), rows * dimension))}});
  OutputFile& file = files.open(path);
  write_safetensors(file, tensors, embeddings.metadata(), "embeddings", progress);
}

}  // namespace

const FormatRow native_format = {
    {Format::native, "native", ".safetensors", "words, counts, vectors and how they were made, opened by mapping"},
    recognizes,
    read,
    write};

}  // namespace equivec
