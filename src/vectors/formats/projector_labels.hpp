#pragma once

#include "equivec/vectors/embeddings.hpp"
#include "src/vectors/formats/format.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

// The words of a projector's vectors, in its file of metadata: a line for each row. The projector takes the first line
// for the names of columns if it has a tab, skips lines of white space, and reads UTF-8. Words that would not be one
// line there, or not that word, are escaped: \t, \n, \r, \\, and \xNN for a byte.

/// Whether a word must be escaped: it is white space, has a tab or a line end, begins with a byte order mark, or is not
/// UTF-8. Then all words of the set are written by escaped_label().
bool needs_escape(std::string_view word);
std::string escaped_label(std::string_view word);
/// Takes the escapes out again; others stay as they are.
std::string unescaped_label(std::string_view label);

struct ProjectorLabels {
  std::vector<std::string_view> words;  // views into the file
  std::vector<std::uint64_t> counts;    // empty if the file has none
};

/// The labels of `rows` rows. Throws Error unless there are as many; `rows` 0: as many as there are.
ProjectorLabels read_projector_labels(const Source& file, const ReadContext& context, std::size_t rows);

}  // namespace equivec
