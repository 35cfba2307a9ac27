#pragma once

#include "equivec/base/types.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace equivec {

/// Words whose association is measured. What a measure takes is said as "2 x 1": two lists of targets, one of
/// attributes. Every measure throws Error for other numbers of lists, for an empty list, for a word whose vector has no
/// length or is not finite and, unless it says otherwise, for a word that stands twice in a list. A target may be an
/// attribute too, although it then is its own neighbour. All is computed in double; what takes no threads is computed
/// by the calling one.
struct AssociationQuery {
  std::vector<std::vector<WordId>> targets;
  std::vector<std::vector<WordId>> attributes;
};

/// What the squares of the deviations from a mean of N values are divided by: N - 1 or N.
enum class Deviation { sample, population };

inline constexpr std::array deviations = {Deviation::sample, Deviation::population};
std::string_view name_of(Deviation deviation);

}  // namespace equivec
