#pragma once

#include "equivec/math/statistics.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace equivec {

/// A document whose members keep the order in which they were added.
using Json = nlohmann::ordered_json;

/// A number that reads back as the same float.
Json number(float value);
/// Null if there is no value.
Json number(std::optional<double> value);
/// [low, high], or null.
Json to_json(const std::optional<Interval>& interval);

/// One line without a line feed. Bytes that are not UTF-8 become U+FFFD.
std::string dump(const Json& document);

}  // namespace equivec
