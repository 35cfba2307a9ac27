#pragma once

#include <hwy/targets.h>

#include <vector>

namespace equivec {

/// What `best` gives for each instruction set that this processor has, the best one first. Not to be called while
/// others ask.
template <class Kernels>
std::vector<Kernels> of_all_targets(Kernels (*best)()) {
  std::vector<Kernels> result;
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    result.push_back(best());
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return result;
}

}  // namespace equivec
