#include "src/text/records.hpp"

#include "equivec/base/characters.hpp"
#include "src/base/suggestion.hpp"

#include <algorithm>

namespace equivec {

void ExtractedText::end_record(std::size_t begin) {
  if (std::ranges::all_of(std::string_view(text).substr(begin), is_space)) ++empty;
  text += '\n';
  ++records;
}

std::string quoted_names(std::span<const std::string> names) {
  constexpr std::size_t most = 10;
  std::string result;
  for (const std::string& name : names.first(std::min(names.size(), most)))
    result += (result.empty() ? "'" : ", '") + escaped(name) + "'";
  return names.size() > most ? result + ", ..." : result;
}

}  // namespace equivec
