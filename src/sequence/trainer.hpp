#pragma once

#include "equivec/sequence/model.hpp"
#include "src/sequence/network.hpp"

#include <functional>
#include <string>

namespace equivec {

/// What is trained, and what tells whether it gets better.
struct SequenceTraining {
  SequenceNetwork& network;
  const EncodedExamples& examples;
  std::function<double()> development_score;  ///< more is better
  std::string description;                    ///< of the settings and the texts: what a checkpoint has to be of
};

/// Trains a network by Adam, and leaves in it the parameters that had the best development score.
void train_network(const SequenceTraining& training, const SequenceTrainingOptions& options,
                   const SequenceTrainingControl& control);

}  // namespace equivec
