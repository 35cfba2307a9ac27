#pragma once

#include "equivec/debias/post_condition.hpp"

#include <span>
#include <string_view>

namespace equivec {

/// Throws Error naming the first condition that does not hold: "hard does not keep its promise that ...".
void require_conditions(std::string_view method, std::span<const PostCondition> conditions);

}  // namespace equivec
