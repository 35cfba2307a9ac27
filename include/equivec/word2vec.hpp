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

/// Settings of skip-gram with negative sampling (Mikolov, Sutskever et al. 2013, arXiv 1310.4546, section 2.2, equation
/// 4; frequent words are dropped as in section 2.3, in word2vec.c's form). Defaults are those of word2vec.c. As there,
/// the context words are the input and the word in the middle the output. Other than there, one draw of noise words
/// serves all pairs of a window (Ji et al. 2016, arXiv 1604.04661). A window ends where the sentence does, at the end
/// of a chunk, and after 1,000 words that were not dropped.
struct SkipGramOptions {
  int dimension = 100;  ///< length of a vector, 1..65536
  int window = 5;       ///< words on each side, 1..1000
  WindowShape window_shape = WindowShape::shrinking;
  int negatives = 5;             ///< noise words, drawn once for all pairs of a window, 1..1000
  int epochs = 5;                ///< passes over the corpus, 1..1,000,000
  double learning_rate = 0.025;  ///< at the start, 1e-12..100; falls linearly, not below its 10,000th
  double subsample = 1e-3;       ///< words that are a larger share are dropped at random, 0..1; 0: none
  double noise_exponent = 0.75;  ///< noise words are drawn by count^noise_exponent, -10..10
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
/// Throws Error if no sentence has two words, if the vocabulary has no counts or is not the corpus', if the loss or a
/// vector stops being finite, or if the tables do not fit in memory, Cancelled if asked to stop.
SkipGramVectors train_skipgram(const EncodedCorpus& corpus, const Vocabulary& vocabulary,
                               const SkipGramOptions& options = {}, Progress* progress = nullptr);

}  // namespace equivec
