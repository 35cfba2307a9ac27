#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace equivec {

/// A text from a file or the command line, for a one-line message: quotes and control characters are escaped as in
/// JSON, and a long text is cut and ends with "...".
std::string escaped(std::string_view text);

/// Levenshtein's distance in bytes: insertions, deletions and substitutions.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// "weat, mac"
std::string joined(std::span<const std::string_view> names);

/// The end of a message about an unknown name: "did you mean 'weat'? Known are weat, mac" if one of the known names is
/// a typo or two away, else "known are weat, mac".
std::string suggestion(std::string_view name, std::span<const std::string_view> known);

}  // namespace equivec
