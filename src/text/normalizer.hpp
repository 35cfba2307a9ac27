#pragma once

#include "src/text/text_buffer.hpp"

#include <string_view>

namespace equivec {

/// One of Unicode's four normal forms (annex 15).
struct NormalForm {
  bool compatibility = false;  ///< K
  bool composed = true;        ///< C, otherwise D
};

/// Appends the normalized text. Bytes that are not UTF-8 stay as they are. A letter with more than a thousand marks is
/// normalized in pieces: putting marks in order takes the square of their number.
void normalize(std::string_view text, NormalForm form, TextBuffer& out);

}  // namespace equivec
