#pragma once

#include "equivec/spaces/retrofit.hpp"
#include "src/report/json.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace equivec {

/// A lexicon that was given, and what of it is unknown.
struct UsedLexicon {
  std::string name;
  std::size_t missing, unknown;  ///< as in RelatedPairs
};

/// One fit to a lexicon, to be reported on.
struct RetrofitReport {
  std::string vectors, output;  ///< names of files; `output` is empty if the vectors are not written
  std::optional<UsedLexicon> attract, repel;
  const Retrofitted& result;
  const RetrofitOptions& options;
};

std::string to_text(const RetrofitReport& report);
Json to_json(const RetrofitReport& report);

}  // namespace equivec
