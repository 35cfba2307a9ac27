#pragma once

#include "equivec/base/communicator.hpp"

#include <chrono>
#include <functional>

namespace equivec {

/// Calls work() for each of `size` ranks that are threads of this process, and throws what the lowest of those that
/// failed threw. Each message arrives so much later than it was sent.
void run_ranks(int size, const std::function<void(Communicator& ranks)>& work,
               std::chrono::microseconds delay = std::chrono::microseconds(0));

}  // namespace equivec
