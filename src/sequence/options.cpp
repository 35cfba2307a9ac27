#include "equivec/sequence/options.hpp"

#include "equivec/base/error.hpp"

#include <array>

namespace equivec {

std::string_view name_of(VectorUse use) {
  constexpr std::array<std::string_view, 3> names = {"frozen", "tuned", "random"};
  return names[static_cast<std::size_t>(use)];
}

std::string_view name_of(Pooling pooling) {
  constexpr std::array<std::string_view, 3> names = {"last", "mean", "maximum"};
  return names[static_cast<std::size_t>(pooling)];
}

std::string_view name_of(SequenceEncoder encoder) {
  return encoder == SequenceEncoder::attention ? "attention" : "mean";
}

std::string_view name_of(LearningRateSchedule schedule) {
  return schedule == LearningRateSchedule::plateau ? "plateau" : "linear";
}

void validate(SequenceTask task, const SequenceModelOptions& options) {
  require_between("hidden", options.hidden, 1, 8192);
  require_between("layers", options.layers, 1, 16);
  require_between("dropout", options.dropout, 0, 0.95);
  require_between("dimension", options.dimension, 1, 8192);
  require_between("character-dimension", options.character_dimension, 1, 1024);
  require_between("character-outputs", options.character_outputs, 2, 1024);
  require_between("vocabulary", options.vocabulary, 1, 1000000);
  if (options.character_encoder == CharacterEncoderKind::lstm && options.character_outputs % 2 == 1)
    throw OptionError("character-outputs must be even for lstm, which has half of them from each direction, got " +
                      std::to_string(options.character_outputs));
  if (options.units == SequenceUnits::characters && options.character_encoder != CharacterEncoderKind::none)
    throw OptionError("character-encoder: units are characters already; leave one of both out");
  if (options.units == SequenceUnits::characters && task == SequenceTask::tag)
    throw OptionError("units: tag has a tag for each word; leave it out");
  if (options.crf && task != SequenceTask::tag) throw OptionError("crf: is for tag alone; leave it out");
}

void validate(const SequenceTrainingOptions& options) {
  require_between("epochs", options.epochs, 1, 10000);
  require_between("patience", options.patience, 1, 10000);
  require_between("batch", options.batch, 1, 4096);
  require_between("learning-rate", options.learning_rate, 1e-12, 10);
  require_between("clip", options.clip, 0, 1e12);
  require_between("truncate", options.truncate, 1, 100000);
  require_between("threads", options.threads, 0, 4096);
}

}  // namespace equivec
