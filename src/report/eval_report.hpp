#pragma once

#include "equivec/math/statistics.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"

#include <optional>
#include <string>
#include <vector>

namespace equivec {

/// One measured value of a set, and how it differs from that of other vectors.
struct Measurement {
  enum class Unit { share, correlation };
  std::string set;      ///< "questions-words.txt"; empty: the set of the line before
  std::string part;     ///< a section of the set; empty: all of it
  std::string measure;  ///< "accuracy, 3cosadd"
  Unit unit;
  std::optional<double> value;
  std::optional<Interval> interval;
  std::uint64_t known, missing;
  std::optional<double> other = {};
  std::optional<Difference> difference = {};
};

/// A table of measurements, with the columns of a comparison if `compared`.
std::string to_text(std::span<const Measurement> measurements, bool compared, TableStyle style);

/// {"value": that of the other vectors, "common": things that both know, "difference": ..., "interval": ..., "p_value":
/// ..., "test": ...}
Json to_json(const std::optional<double>& other, const std::optional<Difference>& difference, const std::string& test);

}  // namespace equivec
