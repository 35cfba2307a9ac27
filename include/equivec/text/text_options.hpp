#pragma once

#include <string>

namespace equivec {

/// What the words of a text are: how its bytes become the tokens that are counted and encoded. A token is a run of
/// bytes between white space (see tokenize()). Counting and encoding must use the same options to see the same words.
struct TextOptions {
  std::string end_token = {};  ///< every sentence with a word is followed by this token; empty: by none
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const TextOptions& options);

}  // namespace equivec
