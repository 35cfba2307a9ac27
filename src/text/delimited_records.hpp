#pragma once

#include "src/text/records.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace equivec {

/// Reads a table whose fields are separated by tabs, commas or semicolons (RFC 4180): a field in double quotes may hold
/// the separator, quotes written twice and line feeds. Which of the three it is, is seen in the first record. Empty
/// lines are no records.
///
/// Tables with tabs are often written without any quoting. There a quote at the start of a field is text, unless the
/// next quote that is not written twice is followed by a tab or the end of a line. If that one stands on a later line,
/// the quote is still text unless the record has as many fields as the first one of the table, and 512 KiB at most. And
/// it is text if the line and the next one have that many fields (more than one) each by itself.
///
/// `column`: the name of the texts in the header, which is the first record; or their number, from 1, in a table
/// without a header. `start`: the beginning of the file, after a byte order mark; with `whole` all of it. Throws Error
/// "name:LINE: ..." if there is no header or it does not name the column once, and OptionError for a number of 0.
std::unique_ptr<const RecordReader> delimited_records(const std::string& column, std::string_view start, bool whole,
                                                      const std::string& name);

}  // namespace equivec
