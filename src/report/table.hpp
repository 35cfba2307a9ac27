#pragma once

#include "equivec/math/statistics.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace equivec {

// Numbers for people to read.

using TableRow = std::vector<std::string>;

enum class TableStyle { text, markdown };

/// The first row holds the titles; the first `texts` columns stand to the left, the others to the right.
std::string to_text(std::span<const TableRow> rows, std::size_t texts, TableStyle style);

/// A number as printf has it, of at most 63 characters.
std::string formatted(const char* pattern, double value);

/// "0.023", "2.6e-10", "-" where there is none.
std::string format_p_value(const std::optional<double>& p);

/// "0.443 [0.371 .. 0.514]"; "-" where there is no value.
std::string format_estimate(const std::optional<double>& value, const std::optional<Interval>& interval);

}  // namespace equivec
