#pragma once

#include "equivec/base/export.hpp"
#include "equivec/sequence/cell.hpp"
#include "equivec/sequence/character_encoder_kind.hpp"
#include "equivec/sequence/examples.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace EQUIVEC_EXPORT equivec {

/// What becomes of the words' vectors in a sequence model.
enum class VectorUse {
  frozen,  ///< they stay as they are
  tuned,   ///< those of the words in the training texts are trained along
  random   ///< all are drawn, and trained: for comparison, or where there are none
};
inline constexpr std::array vector_uses = {VectorUse::frozen, VectorUse::tuned, VectorUse::random};
/// "frozen", "tuned", "random".
std::string_view name_of(VectorUse use);

/// How the states of all words become one vector of a text.
enum class Pooling {
  last,  ///< the last state of each direction
  mean,
  maximum  ///< of each number, over the words
};
inline constexpr std::array poolings = {Pooling::last, Pooling::mean, Pooling::maximum};
/// "last", "mean", "maximum".
std::string_view name_of(Pooling pooling);

/// How the source of a translation becomes the beginning of its target.
enum class SequenceEncoder {
  attention,  ///< recurrent layers in both directions, which every step of the target looks at again (Bahdanau et al.
              ///< 2014)
  mean        ///< the mean of the source's vectors is all that the target begins with: one to many
};
inline constexpr std::array sequence_encoders = {SequenceEncoder::attention, SequenceEncoder::mean};
/// "attention", "mean".
std::string_view name_of(SequenceEncoder encoder);

/// The shape of a sequence model.
struct SequenceModelOptions {
  CellKind cell = CellKind::lstm;
  int hidden = 128;           ///< numbers of a state, of each direction, 1 to 8192
  int layers = 1;             ///< 1 to 16
  bool bidirectional = true;  ///< of classify, tag and the source of translate; a language model reads forward alone
  double dropout = 0.5;       ///< of vectors, states and between layers, 0 to 0.95
  VectorUse use = VectorUse::frozen;
  int dimension = 100;  ///< of random vectors, and of a target's units, 1 to 8192
  /// Words also as their characters: a second vector beside the first.
  CharacterEncoderKind character_encoder = CharacterEncoderKind::none;
  int character_dimension = 25;                          ///< of a character's vector, 1 to 1024
  int character_outputs = 50;                            ///< of a word's second vector, 2 to 1024; even for lstm
  Pooling pooling = Pooling::maximum;                    ///< of classify
  bool crf = false;                                      ///< of tag: tags depend on the tags beside them
  SequenceEncoder encoder = SequenceEncoder::attention;  ///< of translate
  int vocabulary = 10000;  ///< of a language model and a target: the most frequent units, 1 to 1,000,000
  SequenceUnits units = SequenceUnits::words;
};

/// How the learning rate goes down.
enum class LearningRateSchedule {
  plateau,  ///< halved after each epoch without a better development score
  linear    ///< from step to step, to 0 at the end of the last epoch that is allowed
};
inline constexpr std::array learning_rate_schedules = {LearningRateSchedule::plateau, LearningRateSchedule::linear};
/// "plateau", "linear".
std::string_view name_of(LearningRateSchedule schedule);

struct SequenceTrainingOptions {
  int epochs = 30;              ///< at most, 1 to 10,000
  int patience = 4;             ///< epochs without a better development score after which training ends, 1 to 10,000
  int batch = 32;               ///< examples of a step, 1 to 4096
  double learning_rate = 1e-3;  ///< of Adam (Kingma and Ba 2015), at first
  LearningRateSchedule schedule = LearningRateSchedule::plateau;
  double clip = 5;    ///< longest gradient of all parameters together; 0: any
  int truncate = 64;  ///< of a language model: units through which a step's gradient goes back, 1 to 100,000
  std::uint64_t seed = 1;
  /// 0: all cores. Networks of usual size are hardly faster on several. With one thread the same bits on every run on
  /// the same kind of processor.
  int threads = 1;
};

/// Throws OptionError naming the first setting that is out of range or does not fit the task.
void validate(SequenceTask task, const SequenceModelOptions& options);
void validate(const SequenceTrainingOptions& options);

}  // namespace equivec
