#pragma once

#include "equivec/evaluate/outcomes.hpp"

namespace equivec {

inline EvaluateOptions as_written() {
  EvaluateOptions options;
  options.fold_case = false;
  options.bootstrap.resamples = 100;
  return options;
}

}  // namespace equivec
