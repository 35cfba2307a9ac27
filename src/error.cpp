#include "equivec/error.hpp"

#include "src/text_numbers.hpp"

namespace equivec {

void require_at_least(std::string_view name, double value, double low) {
  if (!(value >= low))
    throw OptionError(std::string(name) + " must be at least " + shortest(low) + ", got " + shortest(value));
}

void require_between(std::string_view name, double value, double low, double high) {
  if (!(value >= low && value <= high))
    throw OptionError(std::string(name) + " must be between " + shortest(low) + " and " + shortest(high) + ", got " +
                      shortest(value));
}

}  // namespace equivec
