#include "input_file.hpp"
#include "src/files/decompress.hpp"

#include <string_view>
#include <vector>

using namespace equivec;

// Compressed bytes, of at most some megabytes: a bomb has no end. With little memory, since a header may ask for
// gigabytes, which the sanitizer takes a second to mark.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  return answered([&] {
    const Compression compression = recognize_compression(text);
    if (compression == Compression::none) return;
    Decompressor source(compression, text, "input", 64000000);
    std::vector<char> buffer(100000);
    for (int i = 0; i < 50 && source.read(buffer) == buffer.size(); ++i) continue;
  });
}
