#include "equivec/downstream/labelled_texts.hpp"
#include "input_file.hpp"

using namespace equivec;

// Texts with labels.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const InputFile file(bytes, size);
  return answered([&] {
    const LabelledTexts texts = read_labelled_texts(file.path());
    for (const std::uint32_t label : texts.labels)
      if (label >= texts.classes.size()) std::abort();
  });
}
