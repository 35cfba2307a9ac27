#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/downstream/labelled_texts.hpp"
#include "equivec/downstream/probe.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/report/counterfactual_report.hpp"
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
  std::optional<ProbeDifference> difference;        ///< from the first vectors; these have none
  std::optional<JudgedTexts> counterfactuals = {};  ///< if the report has a plan
};

/// What several vectors are worth to a text classifier, all on the same texts.
struct ProbeReport {
  std::string training_file, test_file;
  LabelledTexts training, test;
  ProbeOptions options;
  std::optional<CounterfactualPlan> counterfactuals = {};  ///< what is to be asked of each classifier
  std::vector<ProbedVectors> vectors = {};

  /// Probes vectors and compares them with the first that were added. Throws as probe() and compare() do; an Error
  /// begins with the file.
  void add(const std::string& file, const Embeddings& embeddings, Progress* progress = nullptr);
};

/// The results of counterfactuals, one for each of the vectors. REQUIRES: the report has a plan.
std::vector<JudgedTexts> judged_texts(const ProbeReport& report);

/// Accuracy, macro F1 and log-loss of each of the vectors, with their differences from the first if there are several.
TitledTable probe_table(const ProbeReport& report);

/// What was done, and tables of the measures, the labels, the words known and the counterfactuals. REQUIRES: vectors
/// were added.
std::string to_text(const ProbeReport& report, TableStyle style);
/// {"training": file, "test": file, "conventions": {...}, "results": [...]}, a result for each of the vectors; with
/// counterfactuals also {"counterfactuals": {...}}.
Json to_json(const ProbeReport& report);

}  // namespace equivec
