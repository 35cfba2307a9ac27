#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// Words whose association is measured. The lists that a measure takes are written "2 x 1": two lists of targets, one
/// of attributes. Every measure throws Error for other numbers of lists, for an empty list, for a word whose vector is
/// zero or not finite and, unless stated otherwise, for a word that is twice in a list. A target may also be an
/// attribute, although its cosine with itself then counts. All is computed in double; functions without a `threads`
/// option run on the calling thread.
struct AssociationQuery {
  std::vector<std::vector<WordId>> targets;
  std::vector<std::vector<WordId>> attributes;
};

/// The divisor of a standard deviation of N values: N - 1 (sample) or N (population).
enum class Deviation { sample, population };

inline constexpr std::array deviations = {Deviation::sample, Deviation::population};
std::string_view name_of(Deviation deviation);

}  // namespace equivec
