#pragma once

#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/subwords.hpp"

#include <functional>

namespace equivec {

/// Calls f(first, height) for blocks of rows, on up to `threads` threads. The blocks are the same for any number of
/// them.
void for_row_blocks(Eigen::Index rows, int threads,
                    const std::function<void(Eigen::Index first, Eigen::Index height)>& f);

/// x W for each row x, computed in double.
Matrix mapped(MatrixView rows, const Eigen::MatrixXd& map, int threads);

/// The vectors of all words and n-grams times W. The vocabulary, the metadata and the tokenizer are kept.
Embeddings mapped(const Embeddings& embeddings, const Eigen::MatrixXd& map, int threads);

/// Throws Error unless both have the same number of vectors, and the dimension that W maps.
void require_mapped_shape(const Embeddings& before, const Embeddings& after, const Eigen::MatrixXd& map);

}  // namespace equivec
