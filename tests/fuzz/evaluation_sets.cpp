#include "equivec/evaluate/analogies.hpp"
#include "equivec/evaluate/categories.hpp"
#include "equivec/evaluate/outliers.hpp"
#include "equivec/evaluate/similarities.hpp"
#include "equivec/evaluate/synonyms.hpp"
#include "equivec/spaces/dictionary.hpp"
#include "equivec/spaces/lexicon.hpp"
#include "input_file.hpp"

using namespace equivec;

// Sets of all five kinds, dictionaries and lexicons; the first byte chooses the kind.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const bool table = (bytes[0] & 0x80) != 0;
  const InputFile file(bytes + 1, size - 1, table ? "set.csv" : "set.txt");
  return answered([&] {
    switch (bytes[0] & 7) {
      case 0:
        read_analogies(file.path());
        break;
      case 1:
        read_similarities(file.path());
        break;
      case 2:
        read_categories(file.path());
        break;
      case 3:
        read_outliers(file.path());
        break;
      case 4:
        read_dictionary(file.path());
        break;
      case 6:
        read_lexicon(file.path());
        break;
      default:
        read_synonyms(file.path());
    }
  });
}
