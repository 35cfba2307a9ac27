#include "src/report/comparison.hpp"

namespace equivec {

Json to_json(const std::optional<double>& other, const std::optional<Difference>& difference, const std::string& test) {
  Json result = {{"value", number(other)}};
  result["common"] = difference ? Json(difference->count) : Json(nullptr);
  result["difference"] = difference ? Json(difference->value) : Json(nullptr);
  result["interval"] = difference ? to_json(difference->interval) : Json(nullptr);
  result["p_value"] = difference ? number(difference->p_value) : Json(nullptr);
  result["test"] = test;
  return result;
}

}  // namespace equivec
