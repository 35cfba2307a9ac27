#pragma once

#include "equivec/base/communicator.hpp"
#include "equivec/counts/cooccurrence.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace equivec {

/// Of a matrix whose rows ranks share: all rows, but of each only the contexts that are this rank's; the counts are
/// rounded to 32 bits. Called by all ranks together. owners: the rank of each context. memory: bytes that the result
/// may take; beyond, it is kept in an unlinked file. 0: no limit. In between, few megabytes for each rank are needed.
Cooccurrences columns_of(Communicator& ranks, const Cooccurrences& cooccurrences, const std::vector<int>& owners,
                         std::uint64_t memory);

/// Tells one matrix from another, in a checkpoint: the same however many ranks share the rows. Called by all of them.
std::string hash_of(const Cooccurrences& cooccurrences, int threads);

}  // namespace equivec
