#pragma once

#include "equivec/spaces/alignment.hpp"
#include "equivec/spaces/induction.hpp"
#include "src/report/json.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace equivec {

/// One alignment, to be reported on.
struct AlignReport {
  std::string source, target;         ///< names of files
  std::string output, target_output;  ///< where the vectors are written, or empty
  std::string pairs;                  ///< where they came from: a dictionary's name, or "shared words"
  std::size_t missing = 0;            ///< entries of the dictionary of which a word is not in its vocabulary
  const Aligned& aligned;
  const AlignOptions& options;
  std::vector<Induction> inductions;
};

std::string to_text(const AlignReport& report);
Json to_json(const AlignReport& report);

}  // namespace equivec
