#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/sequence/beam_search.hpp"
#include "equivec/sequence/examples.hpp"
#include "equivec/sequence/options.hpp"
#include "equivec/sequence/scores.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Models of sequences that read word vectors: recurrent networks that classify texts, tag their words, predict the next
// unit, or translate. Built where libtorch is found (the library equivec_sequence).

/// An epoch of a training.
struct SequenceEpoch {
  int epoch;     ///< from 1
  double loss;   ///< mean over what was trained
  double score;  ///< of the development set, more is better: accuracy, F1 of spans, or -(mean log-loss)
  bool is_best;  ///< the best so far
};

struct SequenceTrainingControl {
  Progress* progress = nullptr;  ///< counts steps; setting `enough` ends with the best epoch so far
  std::function<void(const SequenceEpoch&)> on_epoch = {};
  /// Where the state is kept after each epoch; empty: nowhere.
  std::filesystem::path checkpoint = {};
  bool resume = false;  ///< go on from the checkpoint, if it is there
  Notices* notices = nullptr;
};

/// What a model thinks of a text's classes.
struct ClassPrediction {
  std::uint32_t label = 0;            ///< number of the most probable
  std::vector<double> probabilities;  ///< of each class, of sum 1
};

struct SampleOptions {
  std::size_t longest = 200;  ///< units, 1 to 1,000,000
  double temperature = 1;     ///< ln P is divided by it: 0.01 to 100; less is more predictable
  std::uint64_t seed = 1;
  bool through_ends = false;  ///< goes on after the end of a text
};
/// Throws OptionError.
void validate(const SampleOptions& options);

/// A translation, and why it is not the one that was wanted.
struct SequenceTranslation {
  std::vector<std::string> units;
  double score = 0;
  Fault fault = Fault::none;  ///< where a reference was given
};

/// How a model is scored.
struct SequenceEvaluationOptions {
  BootstrapOptions bootstrap = {};
  BeamOptions beam = {};  ///< of translate
};

struct SequenceEvaluation {
  std::size_t examples = 0;
  std::vector<SequenceMeasure> measures;  ///< at least one
  /// Of translate: how many targets were missed since the search did not find what the model prefers, and since the
  /// model prefers something else.
  std::array<std::size_t, faults.size()> faults_found = {};
};

/// The measure that models are compared by: F1 of spans where there is one, else the first.
const SequenceMeasure& leading_measure(const SequenceEvaluation& evaluation);

/// A trained model. Cheap to copy: copies share the network, which one thread at a time may use.
class SequenceModel {
 public:
  /// Trains a model, on `options.threads` threads, and keeps the parameters of the epoch with the best development
  /// score. vectors: null with VectorUse::random, else those of the words (or characters, as the units are). The same
  /// seed gives the same start, order and dropout for all vectors of one dimension. Throws Error if a label of the
  /// development set does not occur in the training (tag, classify), if a vector is not finite, if the loss stops
  /// being finite, if there is too little memory, or if the checkpoint does not fit; OptionError; Cancelled.
  static SequenceModel train(SequenceTask task, const SequenceExamples& training, const SequenceExamples& development,
                             const Embeddings* vectors, const SequenceModelOptions& model,
                             const SequenceTrainingOptions& options, const SequenceTrainingControl& control = {});

  /// Reads what write() wrote. Nothing in the file is run. Throws Error.
  static SequenceModel read(const std::filesystem::path& file);
  /// A native file of vectors (see write_embeddings()), with further tensors whose names begin with "sequence.": what
  /// reads vectors reads it too, those that were tuned included.
  void write(OutputFiles& files, const std::filesystem::path& file) const;

  SequenceTask task() const;
  const SequenceModelOptions& options() const;
  const std::vector<std::string>& labels() const;  ///< classes, tags, or units that can come next, in their order
  Embeddings vectors() const;                      ///< of the words, with those that were tuned
  std::size_t parameters() const;                  ///< how many numbers were trained

  /// Reads examples of the model's task, cut into its units.
  SequenceExamples read_examples(const std::filesystem::path& file, SequenceReadOptions options = {},
                                 Notices* notices = nullptr, const Progress* progress = nullptr) const;

  /// classify: accuracy, macro F1, log-loss. tag: as measures_of_tags(). language_model: perplexity, of each unit and
  /// of the end of each text, and bits of a unit; a unit that is not in the vocabulary is scored as the unknown one.
  /// translate: share of exact targets, BLEU. Throws Error for a label that training did not see; Cancelled.
  SequenceEvaluation evaluate(const SequenceExamples& test, const SequenceEvaluationOptions& options = {},
                              Progress* progress = nullptr) const;

  // Each is for one task; Error for a model of another. A text has at least one unit.
  std::vector<ClassPrediction> classify(std::span<const std::vector<std::string>> texts,
                                        Progress* progress = nullptr) const;
  std::vector<std::vector<std::string>> tag(std::span<const std::vector<std::string>> texts,
                                            Progress* progress = nullptr) const;
  /// A text that begins with `beginning`, which may be empty, and what was drawn after it.
  std::string sample(std::string_view beginning, const SampleOptions& options = {}, Progress* progress = nullptr) const;
  /// references: empty, or as many as sources.
  std::vector<SequenceTranslation> translate(std::span<const std::vector<std::string>> sources,
                                             std::span<const std::vector<std::string>> references = {},
                                             const BeamOptions& options = {}, Progress* progress = nullptr) const;

 private:
  struct State;
  explicit SequenceModel(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

/// On how many threads libtorch computes from now on; 0: all cores.
void set_sequence_threads(int threads);

}  // namespace equivec
