#include "src/train/checkpoint.hpp"

#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "src/files/files.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/varint.hpp"
#include "src/vectors/native_tensors.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace equivec {

void write_checkpoint(const std::filesystem::path& file, const Vocabulary& vocabulary,
                      std::span<const NamedTable> tables, const Metadata& metadata) {
  std::vector<Tensor> tensors;
  for (const NamedTable& t : tables)
    if (t.table->rows() > 0)
      tensors.push_back({.name = t.name,
                         .type = "F32",
                         .shape = {t.table->rows(), t.width()},
                         .bytes = {},
                         .row = [t](std::size_t i) {
                           return bytes_of(std::span<const float>(t.table->row(i) + t.first, t.width()));
                         }});
  OutputFiles files;
  write_safetensors(files.open(file), native_tensors(vocabulary, std::move(tensors)), metadata, "embeddings", nullptr);
  files.commit();
}

Checkpoint::Checkpoint(const std::filesystem::path& file)
    : name_(file.string()), file_(std::make_shared<const MappedFile>(file)) {
  if (!is_safetensors(file_->bytes())) fail("is no checkpoint");
  content_ = parse_safetensors(file_->bytes(), name_);
}

void Checkpoint::fail(const std::string& problem) const {
  throw Error(name_ + ": " + problem + "; give --checkpoint another file, or train without --resume");
}

const std::string& Checkpoint::at(const std::string& key) const {
  const auto found = content_.metadata.find(key);
  if (found == content_.metadata.end()) fail("is no checkpoint of this training: it does not say " + key);
  return found->second;
}

void Checkpoint::require_same(const Metadata& settings) const {
  for (const auto& [key, value] : settings)
    if (at(key) != value) fail("was made with " + key + " " + at(key) + ", not " + value);
}

void Checkpoint::require_same(const Vocabulary& vocabulary) const {
  const auto same = [&](std::string_view name, std::string_view bytes) {
    const Tensor* tensor = content_.find(name);
    return tensor && tensor->bytes == bytes;
  };
  if (!same("words", vocabulary.bytes()) || !same("word_offsets", bytes_of(vocabulary.offsets())) ||
      !same("counts", bytes_of(vocabulary.counts())))
    fail("has other words or counts than the corpus");
}

void Checkpoint::restore(std::span<const NamedTable> tables) const {
  for (const NamedTable& t : tables) {
    const std::size_t rows = t.table->rows();
    if (rows == 0) continue;
    const Tensor* tensor = content_.find(t.name);
    if (!tensor || tensor->type != "F32" || tensor->shape != std::vector<std::uint64_t>{rows, t.width()})
      fail("has no table '" + t.name + "' of " + std::to_string(rows) + " x " + std::to_string(t.width()) + " numbers");
    const std::size_t bytes = t.width() * sizeof(float);
    for (std::size_t i = 0; i < rows; ++i)
      std::memcpy(t.table->row(i) + t.first, tensor->bytes.data() + i * bytes, bytes);
  }
  require_whole_inputs();
}

void Checkpoint::share(Communicator& ranks, std::span<const NamedTable> tables) {
  std::string bytes;
  const auto append = [&](const std::string& text) {
    append_varint(bytes, text.size());
    bytes += text;
  };
  append(name_);
  for (const auto& [key, value] : content_.metadata) {
    append(key);
    append(value);
  }
  bytes = broadcast(ranks, std::move(bytes));
  VarintReader reader(bytes);
  const auto text = [&] { return std::string(reader.bytes(reader())); };
  name_ = text();
  while (!reader.at_end()) {
    std::string key = text();
    content_.metadata[std::move(key)] = text();
  }
  if (empty()) return;
  constexpr std::size_t rows_of_message = 4096;
  std::vector<float> message;
  for (const NamedTable& t : tables)
    for (std::size_t begin = 0; begin < t.table->rows(); begin += rows_of_message) {
      const std::size_t rows = std::min(rows_of_message, t.table->rows() - begin), width = t.width();
      message.resize(rows * width);
      for (std::size_t i = 0; i < rows; ++i) std::copy_n(t.table->row(begin + i) + t.first, width, &message[i * width]);
      broadcast(ranks, std::as_writable_bytes(std::span(message)));
      for (std::size_t i = 0; i < rows; ++i) std::copy_n(&message[i * width], width, t.table->row(begin + i) + t.first);
    }
}

}  // namespace equivec
