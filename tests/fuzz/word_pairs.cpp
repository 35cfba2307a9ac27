#include "equivec/downstream/word_swaps.hpp"
#include "input_file.hpp"

#include <string_view>

using namespace equivec;

// Pairs of words in a file, and the twin of a text that is the file itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const InputFile file(bytes, size);
  return answered([&] {
    SwapWords words{.name = "pairs", .pairs = read_word_pairs(file.path()), .names = {}, .persons = {}};
    const WordSwaps swaps(words);
    const Twin twin = swaps.twin_of({reinterpret_cast<const char*>(bytes), size});
    if ((twin.swapped == 0) != (twin.group == TextGroup::none)) std::abort();
  });
}
