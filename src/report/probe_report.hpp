#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/downstream/labelled_texts.hpp"
#include "equivec/downstream/probe.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"

#include <optional>
#include <string>
#include <vector>

namespace equivec {

/// Vectors and the result of probing them.
struct ProbedVectors {
  std::string file;
  ProbeResult result;
  std::optional<ProbeDifference> difference;  ///< from the first vectors; these have none
};

/// What several vectors are worth to a text classifier, all on the same texts.
struct ProbeReport {
  std::string training_file, test_file;
  LabelledTexts training, test;
  ProbeOptions options;
  std::vector<ProbedVectors> vectors = {};

  /// Probes vectors and compares them with the first that were added. Throws as probe() and compare() do; an Error
  /// begins with the file.
  void add(const std::string& file, const Embeddings& embeddings, Progress* progress = nullptr);
};

/// What was done, and tables of the measures, the labels and the words known. REQUIRES: vectors were added.
std::string to_text(const ProbeReport& report, TableStyle style);
/// {"training": file, "test": file, "conventions": {...}, "results": [...]}, a result for each of the vectors.
Json to_json(const ProbeReport& report);

}  // namespace equivec
