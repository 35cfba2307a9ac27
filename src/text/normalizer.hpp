#pragma once

#include "equivec/text/text_options.hpp"
#include "src/text/text_buffer.hpp"

#include <string_view>

namespace equivec {

/// Appends the normalized text. Bytes that are not UTF-8 stay as they are. A letter with more than a thousand marks is
/// normalized in pieces: putting marks in order takes the square of their number.
/// REQUIRES: form is nfc or nfkc
void normalize(std::string_view text, Normalization form, TextBuffer& out);

}  // namespace equivec
