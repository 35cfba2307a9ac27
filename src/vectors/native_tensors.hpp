#pragma once

#include "equivec/counts/vocabulary.hpp"
#include "src/files/safetensors.hpp"

#include <vector>

namespace equivec {

/// The tensors of a native file, in its order: word_offsets, counts, the tables (the first is "embeddings"; checkpoints
/// have more), words. They are views: the vocabulary and the tables must outlive them.
std::vector<Tensor> native_tensors(const Vocabulary& vocabulary, std::vector<Tensor> tables);

}  // namespace equivec
