#include "src/train/word2vec_sentences.hpp"

#include <cmath>

namespace equivec {

std::vector<std::uint32_t> keep_thresholds(const Vocabulary& vocabulary, double subsample) {
  constexpr std::uint32_t always = 0xFFFFFFFFu;
  std::vector<std::uint32_t> keep(vocabulary.size(), always);
  if (subsample == 0) return keep;
  for (std::size_t row = 0; row < keep.size(); ++row) {
    const double ratio = subsample * static_cast<double>(vocabulary.total_count()) /
                         static_cast<double>(std::max<std::uint64_t>(vocabulary.count(word_id(row)), 1));
    const double probability = std::sqrt(ratio) + ratio;
    if (probability < 1) keep[row] = static_cast<std::uint32_t>(probability * 0x1p32);
  }
  return keep;
}

}  // namespace equivec
