#include "src/debias/required_conditions.hpp"

#include "equivec/base/error.hpp"
#include "src/debias/remedies.hpp"

#include <string>

namespace equivec {

void require_conditions(std::string_view method, std::span<const PostCondition> conditions) {
  for (const PostCondition& condition : conditions)
    if (!condition.holds())
      throw Error(std::string(method) + " does not keep its promise that " + condition.promise + ": found " +
                  rounded(condition.worst) + ", allowed is " + rounded(condition.bound) + "; nothing was written");
}

}  // namespace equivec
