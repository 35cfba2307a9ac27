#pragma once

#include "equivec/bias/direction.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace equivec {

// Which measures are taken with which word sets, and what comes of it.

/// What is measured with one collection of word sets.
struct BiasTask {
  BiasWordSets sets;
  std::vector<std::pair<const BiasMeasure*, std::string>> queries;  ///< measures, each with the name of a query
};

/// One task for each of `sets`, in their order, or, if there are none, for the sets that the measures are usually taken
/// with. `measures` are names, or "all"; `queries` are names, and all if empty. A task may have no
/// queries. Throws Error if a measure named, or all together, finds nothing in the sets; OptionError for a name of a
/// measure or query that does not exist.
std::vector<BiasTask> plan_bias(const std::vector<std::string>& measures, std::vector<BiasWordSets> sets,
                                const std::vector<std::string>& queries);

/// Vectors to be measured, and those in which the most biased words are found.
struct MeasuredVectors {
  std::string file;
  const Embeddings& embeddings;
  std::string reference_file;             ///< empty if there is no reference
  const Embeddings* reference = nullptr;  ///< null: the embeddings themselves
};

/// The direction that measures of a task use.
struct TaskDirection {
  std::string name;  ///< "gender", or "gender, in FILE:" in the reference
  BiasDirection direction;
  std::optional<RandomSetsBaseline> baseline;  ///< if the direction explains a share of variance
};

/// The direction in the embeddings or `of_reference`; empty if no measure of the task uses it. Throws as
/// find_direction(); Cancelled.
std::optional<TaskDirection> direction_of(const BiasTask& task, const MeasuredVectors& vectors, bool of_reference,
                                          const BiasMeasureOptions& options, const Progress* progress = nullptr);

/// A measurement, or why there is none.
struct BiasOutcome {
  const BiasMeasure* measure;
  std::string query;
  std::optional<BiasMeasurement> measurement;
  std::string error;  ///< empty if there is a measurement
};

/// measure() with its Errors in the outcome. Throws OptionError; Cancelled.
BiasOutcome outcome_of(const BiasMeasure& measure, const std::string& query, const BiasWordSets& sets,
                       const MeasuredVectors& vectors, const BiasMeasureOptions& options,
                       const Progress* progress = nullptr);

}  // namespace equivec
