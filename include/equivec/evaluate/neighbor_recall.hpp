#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace EQUIVEC_EXPORT equivec {

struct RecallOptions {
  std::size_t words = 1000;    ///< asked for, drawn without replacement; if there are no more, all are
  std::size_t neighbors = 10;  ///< of each
  std::uint64_t seed = 1;      ///< of the words
  int threads = 0;             ///< 0: all cores; the result is the same for any number
};

/// What lower precision or fewer dimensions have kept.
struct NeighborRecall {
  std::size_t words, neighbors;  ///< words that have a direction, of those drawn; neighbours asked for
  std::optional<double> value;   ///< empty if no word has neighbours
};

/// The mean share of a word's nearest neighbours, by cosine among all words but itself, that are still among them.
/// Throws Error unless both have the same words in the same order, OptionError if `words` or `neighbors` is 0. Progress
/// counts questions.
NeighborRecall neighbor_recall(const Embeddings& before, const Embeddings& after, const RecallOptions& options = {},
                               Progress* progress = nullptr);

}  // namespace equivec
