#pragma once

#include <string>

namespace equivec {

/// A promise of a remedy, proved on the vectors that it returns.
struct PostCondition {
  std::string promise;  ///< "no neutral word has a part along the direction"
  double worst;         ///< what was found, at the worst word
  double bound;         ///< what rounding to 32-bit floats may leave of nothing
  bool holds() const { return worst <= bound; }
};

}  // namespace equivec
