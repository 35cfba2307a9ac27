#pragma once
#include "src/base/text_numbers.hpp"

#include <string>
#include <string_view>

namespace equivec {

/// What is said of a text with more units, `what`, than are allowed.
inline std::string too_long(std::size_t units, int longest, std::string_view what) {
  return "found " + grouped(units) + " " + std::string(what) + ", at most " +
         grouped(static_cast<std::uint64_t>(longest)) + " are allowed; cut it into several, or raise --longest";
}

}  // namespace equivec
