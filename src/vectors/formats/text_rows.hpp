#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/files/output_file.hpp"
#include "src/vectors/formats/format.hpp"

#include <string_view>

namespace equivec {

/// Reads "word x1 ... xd" lines, on several threads. A line's last `dimension` fields are numbers; all before them is
/// the word, which may contain spaces. Empty lines are skipped. `first_line` is the number of the first line of `text`.
/// With `expected_rows`, fewer rows are an Error and more give a notice.
Embeddings read_text_rows(const Source& source, const ReadContext& context, std::string_view text,
                          std::size_t first_line, std::size_t dimension, std::optional<std::uint64_t> expected_rows);

/// The number of fields at the end of a line that parse as numbers, at most all but one; `fields` is set to the number
/// of all fields.
std::size_t trailing_numbers(std::string_view line, std::size_t& fields);

void write_text_rows(OutputFile& file, const Embeddings& embeddings, Progress* progress);

}  // namespace equivec
