#pragma once

#include "equivec/math/statistics.hpp"
#include "src/report/json.hpp"

#include <optional>
#include <string>

namespace equivec {

// How results differ from those of other vectors. The tests of differences by name: of accuracies and of other values.
inline constexpr const char* mcnemar_test = "McNemar, exact";
inline constexpr const char* bootstrap_test = "paired bootstrap";

/// {"value": ..., "common": ..., "difference": ..., "interval": ..., "p_value": ..., "test": ...}: `other` is the value
/// of the other vectors, "common" the number of items that both know. Null where there is no difference.
Json to_json(const std::optional<double>& other, const std::optional<Difference>& difference, const std::string& test);

}  // namespace equivec
