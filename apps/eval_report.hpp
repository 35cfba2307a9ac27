#pragma once

#include "apps/query.hpp"
#include "apps/table.hpp"

#include "equivec/evaluate.hpp"

#include <optional>
#include <string>
#include <vector>

/// One measured value of a set, and how it differs from that of other vectors.
struct Measurement {
  enum class Unit { share, correlation };
  std::string set;      ///< "questions-words.txt"; empty: the set of the line before
  std::string part;     ///< a section of the set; empty: all of it
  std::string measure;  ///< "accuracy, 3cosadd"
  Unit unit;
  std::optional<double> value;
  std::optional<equivec::Interval> interval;
  std::uint64_t known, missing;
  std::optional<double> other = {};
  std::optional<equivec::Difference> difference = {};
};

/// A table of measurements, with the columns of a comparison if `compared`.
void print(std::span<const Measurement> measurements, bool compared, TableStyle style);

/// {"value": that of the other vectors, "common": things that both know, "difference": ..., "interval": ..., "p_value":
/// ..., "test": ...}
Json to_json(const std::optional<double>& other, const std::optional<equivec::Difference>& difference,
             const std::string& test);
