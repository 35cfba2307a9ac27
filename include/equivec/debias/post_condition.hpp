#pragma once

#include "equivec/base/export.hpp"

#include <string>

namespace EQUIVEC_EXPORT equivec {

/// A condition that a method promises, proved on the vectors that it returns.
struct PostCondition {
  std::string promise;  ///< "no neutral word has a part along the direction"
  double worst;         ///< the value found at the worst word
  double bound;         ///< the largest value allowed, mostly what rounding to 32-bit floats leaves
  bool holds() const { return worst <= bound; }
};

}  // namespace equivec
