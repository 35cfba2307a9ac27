#include "equivec/train/training.hpp"

#include "equivec/base/error.hpp"
#include "src/files/decompress.hpp"
#include "src/files/json.hpp"
#include "src/kernels/window_kernels.hpp"

#include <cmath>

namespace equivec {

namespace {

/// A member that is a number from `least` to `most`; empty if it is absent or null.
std::optional<double> number_in(const std::string& file, const JsonValue& object, const char* name, double least,
                                double most) {
  const JsonValue* const value = object.find(name);
  if (!value || value->kind == JsonValue::Kind::null) return std::nullopt;
  if (value->kind != JsonValue::Kind::number || !(value->number >= least && value->number <= most))
    fail_at(file, value->line, name, "expected a number that a training's log can hold, " + found(*value));
  return value->number;
}

}  // namespace

void validate(const CheckpointOptions& options) {
  require_between("checkpoint-every", options.minutes, 0.01, 100000);
  if (options.resume && options.file.empty()) throw OptionError("resume needs a checkpoint to go on from");
}

std::vector<EpochReport> read_training_log(const std::string& file) {
  constexpr double most_epochs = 1e9, most_trained = 1e18, most_loss = 1e30;
  const auto bytes = open_decompressed(file);
  std::vector<EpochReport> epochs;
  for (const JsonValue& line : parse_json_objects(file, bytes->bytes(), "a training's log, as train --log writes it")) {
    const auto epoch = number_in(file, line, "epoch", 1, most_epochs);
    const auto loss = number_in(file, line, "loss", -most_loss, most_loss);
    if (!epoch || !loss)
      fail_at(file, line.line, "",
              "expected a line of a training's log, with 'epoch' and 'loss', as train --log writes it");
    if (std::floor(*epoch) != *epoch || (!epochs.empty() && *epoch <= epochs.back().epoch))
      fail_at(file, line.line, "epoch", "epochs are counted from 1 upwards; a log holds those of one training");
    epochs.push_back(
        {.epoch = static_cast<int>(*epoch),
         .loss = *loss,
         .validation_loss = number_in(file, line, "validation_loss", -most_loss, most_loss),
         .trained = static_cast<std::uint64_t>(number_in(file, line, "trained", 0, most_trained).value_or(0))});
  }
  return epochs;
}

std::string_view instruction_set() { return window_kernels().instruction_set; }

}  // namespace equivec
