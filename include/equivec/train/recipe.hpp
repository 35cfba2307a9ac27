#pragma once

#include "equivec/base/export.hpp"
#include "equivec/counts/cooccurrence.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/train/glove.hpp"
#include "equivec/train/training.hpp"
#include "equivec/train/word2vec.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Recipes: the whole way from a text to vectors that say how they were made. Each is one call, or two: the first reads
// and counts the text, the second trains. What a call throws is what its steps throw: Error, OptionError, Cancelled.

/// Where the words that are trained come from.
struct WordsRecipe {
  VocabularyOptions options = {};  ///< how words are counted
  std::string file = {};           ///< write_vocabulary()'s file, used in place of counting; empty: words are counted
  std::optional<Vocabulary> known = {};  ///< used in place of both
  /// A file of write_phrases(), or "auto": they are found in the text, with the defaults of PhraseOptions. Empty: as
  /// options.phrases says.
  std::string phrases = {};
  /// Not 0: training sees resampled() of the text with this seed. Words are chosen by their counts in the text itself.
  std::uint64_t resample = 0;
};

/// words.options with the phrases that words.phrases means.
VocabularyOptions reading_options(const Corpus& corpus, const WordsRecipe& words, const Reporting& reporting = {});

// ---- word2vec ----

struct Word2VecRecipe {
  WordsRecipe words = {};  ///< options.threads is not used: training.threads is
  Word2VecOptions training = {};
  std::optional<Corpus> validation = {};  ///< held-out text, whose loss is reported after each epoch
  /// The first of words.known, which must be given, is the end of a sentence, as in word2vec.c: it counts in
  /// subsampling, gets a vector, and is never trained.
  bool sentence_end_row = false;
  std::string command = {};       ///< recorded; empty: "train skipgram" or "train cbow"
  std::string initial_name = {};  ///< recorded: the file that TrainingControl::initial was read from
};

/// A text that is ready for training.
struct Word2VecText {
  TrainingText text;
  Vocabulary rows;           ///< the words of the vectors; text.vocabulary, or what stands in its place in the output
  Word2VecOptions training;  ///< with the dimension and the subsampling that hold for this text
  std::optional<EncodedCorpus> validation = {};
};

/// Reads the text, counts its words unless they are given, and encodes it. If control.initial is given and the words
/// are not, its words are kept whatever their counts, and training has its dimension.
Word2VecText prepare_word2vec(const Corpus& corpus, const Word2VecRecipe& recipe, const TrainingControl& control = {});

/// What a recipe gives.
struct TrainedVectors {
  Embeddings vectors;  ///< the words' vectors; metadata() says how they were made. Of partitioned tables the first rank
                       ///< alone has them, others none
  std::optional<Embeddings> contexts = {};  ///< word2vec's output side, if there is one
  std::uint64_t trained = 0;                ///< words (word2vec) or pairs (GloVe), times the epochs
  double seconds = 0;                       ///< of training alone
};

TrainedVectors train_word2vec(const Word2VecText& text, const Word2VecRecipe& recipe,
                              const TrainingControl& control = {});
TrainedVectors train_word2vec(const Corpus& corpus, const Word2VecRecipe& recipe = {},
                              const TrainingControl& control = {});

/// What training would take.
struct Word2VecEstimate {
  std::vector<TableSize> tables;  ///< in memory, the corpus and the result included
  std::uint64_t words = 0;        ///< to be trained, times the epochs
  double words_per_second = 0;    ///< measured by training for a second; 0: not measured
};

/// Trains for a second to measure the speed, unless there are several ranks or the tables take more than a quarter of
/// the memory that the process may have. Throws Error if they take more than all of it, and what training throws.
/// Progress is used for cancelling only.
Word2VecEstimate estimate_word2vec(const Word2VecText& text, const Progress* progress = nullptr);

/// The words of a text, or of recipe.words.file, as word2vec.c has them: the end of the sentence, "</s>", first,
/// whatever its count, then the others by their counts.
Vocabulary word2vec_vocabulary(const Corpus& corpus, const WordsRecipe& words, const Reporting& reporting = {});

// ---- GloVe ----

/// How pairs are counted.
struct CooccurrenceRecipe {
  WordsRecipe words = {};
  /// threads and memory are not used, nor is words.options.memory: words.options.threads and `memory` are
  CooccurrenceOptions cooccurrence = {};
  std::uint64_t memory = 0;  ///< bytes for all of it; 0: three quarters of what the process may have
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const CooccurrenceRecipe& recipe);

/// A text after counting.
struct CountedText {
  Vocabulary vocabulary;
  Cooccurrences cooccurrences;
  Metadata metadata;  ///< how they were made
};

/// Reads the text, counts its words unless they are given, and then its pairs. The result is the same for any number of
/// threads and any memory. Uses control.initial as prepare_word2vec() does.
CountedText count_text(const Corpus& corpus, const CooccurrenceRecipe& recipe, const TrainingControl& control = {});

/// Reads a file of pairs, as write_cooccurrences() or Stanford's cooccur write it, and its recipe.words.file, which
/// every one of several ranks reads.
CountedText read_counted_text(const std::string& cooccurrence_file, const CooccurrenceRecipe& recipe,
                              const Reporting& reporting = {}, Communicator* ranks = nullptr);

struct GloveRecipe {
  CooccurrenceRecipe counting = {};
  GloveOptions training = {};  ///< threads and memory are not used: those of `counting` are
  GloveParts parts = GloveParts::sum;
  bool unknown_vector = false;  ///< adds "<unk>", the mean of the 100 rarest words' vectors, as Stanford's program does
  std::string initial_name = {};                                ///< as in Word2VecRecipe
  std::function<void(const GloveVectors&)> on_parameters = {};  ///< gets all that was learnt
};

/// The trainer's options: `training` with the threads and memory of `counting` and the dimension of control.initial.
GloveOptions glove_options(const GloveRecipe& recipe, const TrainingControl& control = {});

/// Takes the counts, whose memory is given back before training begins.
TrainedVectors train_glove(CountedText text, const GloveRecipe& recipe, const TrainingControl& control = {});
TrainedVectors train_glove(const Corpus& corpus, const GloveRecipe& recipe = {}, const TrainingControl& control = {});

}  // namespace equivec
