#include "equivec/vectors/formats.hpp"
#include "input_file.hpp"

#include <array>
#include <fstream>
#include <string_view>

using namespace equivec;
namespace fs = std::filesystem;

// A projector's folder: the first byte says which kind of configuration and of numbers it has, and the rest, at the
// bytes fe fe, is the configuration, the numbers and the labels.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  static const fs::path folder =
      fs::temp_directory_path() / ("equivec-fuzz-" + std::to_string(::getpid()) + "-projector");
  fs::create_directories(folder);
  const unsigned kinds = bytes[0];
  std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const std::array<fs::path, 3> files = {
      folder / ((kinds & 1) != 0 ? "projector_config.json" : "projector_config.pbtxt"),
      folder / ((kinds & 2) != 0 ? "t.bytes" : "t.tsv"), folder / "m.tsv"};
  for (const fs::path& file : files) {
    const std::size_t end = std::min(rest.find("\xfe\xfe"), rest.size());
    std::ofstream(file, std::ios::binary) << rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  const int result = answered([&] {
    const Embeddings embeddings = read_embeddings(folder, {.format = Format::projector, .threads = 1});
    if (embeddings.size() != embeddings.vocabulary().size()) std::abort();
  });
  fs::remove_all(folder);
  return result;
}
