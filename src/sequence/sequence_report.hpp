#pragma once

#include "equivec/sequence/comparison.hpp"
#include "equivec/sequence/model.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"

#include <optional>
#include <string>
#include <vector>

namespace equivec {

/// A model's scores, and of each measure that is a ratio of sums its difference from the first model's, by paired
/// bootstrap.
struct ComparedModel {
  std::string file;
  SequenceEvaluation evaluation;
  std::vector<std::optional<Difference>> differences;  ///< of each measure; empty for the first model
};
/// Throws Error if the models' measures are not the same.
std::vector<ComparedModel> compare_models(const std::vector<std::string>& files,
                                          const std::vector<SequenceEvaluation>& evaluations,
                                          const BootstrapOptions& options);

/// A table of measures with their intervals, and of translations what was at fault.
std::string to_text(const std::vector<ComparedModel>& models, TableStyle style);
/// {"examples": N, "accuracy": {"value": x, "interval": [low, high]}, ...} of the first; others in "compared".
Json to_json(const std::vector<ComparedModel>& models);

/// A comparison of vectors by what a model reaches with them.
struct SequenceComparison {
  std::string task, measure, key;
  bool share = true;
  std::vector<ComparedScores> vectors;
};
std::string to_text(const SequenceComparison& comparison, TableStyle style);
Json to_json(const SequenceComparison& comparison);

}  // namespace equivec
