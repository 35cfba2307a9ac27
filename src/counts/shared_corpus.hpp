#pragma once

#include "equivec/base/communicator.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/encoded_corpus.hpp"

#include <cstdint>
#include <span>

namespace equivec {

/// Of texts that ranks have one after the other, the whole text, of which each rank then has every so manieth chunk.
/// share: this rank's ids, in which a sentence end may come first; front: ids before them. memory: bytes that the
/// result may take, else it is in a temporary file; 0: three quarters of what the process may have. Called by all ranks
/// together.
EncodedCorpus shared_corpus(EncodedCorpus share, Communicator& ranks, std::span<const WordId> front,
                            std::uint64_t memory);

}  // namespace equivec
