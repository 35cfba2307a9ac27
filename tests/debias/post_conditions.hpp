#pragma once

#include "equivec/debias/post_condition.hpp"

#include "catch.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Checks each; false if there is none.
inline bool all_hold(const std::vector<equivec::PostCondition>& conditions) {
  for (const equivec::PostCondition& condition : conditions) {
    INFO(condition.promise << ": " << condition.worst << ", at most " << condition.bound);
    CHECK(condition.holds());
  }
  return !conditions.empty();
}

/// Whether the condition whose promise holds this text does.
inline bool holds(const std::vector<equivec::PostCondition>& conditions, std::string_view promise) {
  for (const equivec::PostCondition& condition : conditions)
    if (condition.promise.find(promise) != std::string::npos) return condition.holds();
  throw std::out_of_range("no promise " + std::string(promise));
}
