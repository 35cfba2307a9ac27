#pragma once

#include <string>
#include <string_view>

namespace equivec {

/// A kind of file that equivec does not read but is often given.
struct FileKind {
  std::string_view what;    ///< "is a zip archive"
  std::string_view advice;  ///< "unpack it first"; may be empty
  bool text = false;        ///< the file is text, if not the one that was meant

  /// "is a zip archive; unpack it first"
  std::string message() const;
};

/// The kind of a file by its first bytes; null if it is none of those known here. Some 300 bytes are enough.
const FileKind* foreign_kind(std::string_view bytes) noexcept;

}  // namespace equivec
