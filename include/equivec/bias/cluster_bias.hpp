#pragma once

#include "equivec/bias/biased_words.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

namespace equivec {

struct ClusterBiasOptions {
  int repeats = 10;   ///< clusterings, at least 1
  int restarts = 10;  ///< of each clustering, at least 1, as in KMeansOptions
  /// Of the interval. Its seed decides about the clusterings too; its threads do all of the work.
  BootstrapOptions bootstrap = {};
};

/// Whether the biased words fall into the two clusters of k-means by side. Of each clustering counts the better of both
/// ways to match clusters and sides, in a resample too: accuracies are 0.5 to 1. Throws Error if a side is empty or if
/// a word stands twice; OptionError.
RecoveredSides cluster_bias(const Embeddings& embeddings, const BiasedWords& words,
                            const ClusterBiasOptions& options = {});

}  // namespace equivec
