#include "equivec/base/error.hpp"

#include "src/base/text_numbers.hpp"

#include <cmath>
#include <cstdint>

namespace equivec {

namespace {

/// 1000000 rather than 1e+06.
std::string plain(double value) {
  return value == std::floor(value) && std::abs(value) < 1e15 ? shortest(static_cast<std::int64_t>(value))
                                                              : shortest(value);
}

}  // namespace

void require_at_least(std::string_view name, double value, double low) {
  if (!(value >= low))
    throw OptionError(std::string(name) + " must be at least " + plain(low) + ", got " + plain(value));
}

void require_between(std::string_view name, double value, double low, double high) {
  if (!(value >= low && value <= high))
    throw OptionError(std::string(name) + " must be between " + plain(low) + " and " + plain(high) + ", got " +
                      plain(value));
}

}  // namespace equivec
