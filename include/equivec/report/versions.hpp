#pragma once

#include "equivec/base/export.hpp"

#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// Something that the library is made with, and which one.
struct ComponentVersion {
  std::string name;     ///< "oneTBB"
  std::string version;  ///< "2021.8"
};

/// The compiler, the instruction set of the vector kernels on this processor, then the libraries: those that are loaded
/// tell their versions themselves, those of headers had them when the library was compiled. RE2 tells none. May be
/// called by any thread.
std::vector<ComponentVersion> component_versions();

}  // namespace equivec
