#pragma once

#include "equivec/sequence/examples.hpp"
#include "equivec/sequence/model.hpp"
#include "equivec/sequence/options.hpp"

#include "apps/cli/options.hpp"

#include <string>

/// Options of a model, its training and its texts, those that the task has.
void add_sequence_options(Options& options, equivec::SequenceTask task, equivec::SequenceModelOptions& model,
                          equivec::SequenceTrainingOptions& training, equivec::SequenceReadOptions& reading);

/// Options of reading a test.
void add_column_options(Options& options, equivec::SequenceReadOptions& reading);
void add_beam_options(Options& options, equivec::BeamOptions& beam);

/// The defaults of a task.
equivec::SequenceModelOptions model_defaults(equivec::SequenceTask task);
