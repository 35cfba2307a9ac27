#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/search/neighbor_graph.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

struct IndexRecallOptions {
  std::size_t words = 1000;    ///< asked for, drawn without replacement, 1 or more; if there are no more, all are
  std::size_t neighbors = 10;  ///< of each, 1 or more
  /// Of the searches, as in ApproximateOptions, each measured.
  std::vector<int> candidates = {50, 100, 150, 300, 600};
  std::uint64_t seed = 1;  ///< of the words
  int threads = 0;         ///< 0: all cores, of the exact search; those along the links are timed on one
};

/// What searches along the links of an index find of what an exact search finds.
struct IndexRecall {
  struct Row {
    int candidates;
    double recall;                     ///< mean over words of the share that is found
    std::optional<Interval> interval;  ///< 95 %, of resamples of the words
    double seconds;                    ///< of a question by itself, on one thread, on average
  };
  std::size_t words, neighbors;  ///< words that have neighbours, of those drawn; neighbours asked for
  std::vector<Row> rows;         ///< in the order of the candidates; empty if no word has neighbours
  double exact_seconds;          ///< of an exact question by itself, on one thread
};

/// Asks for the neighbours of words, without themselves, exactly and along the links. An answer that is as similar as
/// the last exact one counts as found. The recall does not depend on the threads, the times do on all else that the
/// machine does. Throws OptionError for options out of range, Error as ApproximateNeighbors. Progress counts questions.
IndexRecall index_recall(const Embeddings& embeddings, const NeighborGraph& graph,
                         const IndexRecallOptions& options = {}, Progress* progress = nullptr);

}  // namespace equivec
