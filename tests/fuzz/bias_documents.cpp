#include "src/report/bias_forest.hpp"
#include "input_file.hpp"

#include <array>

using namespace equivec;

// Documents of measures, and their picture.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const InputFile file(bytes, size, "bias.json");
  return answered([&] { forest_plot(bias_forest(read_bias_documents(std::array{file.path().string()}), {}), ""); });
}
