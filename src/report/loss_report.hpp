#pragma once

#include "equivec/evaluate/analogies.hpp"
#include "equivec/evaluate/neighbor_recall.hpp"
#include "equivec/vectors/precision.hpp"
#include "src/report/json.hpp"

#include <optional>
#include <string>

namespace equivec {

/// What vectors have lost by another precision or dimension.
struct LossReport {
  std::string file;  ///< that was written
  Precision precision;
  int dimension;
  NeighborRecall recall;
  struct Analogies {
    std::string set;
    AnalogyResult before, after;
  };
  std::optional<Analogies> analogies;
};

std::string to_text(const LossReport& report);

/// {"vectors": file, "precision": "int8", "dimension": ..., "recall": {"neighbors": 10, "words": ..., "value": ...},
/// "analogies": {"set": ..., "questions": ..., "before": ..., "after": ...}}, the last only if there are any
Json to_json(const LossReport& report);

}  // namespace equivec
