#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/counts/cooccurrence.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/output_files.hpp"

#include <cstdint>
#include <filesystem>

namespace EQUIVEC_EXPORT equivec {

/// Writes the format that GloVe's shuffle and glove read, row by row: 16 bytes a pair, the 1-based numbers of both
/// words (32 bits each) and the count (a 64-bit float), little-endian. Of several ranks, which call it together, the
/// first one writes. Throws Error, Cancelled.
void write_cooccurrences(const std::filesystem::path& file, const Cooccurrences& cooccurrences,
                         Progress* progress = nullptr);
/// The same as one of several files that appear together.
void write_cooccurrences(OutputFiles& files, const std::filesystem::path& file, const Cooccurrences& cooccurrences,
                         Progress* progress = nullptr);

/// Reads such records in any order. `memory` as in CooccurrenceOptions. Throws Error naming file and record if a word
/// number is not in the vocabulary, a count is not finite or not above 0, a pair occurs twice, or the file ends within
/// a record. Of several ranks, which call it together, the first one reads, and has all rows.
Cooccurrences read_cooccurrences(const std::filesystem::path& file, const Vocabulary& vocabulary,
                                 std::uint64_t memory = 0, Progress* progress = nullptr, Communicator* ranks = nullptr);

}  // namespace equivec
