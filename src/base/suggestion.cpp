#include "src/base/suggestion.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace equivec {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t k = 0; k < b.size(); ++k) {
      const std::size_t changed = diagonal + (a[i] == b[k] ? 0 : 1);
      diagonal = row[k + 1];
      row[k + 1] = std::min({changed, row[k] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string joined(std::span<const std::string_view> names) {
  std::string result;
  for (const std::string_view name : names) result += (result.empty() ? "" : ", ") + escaped(name);
  return result;
}

std::string escaped(std::string_view text) {
  constexpr std::size_t longest = 60;
  const nlohmann::json piece(text.substr(0, longest));
  std::string result = piece.dump(-1, ' ', false, nlohmann::json::error_handler_t::ignore);
  result = result.substr(1, result.size() - 2);
  return text.size() > longest ? result + "..." : result;
}

std::string suggestion(std::string_view name, std::span<const std::string_view> known) {
  if (known.empty()) return "there is none";
  constexpr std::size_t near = 2;
  std::string_view nearest;
  std::size_t least = near + 1;
  for (const std::string_view other : known) {
    if (other.size() > name.size() + near || name.size() > other.size() + near) continue;
    const std::size_t distance = edit_distance(name, other);
    if (distance < std::min(least, other.size())) least = distance, nearest = other;
  }
  return least > near ? "known are " + joined(known)
                      : "did you mean '" + escaped(nearest) + "'? Known are " + joined(known);
}

}  // namespace equivec
