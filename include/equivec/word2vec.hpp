#pragma once

#include "equivec/embeddings.hpp"
#include "equivec/encoded_corpus.hpp"
#include "equivec/progress.hpp"

#include <cstdint>

namespace equivec {

enum class WindowShape {
  shrinking,  ///< each position draws its reach from 1..window, so near words count more (word2vec.c)
  fixed       ///< all `window` words on each side
};

/// Settings of skip-gram with negative sampling (Mikolov et al. 2013). Defaults are those of word2vec.c.
struct SkipGramOptions {
  int dimension = 100;  ///< length of a vector, 1..65536
  int window = 5;       ///< words on each side, 1..1000
  WindowShape window_shape = WindowShape::shrinking;
  int negatives = 5;             ///< noise words, drawn once for all pairs of a window, 1..1000
  int epochs = 5;                ///< passes over the corpus
  double learning_rate = 0.025;  ///< at the start; falls linearly, not below a 10,000th of it
  double subsample = 1e-3;       ///< share of the corpus above which a word is dropped at random; 0: none
  double noise_exponent = 0.75;  ///< noise words are drawn with probability ~ count^noise_exponent
  int threads = 0;               ///< 0: all cores. Only 1 gives the same bits on every run
  std::uint64_t seed = 1;
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const SkipGramOptions& options);

/// The two tables that skip-gram learns, vocabulary size x dimension each.
struct SkipGramVectors {
  Matrix words;     ///< what is normally used (word2vec.c's syn0)
  Matrix contexts;  ///< the output side (word2vec.c's syn1neg)
};

/// Trains on `options.threads` threads that share the tables without locks (Hogwild, Niu et al. 2011).
/// What is drawn and the learning rate depend on (seed, epoch, chunk) alone. Progress counts words times epochs.
/// Throws Error if the loss or a vector stops being finite or the tables do not fit in memory, Cancelled if asked to
/// stop.
SkipGramVectors train_skipgram(const EncodedCorpus& corpus, const Vocabulary& vocabulary,
                               const SkipGramOptions& options = {}, Progress* progress = nullptr);

}  // namespace equivec
