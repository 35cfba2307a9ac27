#pragma once

#include "equivec/spaces/merge.hpp"
#include "src/report/json.hpp"

#include <string>

namespace equivec {

/// One merging, to be reported on.
struct MergeReport {
  std::string output;  ///< empty if the vectors are not written
  const Merged& merged;
  const MergeOptions& options;
};

std::string to_text(const MergeReport& report);
Json to_json(const MergeReport& report);

}  // namespace equivec
