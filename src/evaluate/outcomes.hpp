#pragma once

#include "equivec/evaluate/outcomes.hpp"
#include "equivec/math/statistics.hpp"

#include <span>
#include <string>

namespace equivec {

// Shared by the evaluations.

Accuracy accuracy_of(std::string name, std::span<const Outcome> outcomes, const BootstrapOptions& bootstrap);

/// Throws Error unless two results have the same number of questions.
void require_same_size(std::size_t first, std::size_t second);

}  // namespace equivec
