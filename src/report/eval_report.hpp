#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/evaluate/analogies.hpp"
#include "equivec/evaluate/categories.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/evaluate/outliers.hpp"
#include "equivec/evaluate/similarities.hpp"
#include "equivec/evaluate/synonyms.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace equivec {

/// Sets of every kind, and the methods by which analogies are solved, one after the other.
struct EvaluationSets {
  std::vector<AnalogySet> analogies;
  std::vector<AnalogyMethod> methods = {AnalogyMethod::cos_add};
  std::vector<SimilaritySet> similarities;
  std::vector<CategorySet> categories;
  std::vector<OutlierSet> outliers;
  std::vector<SynonymSet> synonyms;
};

struct EvaluatedVectors {
  std::string file;
  Embeddings embeddings;
};

/// One measured value of a set, and how it differs from that of other vectors.
struct Measurement {
  enum class Unit { share, correlation };
  std::string set;      ///< "questions-words.txt"
  std::string part;     ///< a section of the set; empty: all of it
  std::string measure;  ///< "accuracy, 3cosadd"
  Unit unit;
  std::optional<double> value;
  std::optional<Interval> interval;
  std::uint64_t known, missing;
  std::optional<double> other = {};
  std::optional<Difference> difference = {};
};

struct EvaluationReport {
  std::vector<Measurement> table;
  bool compared;  ///< with other vectors
  /// {"vectors": file, "conventions": {...}, "analogies": [...], "similarity": [...], "categories": [...],
  /// "outliers": [...], "synonyms": [...]}, one entry for each set (and method) of the kind
  Json document;
};

/// Evaluates vectors on all sets; with `other`, tests the differences to these. `options` gives the rules, except the
/// method of analogies. Progress counts the questions of one set of analogies after the other. Throws OptionError,
/// Error and Cancelled, as evaluate() does.
EvaluationReport evaluate_sets(const EvaluatedVectors& vectors, const std::optional<EvaluatedVectors>& other,
                               const EvaluationSets& sets, const EvaluateOptions& options = {},
                               Progress* progress = nullptr);

/// The conventions, one a line, and the table of measurements.
std::string to_text(const EvaluationReport& report, TableStyle style);

}  // namespace equivec
