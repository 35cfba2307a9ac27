#pragma once

#include <span>
#include <string_view>

namespace equivec {

/// A word set file of data/ as it was when the library was built.
struct BuiltinWordSets {
  std::string_view name;  ///< the file's name without its ending: "gender"
  std::string_view text;  ///< its content, byte for byte
};

/// All of them, in the order of CMakeLists.txt. Written by src/embed_word_sets.cmake.
std::span<const BuiltinWordSets> builtin_word_set_files() noexcept;

}  // namespace equivec
