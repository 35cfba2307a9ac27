#pragma once

#include "equivec/base/export.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

namespace EQUIVEC_EXPORT equivec {

struct ClusterBiasOptions {
  int repeats = 10;   ///< clusterings, at least 1
  int restarts = 10;  ///< k-means restarts of each clustering, at least 1
  /// For the interval. Its seed also draws the clusterings; its threads do all of the work.
  BootstrapOptions bootstrap = {};
};

/// How well two clusters of k-means agree with the sides of the biased words. Each clustering, also in a resample, is
/// scored by the better of the two ways to match clusters and sides, so accuracies are 0.5 to 1. Throws Error if a side
/// is empty or if a word occurs twice; OptionError.
RecoveredSides cluster_bias(const Embeddings& embeddings, const BiasedWords& words,
                            const ClusterBiasOptions& options = {});

}  // namespace equivec
