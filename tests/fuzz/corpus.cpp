#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/text/corpus.hpp"
#include "input_file.hpp"

#include <vector>

using namespace equivec;

// A text, counted and encoded; its words are those that tokenize() finds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const InputFile file(bytes, size);
  return answered([&] {
    const std::vector<std::string> paths = {file.path().string()};
    const TrainingText text = read_corpus(Corpus::from_paths(paths), {.min_count = 1, .threads = 1});
    const std::string_view content(reinterpret_cast<const char*>(bytes), size);
    if (size < 4 || content.find('\0') != content.npos) return;
    const unsigned char first = bytes[0];
    if (first == 0x1f || first == 'B' || first == 0xfd || first == 0x28 || (first & 0xf0) == 0x50 || first >= 0xef)
      return;  // an archive or a byte-order mark
    std::uint64_t words = 0;
    tokenize(
        content, [&](std::string_view) { ++words; }, [] {});
    if (text.corpus.words() != words) std::abort();
  });
}
