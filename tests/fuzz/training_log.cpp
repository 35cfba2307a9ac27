#include "src/report/loss_plot.hpp"
#include "input_file.hpp"

#include <array>

using namespace equivec;

// Logs of trainings, and their picture.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const InputFile file(bytes, size, "loss.jsonl");
  return answered([&] { loss_plot(read_loss_curves(std::array{file.path().string()}), ""); });
}
