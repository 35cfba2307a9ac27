#pragma once

#include "equivec/files/output_files.hpp"
#include "equivec/spaces/drift.hpp"
#include "equivec/spaces/stability.hpp"
#include "src/report/json.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace equivec {

/// A comparison of two spaces, to be reported on.
struct DriftReport {
  std::string first, second;       ///< names of the spaces
  std::vector<std::string> nulls;  ///< names of the null spaces
  const Drift& drift;
  const DriftOptions& options;
};

/// The first options.examples words of the ranking.
std::string to_text(const DriftReport& report);
Json to_json(const DriftReport& report);

struct StabilityReport {
  std::vector<std::string> spaces;  ///< their names
  const Stability& stability;
  const StabilityOptions& options;
};

std::string to_text(const StabilityReport& report);
Json to_json(const StabilityReport& report);

/// Numbers of words by the name of what they are: "cosine", "cosine_p_value", "second_order_excess".
struct NumberColumn {
  std::string name;
  std::vector<double> values;
};

/// All words, in their order.
std::vector<NumberColumn> columns_of(const Drift& drift);
std::vector<NumberColumn> columns_of(const Stability& stability);

/// The words and their columns between tabs, below a line of names. White space inside of a word becomes '_'.
void write_drift(OutputFiles& files, const std::filesystem::path& file, const Drift& drift);
void write_stability(OutputFiles& files, const std::filesystem::path& file, const Stability& stability);

}  // namespace equivec
