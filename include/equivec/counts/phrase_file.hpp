#pragma once

#include "equivec/base/export.hpp"
#include "equivec/counts/phrases.hpp"
#include "equivec/files/output_files.hpp"

#include <filesystem>

namespace EQUIVEC_EXPORT equivec {

/// A text file of lines "phrase score", the best first: a phrase, a blank and its score, in the fewest digits that read
/// back as the same number. An empty line begins the phrases of the next pass. Before the first phrase, where they are
/// not the usual ones (an underscore, no words), stand
///
///     # delimiter: +
///     # connector words: a an of the
///
/// White space separates nothing but at the last blank of a line and between connector words. A file without phrases is
/// empty.

/// Reads such a file (compressed or not), its phrases in any order. Throws Error naming file and line if a line is
/// anything else, or as the constructor of Phrases.
Phrases read_phrases(const std::filesystem::path& file);

/// Writes a temporary file beside `file` and renames it. Throws Error, also if a phrase could not be told from the rest
/// of the file, as may be where words hold white space, which those of a text do not.
void write_phrases(const std::filesystem::path& file, const Phrases& phrases);
/// The same as one of several files that appear together.
void write_phrases(OutputFiles& files, const std::filesystem::path& file, const Phrases& phrases);

}  // namespace equivec
