#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/communicator.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

// Mentioned here, and not to be linked.
namespace equivec {
class CooccurrenceStore;
}  // namespace equivec

namespace EQUIVEC_EXPORT equivec {

/// How co-occurrences are counted (Pennington, Socher and Manning 2014, sections 3 and 4.2). The defaults are those of
/// GloVe's cooccur.
struct CooccurrenceOptions {
  int window = 15;                 ///< context window: words on each side, 1..1000; ends at the end of the sentence
  bool symmetric = true;           ///< false: a row counts only words after its own, as `-symmetric 0`
  bool distance_weighting = true;  ///< a pair d words apart counts 1/d; false: 1
  int threads = 0;                 ///< 0: all cores
  /// Bytes that counting may use besides the corpus's ids; the rest goes to unlinked files in TMPDIR. 0: no limit.
  std::uint64_t memory = 0;
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const CooccurrenceOptions& options);

/// Co-occurrence counts: a sparse matrix, words x words. Immutable, cheap to copy, may be read by all threads. Each of
/// several ranks has consecutive rows of it; the others are empty there.
class Cooccurrences {
 public:
  /// The words that co-occur with one word, ascending, and their counts.
  struct Row {
    std::span<const WordId> words;
    std::span<const double> counts;  ///< all above 0
  };

  std::size_t words() const noexcept { return rows_.size(); }
  std::uint64_t size() const noexcept { return size_; }    ///< pairs with a count above 0, of all ranks
  Row row(WordId word) const noexcept;                     ///< REQUIRES: index(word) < words()
  bool mapped() const noexcept { return mapped_; }         ///< true if it is in a temporary file
  Communicator* ranks() const noexcept { return ranks_; }  ///< that share the rows; null: all are here

 private:
  friend class CooccurrenceStore;
  Cooccurrences() = default;

  struct Place {
    const WordId* words;
    const double* counts;
    std::size_t size;
  };
  std::shared_ptr<const void> owner_;
  std::span<const Place> rows_;
  std::uint64_t size_ = 0;
  bool mapped_ = false;
  Communicator* ranks_ = nullptr;
};

/// Counts are sums of whole multiples of a unit, so they are bitwise the same for any number of threads and any memory.
/// The unit is 1/L, L being the least common multiple of 1..window, which makes the counts exact. Where sums might
/// overflow, it is a power of two, to which the weight of each distance is rounded (in a text of 2^30 words, with a
/// relative error below 1e-6 for any window). Words outside the vocabulary are skipped, as if not in the text. Progress
/// counts words of the text. Throws Error if the corpus was encoded with another vocabulary or a temporary file cannot
/// be written; Cancelled.
Cooccurrences count_cooccurrences(const EncodedCorpus& corpus, const Vocabulary& vocabulary,
                                  const CooccurrenceOptions& options = {}, Progress* progress = nullptr);

/// What count_cooccurrences() will need: an estimate from the word counts, normally somewhat too high.
struct CooccurrenceNeeds {
  std::uint64_t memory = 0;  ///< bytes, including the part of the result that is not on disk
  std::uint64_t disk = 0;    ///< bytes of temporary files
};
CooccurrenceNeeds cooccurrence_needs(const EncodedCorpus& corpus, const Vocabulary& vocabulary,
                                     const CooccurrenceOptions& options);

}  // namespace equivec
