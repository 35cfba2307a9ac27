#include "src/report/json.hpp"

#include "src/base/text_numbers.hpp"

namespace equivec {

Json number(float value) { return parse_number<double>(shortest(value)).value_or(0); }

Json number(std::optional<double> value) { return value ? Json(*value) : Json(nullptr); }

Json to_json(const std::optional<Interval>& interval) {
  return interval ? Json::array({interval->low, interval->high}) : Json(nullptr);
}

std::string dump(const Json& document) { return document.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace equivec
