#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/counts/cooccurrence.hpp"
#include "equivec/counts/vocabulary.hpp"

#include <cstdint>
#include <filesystem>

namespace equivec {

/// Writes what GloVe's shuffle and glove read, row by row: 16 bytes a pair, the numbers of both words counted from 1
/// (32 bits each) and the count (64 bits, floating), least byte first. Throws Error, Cancelled.
void write_cooccurrences(const std::filesystem::path& file, const Cooccurrences& cooccurrences,
                         Progress* progress = nullptr);

/// Reads them in any order. `memory` as in CooccurrenceOptions. Throws Error naming file and record if a number is none
/// of the vocabulary's, a count is not finite and above 0, a pair comes twice, or the file ends within a record.
Cooccurrences read_cooccurrences(const std::filesystem::path& file, const Vocabulary& vocabulary,
                                 std::uint64_t memory = 0, Progress* progress = nullptr);

}  // namespace equivec
