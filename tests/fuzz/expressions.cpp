#include "equivec/search/expression.hpp"
#include "equivec/search/neighbors.hpp"
#include "input_file.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace equivec;

// Queries and patterns, as they are typed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Vocabulary vocabulary(
      std::vector<Vocabulary::Entry>{{"king", 9}, {"man", 8}, {"new york", 7}, {"2", 6}});
  static const NearestNeighbors index(Embeddings(vocabulary, Matrix(Matrix::Identity(4, 4))), 0, 1);
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  answered([&] { parse_expression(index, text, "input"); });
  answered([&] { parse_expression(index, text, "input", true); });
  return answered([&] { matching_words(vocabulary, vocabulary.size(), "", text); });
}
