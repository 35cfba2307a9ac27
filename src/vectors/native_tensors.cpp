#include "src/vectors/native_tensors.hpp"

#include "src/files/files.hpp"

#include <iterator>
#include <utility>

namespace equivec {

std::vector<Tensor> native_tensors(const Vocabulary& vocabulary, std::vector<Tensor> tables) {
  const std::uint64_t words = vocabulary.size();
  std::vector<Tensor> tensors = {{"word_offsets", "I64", {words + 1}, bytes_of(vocabulary.offsets())},
                                 {"counts", "I64", {words}, bytes_of(vocabulary.counts())}};
  tensors.insert(tensors.end(), std::make_move_iterator(tables.begin()), std::make_move_iterator(tables.end()));
  tensors.push_back({"words", "U8", {vocabulary.bytes().size()}, vocabulary.bytes()});
  return tensors;
}

}  // namespace equivec
