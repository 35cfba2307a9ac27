#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/train/word2vec.hpp"
#include "input_file.hpp"

using namespace equivec;

// A checkpoint from which training is resumed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const TrainingText text = read_corpus(Corpus::from_text("a b c d a b c a b a\nb c d a\n"), {.min_count = 1});
  const InputFile file(bytes, size);
  return answered([&] {
    TrainingControl control;
    control.checkpoint = {.file = file.path(), .minutes = 1000, .resume = true};
    train_word2vec(text.corpus, text.vocabulary, {.dimension = 2, .epochs = 1, .threads = 1}, control);
  });
}
