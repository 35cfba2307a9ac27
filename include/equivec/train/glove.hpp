#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/cooccurrence.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/train/training.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// How the biases learn.
enum class BiasUpdate {
  gradient,  ///< like everything else
  legacy     ///< by steps that know neither the learning rate nor clipping, as in Stanford's program since 2019
};

/// Settings of GloVe (Pennington, Socher and Manning 2014). Defaults are those of Stanford's program.
struct GloveOptions {
  int dimension = 50;             ///< length of a vector, 1..65,000
  int epochs = 25;                ///< passes over the co-occurrences, 1..1,000,000
  double learning_rate = 0.05;    ///< of AdaGrad, 1e-12..100
  double x_max = 100;             ///< a pair that occurs more often weighs 1 (equation 9), above 0
  double weight_exponent = 0.75;  ///< rarer ones weigh (count / x_max)^weight_exponent, 0..10
  double gradient_clip = 100;     ///< largest number in a gradient, above 0
  BiasUpdate bias_update = BiasUpdate::gradient;
  int threads = 0;           ///< 0: all cores; the result does not depend on it
  std::uint64_t memory = 0;  ///< bytes the pairs may take; beyond, they are kept in a file in TMPDIR. 0: no limit
  std::uint64_t seed = 1;
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const GloveOptions& options);

std::string_view name_of(BiasUpdate update);

/// The settings by their names in the struct, without threads and memory, which change nothing.
Metadata description(const GloveOptions& options);

/// All that GloVe learns: words x dimension each, and a number for each word.
struct GloveVectors {
  Matrix words, contexts;  ///< w and w~ of equation 8
  std::vector<float> word_biases, context_biases;
};

/// Learns vectors whose inner products, with biases, are the logarithms of the counts (equation 8), by stochastic
/// gradient descent with AdaGrad (Duchi, Hazan and Singer 2011) in 32-bit floats. The result is the same bits for any
/// number of threads and ranks and any memory on the same instruction set: pairs are taken tile by tile, and which
/// tiles may be taken at once is a matter of the seed (see src/train/glove_rotation.hpp). Progress counts pairs times
/// epochs; the loss of an epoch is the mean of equation 8's terms, halved as in Stanford's program, each taken before
/// its step. Of `control`, `validation` is not used. Throws Error if there is no pair, if the co-occurrences are of
/// another number of words, if the loss stops being finite (naming epoch, word and learning rate), if the tables do not
/// fit in memory, or if the checkpoint cannot be written or does not fit these settings; Cancelled if asked to stop,
/// after keeping a checkpoint where there is one. Takes the co-occurrences, whose memory is given back before training
/// begins if nobody else holds them.
///
/// Co-occurrences whose rows ranks share (Cooccurrences::ranks()) are trained by all of them, which call this together
/// with the same settings, and all get the result. Each keeps in memory the pairs of its share of the contexts, and,
/// like a single process, both tables. Ranks and threads beyond 32 in all have nothing to do. Progress of the first
/// rank counts the pairs of all; checkpoints, log and reports are those of the first. A checkpoint goes on with any
/// number of ranks. If training diverges, all throw the Error.
GloveVectors train_glove(Cooccurrences cooccurrences, const Vocabulary& vocabulary, const GloveOptions& options = {},
                         const TrainingControl& control = {});

/// What is kept of a word.
enum class GloveParts {
  sum,         ///< w + w~, which is normally used (section 4.2 of the paper)
  words,       ///< w
  contexts,    ///< w~
  both,        ///< w and w~ side by side: 2 x dimension columns
  with_biases  ///< w, its bias, w~, its bias: 2 x (dimension + 1) columns, as Stanford's `-model 0`
};
std::string_view name_of(GloveParts parts);

/// words x as many columns as the parts have.
Matrix matrix_of(GloveVectors vectors, GloveParts parts);

/// The tables that train_glove keeps in memory for so many words and pairs; the result is a copy.
std::vector<TableSize> glove_tables(std::size_t words, std::uint64_t pairs, const GloveOptions& options);

}  // namespace equivec
