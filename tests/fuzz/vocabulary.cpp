#include "equivec/counts/vocabulary.hpp"
#include "input_file.hpp"

using namespace equivec;

// Files of words and counts; what was read has each word once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const InputFile file(bytes, size);
  return answered([&] {
    const Vocabulary vocabulary = read_vocabulary(file.path());
    for (std::size_t i = 0; i < vocabulary.size(); ++i)
      if (vocabulary.find(vocabulary.word(word_id(i))) != word_id(i)) std::abort();
  });
}
