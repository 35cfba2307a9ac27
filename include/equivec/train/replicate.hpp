#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstdint>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

struct ReplicateOptions {
  std::uint64_t seed = 1;      ///< of training, in place of that of the vectors
  std::uint64_t resample = 0;  ///< not 0: of resampled() text, with this seed
  int threads = 0;             ///< 0: all cores
};

/// Trains vectors again, of the same words and with the settings that their metadata name, so that one sees what chance
/// does. The text should be theirs: where its hash is another, reporting says so. Of word2vec and GloVe from a text.
/// Throws Error if the metadata do not tell how the vectors were trained, if they have been changed since (aligned,
/// transformed, debiased), if they began from other vectors, if phrases were not those of a file or "auto", or if
/// their words have no counts; and what training throws.
Embeddings replicate(const Corpus& corpus, const Embeddings& vectors, const ReplicateOptions& options = {},
                     const Reporting& reporting = {});

/// `count` replicates of as many bootstrap resamples of the text, with seeds and resamples options.seed, options.seed +
/// 1 and so on: how much vectors of such texts differ by chance (Efron 1979). options.resample is not used.
std::vector<Embeddings> bootstrap_replicates(const Corpus& corpus, const Embeddings& vectors, int count,
                                             const ReplicateOptions& options = {}, const Reporting& reporting = {});

}  // namespace equivec
