#include "equivec/downstream/mean_vectors.hpp"
#include "equivec/vectors/formats.hpp"
#include "input_file.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

using namespace equivec;

namespace {

/// Texts with what tokenizers make much of.
void encode(const Embeddings& embeddings) {
  const std::vector<Text> texts = {"The cat's naïve, 3.5 [UNK] [MASK]", "数据 e\u0301 \xFF\u200B  x"};
  if (mean_vectors(embeddings, texts, {.threads = 1}).vectors.rows() != 2) std::abort();
}

}  // namespace

// A folder of a static sentence model: 4 bytes with the length of tokenizer.json, its bytes, those of
// model.safetensors. What was read can be written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::uint32_t length = 0;
  if (size < sizeof length) return 0;
  std::memcpy(&length, bytes, sizeof length);
  bytes += sizeof length;
  size -= sizeof length;
  const std::size_t text = std::min<std::size_t>(length, size);
  const InputFile tokenizer(bytes, text, "tokenizer"), tensors(bytes + text, size - text, "tensors");
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("equivec-fuzz-" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  std::filesystem::create_symlink(tokenizer.path(), folder / "tokenizer.json");
  std::filesystem::create_symlink(tensors.path(), folder / "model.safetensors");
  answered([&] {
    const Embeddings embeddings = read_embeddings(folder, {.threads = 1});
    if (embeddings.size() != embeddings.vocabulary().size()) std::abort();
    if (embeddings.matrix().size() > 1000000) return;
    answered([&] { encode(embeddings); });
    write_embeddings(folder / "again", embeddings, Format::model2vec);
    if (read_embeddings(folder / "again", {.threads = 1}).size() != embeddings.size()) std::abort();
  });
  std::filesystem::remove_all(folder);
  return 0;
}
