#pragma once

#include <span>
#include <string>
#include <string_view>

namespace equivec {

/// A text of a file or of the command line as it can stand on one line of a message: what is no letter is escaped, and
/// a long one ends with "...".
std::string escaped(std::string_view text);

/// "weat, mac"
std::string joined(std::span<const std::string_view> names);

/// What to write in place of a name that is not known: "did you mean 'weat'? Known are weat, mac", where one of them is
/// but a slip or two away, else "known are weat, mac".
std::string suggestion(std::string_view name, std::span<const std::string_view> known);

}  // namespace equivec
