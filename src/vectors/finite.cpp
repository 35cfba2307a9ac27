#include "src/vectors/finite.hpp"

#include "equivec/base/error.hpp"
#include "src/base/parallel.hpp"
#include "src/base/suggestion.hpp"

#include <algorithm>
#include <mutex>

namespace equivec {

void require_finite(const std::string& name, const Vocabulary& vocabulary, MatrixView vectors, int threads) {
  std::mutex mutex;
  std::size_t first = vocabulary.size();
  parallel_ranges(vocabulary.size(), 4096, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row)
      if (!vectors.row(static_cast<Eigen::Index>(row)).allFinite()) {
        const std::scoped_lock lock(mutex);
        first = std::min(first, row);
        break;
      }
  });
  if (first < vocabulary.size())
    throw Error(name + ": row " + std::to_string(first + 1) + ", '" + std::string(vocabulary.word(word_id(first))) +
                "', has a value that is not a finite number; convert --not-finite drop leaves such rows out");
}

void require_finite(const Embeddings& embeddings, WordId word) {
  if (embeddings.packed() ? !column(embeddings.vector_of(word)).allFinite() : !column(embeddings[word]).allFinite())
    throw Error("the vector of '" + escaped(embeddings.vocabulary().word(word)) +
                "' has a value that is not a finite number; the file of vectors is damaged");
}

}  // namespace equivec
