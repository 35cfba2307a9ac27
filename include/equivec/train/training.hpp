#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// Training that an ended process left can go on from a file: the tables, how far it was, and with what settings. The
/// file is also one of vectors in the native format, those of that moment.
struct CheckpointOptions {
  std::filesystem::path file = {};  ///< empty: none is kept
  double minutes = 30;              ///< between two, 0.01..100,000; one more is written when training is cancelled
  bool resume = false;              ///< go on from `file` if it is there, else begin
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const CheckpointOptions& options);

/// What is known at the end of an epoch.
struct EpochReport {
  int epoch = 0;                               ///< the first is 1
  double loss = 0;                             ///< mean per pair, each taken before its step; summed in double
  std::optional<double> validation_loss = {};  ///< mean per pair of the validation text, after the epoch
  std::uint64_t trained = 0;                   ///< words (word2vec) or pairs (GloVe) up to here
};

/// The epochs of a training's log: a file of TrainingControl::log. Throws Error naming file, line and what is wrong.
std::vector<EpochReport> read_training_log(const std::string& file);

/// What trainers and recipes take besides their settings.
struct TrainingControl {
  CheckpointOptions checkpoint = {};
  std::optional<Embeddings> initial = {};                 ///< words that are in it start from its vectors
  const EncodedCorpus* validation = nullptr;              ///< text that is not trained on, with the same vocabulary
  std::function<void(const EpochReport&)> on_epoch = {};  ///< called by the thread that called the trainer
  /// A file that gets a line of JSON for each epoch, replaced as a whole after each; with `checkpoint.resume` it goes
  /// on. Empty: none.
  std::filesystem::path log = {};
  Progress* progress = nullptr;
  OnStage on_stage = {};    ///< recipes only
  OnNotice on_notice = {};  ///< recipes only

  Reporting reporting() const { return {progress, on_stage, on_notice}; }
};

/// A table that a computation keeps in memory.
struct TableSize {
  std::string name;
  std::uint64_t bytes = 0;
};
/// Of all tables.
std::uint64_t total_bytes(std::span<const TableSize> tables) noexcept;

/// "AVX-512", "AVX2" ...: of the vector kernels that this processor runs.
std::string_view instruction_set();

}  // namespace equivec
