#pragma once

#include "equivec/sequence/comparison.hpp"
#include "equivec/sequence/model.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"

#include <string>
#include <vector>

namespace equivec {

/// A table of measures with their intervals, and of a translation what was at fault.
std::string to_text(const SequenceEvaluation& evaluation, TableStyle style);
/// {"examples": N, "accuracy": {"value": x, "interval": [low, high]}, ...}
Json to_json(const SequenceEvaluation& evaluation);

/// A comparison of vectors by what a model reaches with them.
struct SequenceComparison {
  std::string task, measure, key;
  bool share = true;
  std::vector<ComparedScores> vectors;
};
std::string to_text(const SequenceComparison& comparison, TableStyle style);
Json to_json(const SequenceComparison& comparison);

}  // namespace equivec
