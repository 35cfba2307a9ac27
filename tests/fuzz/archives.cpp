#include "input_file.hpp"
#include "src/files/decompress.hpp"

#include <string_view>
#include <vector>

using namespace equivec;

// Compressed bytes, of at most some megabytes: a bomb has no end.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  return answered([&] {
    const Compression compression = recognize_compression(text);
    if (compression == Compression::none) return;
    Decompressor source(compression, text, "input");
    std::vector<char> buffer(100000);
    for (int i = 0; i < 50 && source.read(buffer) == buffer.size(); ++i) continue;
  });
}
