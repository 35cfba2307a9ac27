#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/train/training.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// What a window predicts (Mikolov, Chen et al. 2013, arXiv 1301.3781, section 3).
enum class Word2VecModel {
  skipgram,  ///< each context word by itself predicts the word in the middle
  cbow       ///< the mean of the context words predicts the word in the middle
};

/// The objective (Mikolov, Sutskever et al. 2013, arXiv 1310.4546, section 2).
enum class Word2VecLoss {
  negative_sampling,     ///< equation 4. All pairs of a window share their noise words (Ji et al. 2016, 1604.04661)
  hierarchical_softmax,  ///< equation 3: the way down a Huffman tree of the words
  softmax,               ///< equation 2, over all words: exact and slow, for small vocabularies
  hierarchical_softmax_and_negative_sampling  ///< the sum of both, as in word2vec.c with -hs 1 -negative N
};

inline constexpr std::array word2vec_losses = {Word2VecLoss::negative_sampling, Word2VecLoss::hierarchical_softmax,
                                               Word2VecLoss::softmax,
                                               Word2VecLoss::hierarchical_softmax_and_negative_sampling};

/// How much of the step of their mean each context word takes.
enum class CbowUpdate {
  gradient,  ///< its share, which is the gradient (Irsoy, Benton and Stratos 2021, arXiv 2012.15332)
  legacy     ///< all of it, as in word2vec.c
};

enum class WindowShape {
  shrinking,  ///< each position draws its reach from 1..window, so near words count more (word2vec.c)
  fixed       ///< all `window` words on each side
};

/// The lengths of character n-grams, in characters.
struct NgramLengths {
  int shortest = 0, longest = 0;
};

/// Of "3..6", or of "3" for both. Throws OptionError.
NgramLengths ngram_lengths(std::string_view text);

/// Settings of word2vec. Defaults are those of word2vec.c; see also word2vec_defaults. As there, context words are the
/// input and the word in the middle is the output, frequent words are dropped at random (section 2.3 of arXiv
/// 1310.4546, in word2vec.c's form), and a window ends where the sentence does and after 1,000 words that were not
/// dropped.
struct Word2VecOptions {
  Word2VecModel model = Word2VecModel::skipgram;
  Word2VecLoss loss = Word2VecLoss::negative_sampling;
  int dimension = 100;  ///< length of a vector, 1..65536
  int window = 5;       ///< words on each side, 1..1000
  WindowShape window_shape = WindowShape::shrinking;
  int negatives = 5;    ///< noise words that each pair is weighed against, 1..1000
  int group = 0;        ///< consecutive windows that are one step, 1..64; 0: see windows_of_group()
  int group_noise = 0;  ///< noise words drawn for a group, 1..1000; 0: see noise_of_group()
  /// With lengths from 1 to 100, words are means of a vector of their own and of those of their n-grams (Bojanowski et
  /// al. 2017), by fastText's rules; 0: words have no n-grams.
  NgramLengths subwords = {};
  std::uint64_t buckets = 2000000;  ///< of n-grams, 1..4,294,967,295
  double noise_exponent = 0.75;     ///< noise words are drawn by count^noise_exponent, -10..10
  CbowUpdate cbow_update = CbowUpdate::gradient;
  int epochs = 5;                ///< passes over the corpus, 1..1,000,000
  double learning_rate = 0.025;  ///< at the start, 1e-12..100; falls linearly, not below its 10,000th
  double subsample = 1e-3;       ///< words that are a larger share are dropped at random, 0..1; 0: none
  int threads = 0;               ///< 0: all cores
  int replicas = 0;          ///< of the tables, see train_word2vec, 1..64; 0: one for each group of cores, 1 over ranks
  bool partitioned = false;  ///< ranks have parts of the tables, see train_word2vec; `group` is then not used
  bool deterministic = false;  ///< the same bits for any number of threads; else only one thread gives them
  std::uint64_t seed = 1;
};

/// The defaults of a model: CBOW's learning rate is 0.05 with the legacy update (word2vec.c's), 0.075 with the
/// gradient; skip-gram's is 0.025, and 0.05 with n-grams (fastText's).
Word2VecOptions word2vec_defaults(Word2VecModel model, CbowUpdate update = CbowUpdate::gradient, bool subwords = false);

/// How many consecutive windows are trained in one step, with noise words that they share: `options.group`, or by
/// default 5 in skip-gram with negative sampling, fewer with more than 20 negatives, and 1 elsewhere. In a group no
/// reach is drawn: a pair of words counts by the probability that shrinking windows would have it. See
/// src/train/word2vec_groups.hpp.
int windows_of_group(const Word2VecOptions& options) noexcept;

/// How many noise words a group draws: `options.group_noise`, or by default 11 for every 25 that its windows would draw
/// one by one, but at least 16 less its windows. Their weight makes up for those that are not drawn, so that what is
/// expected of a step depends on `negatives` alone. Of one window: `options.negatives`.
int noise_of_group(const Word2VecOptions& options) noexcept;

/// Throws OptionError naming the first setting that is out of range.
void validate(const Word2VecOptions& options);
/// Throws OptionError naming the first setting that several ranks do not train: rounds, n-grams, the full softmax, and
/// replicas within a rank.
void validate_for_ranks(const Word2VecOptions& options);

/// The name of a value on the command line and in files.
std::string_view name_of(Word2VecModel model);
std::string_view name_of(Word2VecLoss loss);
std::string_view name_of(CbowUpdate update);
std::string_view name_of(WindowShape shape);

/// The settings that matter for `options.model` and `options.loss`, by their names in the struct.
Metadata description(const Word2VecOptions& options);

/// The tables that word2vec learns, vocabulary size x dimension each.
struct Word2VecVectors {
  Matrix words;     ///< what is normally used (word2vec.c's syn0)
  Matrix contexts;  ///< the output side (word2vec.c's syn1neg); no rows with hierarchical softmax, where nodes have it
  Matrix ngrams;    ///< with subwords: a row for each of `buckets`, of which `words` are made
  std::vector<std::uint32_t> buckets;  ///< those that n-grams of the vocabulary have; ascending
};

/// Trains on `options.threads` threads that share the tables without locks (Hogwild, Niu et al. 2011), or in rounds if
/// deterministic (see src/train/word2vec_rounds.hpp). Where cores do not all share a last cache, each group that does
/// has a replica of the tables, so that rows do not travel between the groups; the replicas are merged row by row
/// meanwhile (see src/train/table_replicas.hpp). What is drawn and the learning rate depend on (seed, epoch, place in
/// the corpus) alone. Progress counts words times epochs; a pair is an input with the word in the middle, in CBOW the
/// mean with it. Throws Error if no sentence has two words, if the vocabulary has no counts or is not the corpus', if
/// the loss or a vector stops being finite (naming epoch, word and learning rate), if the tables do not fit in memory,
/// or if the checkpoint cannot be written or does not fit these settings and this corpus; Cancelled if asked to stop,
/// after keeping a checkpoint where there is one.
///
/// Ranks that share the corpus call it together. Each trains its chunks on replicas of the tables, which are merged
/// meanwhile (see src/train/rank_merger.hpp), and all get the same result. With one thread a rank it is the same on
/// every run with as many ranks. Some settings are not for them: see validate_for_ranks().
///
/// With options.partitioned ranks train tables that are larger than the memory of each: a rank has the rows of its part
/// of the words, and another part of the outputs, which the ranks pass on to each other (see
/// src/train/word2vec_partitioned.hpp). It takes about 3 / ranks of one table where replicas take 4 whole ones. What is
/// learnt is as good. The first rank alone gets the result, `words` without `contexts`, for which it has to have memory
/// when training has ended: the words' vectors once more. On the other ranks all matrices are empty. There are no
/// checkpoints and no validation text: OptionError.
Word2VecVectors train_word2vec(const EncodedCorpus& corpus, const Vocabulary& vocabulary,
                               const Word2VecOptions& options = {}, const TrainingControl& control = {});

/// The tables that train_word2vec keeps in memory for a vocabulary of so many words, on each of so many ranks; the
/// result is a copy, of partitioned tables on the first rank alone.
std::vector<TableSize> word2vec_tables(std::size_t words, const Word2VecOptions& options, int ranks = 1);

}  // namespace equivec
