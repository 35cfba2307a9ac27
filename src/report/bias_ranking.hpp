#pragma once

#include "src/report/bias_plan.hpp"
#include "src/report/table.hpp"

#include <string>
#include <vector>

namespace equivec {

/// A table of all queries of one set of vectors: those of a measure together, the most biased first.
std::string ranking_text(std::vector<BiasOutcome> outcomes, TableStyle style);

/// A table of several vectors: of each measure the mean bias_size() over the queries that all of them have a
/// measurement of, the least biased first. Empty if there are no such queries. REQUIRES: outcomes[i] are those of
/// files[i], of the same queries in the same order.
std::string comparison_text(const std::vector<std::string>& files,
                            const std::vector<std::vector<BiasOutcome>>& outcomes, TableStyle style);

}  // namespace equivec
