#pragma once

#include "src/text/records.hpp"

#include <memory>
#include <string>

namespace equivec {

/// Reads JSON lines: a record is a line that holds one object; lines of white space are none. The text is what stands
/// in the object under the key `field`, or where the JSON pointer `field` leads (RFC 6901) if it begins with '/': a
/// string, a list of strings, each of which is a line, or null. What the object holds besides is skipped, and may be
/// what JSON does not allow, as NaN. Bytes that are not UTF-8 are kept. Throws OptionError if `field` begins with '/'
/// and is no pointer.
std::unique_ptr<const RecordReader> json_lines(const std::string& field);

}  // namespace equivec
