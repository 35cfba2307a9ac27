#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/phrase_file.hpp"
#include "src/counts/phrase_joiner.hpp"
#include "input_file.hpp"

using namespace equivec;

// Files of phrases, which are then joined in a small text; what is joined are words that follow each other.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const TrainingText text =
      read_corpus(Corpus::from_text("a b c a b of c of the d\na_b c a of of_the b\nb b b b b b b _ __ ___\nx + y\n"),
                  {.min_count = 1});
  const InputFile file(bytes, size);
  return answered([&] {
    const Phrases phrases = read_phrases(file.path());
    const NumberedText joined = join_phrases(text, phrases, {.end_token = true, .threads = 1, .piece = 3}, nullptr);
    if (joined.tokens == 0 || joined.tokens > text.corpus.words()) std::abort();
    if (joined.ids.size() != joined.tokens + 2 * joined.sentences || joined.sentences != 4) std::abort();
    write_phrases("/dev/null", phrases);
  });
}
