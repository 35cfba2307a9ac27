#pragma once

#include "equivec/debias/methods.hpp"
#include "src/report/debias_report.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"

#include <span>
#include <string>
#include <vector>

namespace equivec {

// What the command debias prints.

/// Name, title, paper, input, words changed and options of each method.
std::string debias_methods_text();
Json debias_methods_json();

/// The direction, the direct bias of occupations before and after with the `count` most biased ones, what was done and
/// what was proved, and the files written.
std::string summary_text(const DebiasReport& report, int count);
Json summary_json(const DebiasReport& report);

/// {"lambda": "0.2", ...}
Json choices_json(const Debiased& debiased);
/// "proved: PROMISE: at most 1.2e-08 (bound 6.0e-08)", a line each
std::string conditions_text(std::span<const PostCondition> conditions);
/// promise, worst, bound
std::vector<TableRow> conditions_table(std::span<const PostCondition> conditions);
/// [{"promise": ..., "worst": ..., "bound": ...}, ...]
Json conditions_json(std::span<const PostCondition> conditions);

}  // namespace equivec
