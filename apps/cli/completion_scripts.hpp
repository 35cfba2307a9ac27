#pragma once

#include "src/base/embedded_file.hpp"

#include <span>

namespace equivec {

/// apps/completions: equivec.bash, equivec.zsh, equivec.fish.
std::span<const EmbeddedFile> completion_scripts() noexcept;

}  // namespace equivec
