#include "equivec/vectors/formats.hpp"
#include "input_file.hpp"

using namespace equivec;

// Files of vectors: what is recognised is read, and what was read can be written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const InputFile file(bytes, size);
  return answered([&] {
    const Embeddings embeddings = read_embeddings(file.path(), {.threads = 1});
    if (embeddings.size() != embeddings.vocabulary().size()) std::abort();
    for (std::size_t i = 0; i < embeddings.size(); ++i)
      if (embeddings.vocabulary().find(embeddings.vocabulary().word(word_id(i))) != word_id(i)) std::abort();
    // Lower precision is unpacked for who asks.
    if (embeddings.size() == 0) return;
    const std::vector<float> last = embeddings.vector_of(word_id(embeddings.size() - 1));
    if (last.size() != static_cast<std::size_t>(embeddings.dimension())) std::abort();
  });
}
