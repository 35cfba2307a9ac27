#include "equivec/train/glove_parameters.hpp"
#include "input_file.hpp"

using namespace equivec;

// All that GloVe has learned, of three words.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const InputFile file(bytes, size);
  return answered([&] { read_glove_parameters(file.path(), 3); });
}
