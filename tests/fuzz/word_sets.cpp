#include "equivec/bias/word_sets.hpp"
#include "input_file.hpp"

using namespace equivec;

// Files of word sets.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const InputFile file(bytes, size, "sets.json");
  return answered([&] { read_word_sets(file.path().string()); });
}
