#pragma once

#include "equivec/train/recipe.hpp"
#include "equivec/train/training.hpp"

#include "apps/cli/console.hpp"
#include "apps/cli/corpus_options.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/vectors_output.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

// What the commands that train share.

/// Where training starts from and what it keeps.
struct TrainingFiles {
  CorpusInput corpus;
  VectorsOutput output;
  std::string initialize;  ///< vectors to start from; may be empty
  std::string checkpoint;  ///< may be empty
  double checkpoint_minutes = equivec::CheckpointOptions{}.minutes;
  bool resume = false;
  std::string log;  ///< may be empty

  /// Throws equivec::OptionError.
  equivec::CheckpointOptions checkpoint_options() const;
};

/// --output, --format, --describe.
void add_output_options(Options& options, TrainingFiles& files);
/// --initialize, --checkpoint with what belongs to it, --log.
void add_start_options(Options& options, TrainingFiles& files);
/// Throws equivec::OptionError if there are options of checkpoints without one.
void require_checkpoint(const Options& options, const TrainingFiles& files);

/// Checkpoints, the vectors to start from (which are read), progress, and remarks, among them the loss of each epoch
/// with so many decimals.
equivec::TrainingControl training_control(const TrainingFiles& files, const ConsoleOptions& console,
                                          int loss_decimals = 4);

/// Calls train(); when it is cancelled, says where it can go on.
equivec::TrainedVectors train_or_say_what_is_kept(const equivec::CheckpointOptions& checkpoint,
                                                  const std::function<equivec::TrainedVectors()>& train);

/// "trained 1,234 words in 5.6 s (220 words/s); wrote FILE and FILE".
void remark_trained(const equivec::TrainedVectors& trained, const std::string& unit,
                    std::span<const std::string> written);

/// The outputs that have a name.
std::vector<std::string> named_outputs(std::span<const std::string> files);

/// Prints how many bytes each table takes, and all of them.
void show_tables(std::span<const equivec::TableSize> tables);
