#pragma once

#include "equivec/text/text_options.hpp"
#include "src/text/text_buffer.hpp"

#include <string_view>

namespace equivec {

/// Appends the words of the text, as Tokenization::words or characters has them, with white space between them, and as
/// many line feeds as the text has. Applies lower case and digits too. Bytes that are not UTF-8 are parts of words.
void split_words(std::string_view text, const TextOptions& options, TextBuffer& out);

/// Appends a code point as the options `lowercase` and `digits` have it.
void append_folded(std::int32_t code_point, const TextOptions& options, TextBuffer& out);

}  // namespace equivec
