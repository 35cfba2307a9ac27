#include "equivec/counts/cooccurrence_file.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/train/glove.hpp"
#include "input_file.hpp"

#include <vector>

using namespace equivec;

// Records of co-occurrences, from which GloVe then learns.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Vocabulary vocabulary(std::vector<Vocabulary::Entry>{{"a", 9}, {"b", 8}, {"c", 7}, {"d", 6}});
  const InputFile file(bytes, size);
  return answered([&] {
    Cooccurrences cooccurrences = read_cooccurrences(file.path(), vocabulary);
    train_glove(std::move(cooccurrences), vocabulary, {.dimension = 2, .epochs = 1, .threads = 1});
  });
}
