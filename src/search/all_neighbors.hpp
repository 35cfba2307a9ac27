#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/kernels/search_kernels.hpp"

#include <cstddef>
#include <vector>

namespace equivec {

/// The nearest neighbours by cosine of each of the first `words` words among them, without itself, the best first, ties
/// by number: `count` of each, or fewer if there are fewer. Rows that are zero or not finite have none and are none.
/// Every pair of words is multiplied once, for both, which takes half the time of a search for every word; cosines are
/// those of 32-bit floats. The same for any number of threads (0: all cores). Progress counts pairs of blocks of words.
/// Throws Cancelled.
std::vector<std::vector<SelectedRow>> all_neighbors(const Embeddings& embeddings, std::size_t words, std::size_t count,
                                                    int threads, Progress* progress);

}  // namespace equivec
