#pragma once

#include <hwy/targets.h>

#include <vector>

namespace equivec {

/// The result of `best` for each instruction set of this processor, the best first. Must not be called while other
/// threads use kernels.
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
