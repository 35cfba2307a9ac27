#pragma once

#include <string_view>

namespace equivec {

/// A file that became part of the library when that was built.
struct EmbeddedFile {
  std::string_view name;  ///< without its folder: "gender.json"
  std::string_view text;  ///< its content, byte for byte
};

}  // namespace equivec
