#pragma once

#include <string_view>

namespace equivec {

/// The commit that programs and the Python module were built from, as git describes it, "-dirty" behind it if files
/// were changed; empty where they were not built in a clone. Not of the library, so that its tests need not be linked
/// again.
std::string_view source_revision() noexcept;

}  // namespace equivec
