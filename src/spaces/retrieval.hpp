#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/search/neighbors.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace equivec {

// Words of one space near words of another. Rows have length 1, or are zero, which are never answers.

/// The rows of words, scaled to length 1.
Matrix unit_rows(const Embeddings& embeddings, std::span<const WordId> words, int threads);
/// The first `count` rows, scaled to length 1.
Matrix unit_rows(const Embeddings& embeddings, std::size_t count, int threads);

/// The mean cosine of each row to its `neighbors` nearest rows of the others (r of Lample et al. 2018, equation 3):
/// large for a word that is near to many. 0 if there are no others.
std::vector<float> mean_similarities(const Matrix& rows, const Matrix& others, int neighbors, int threads,
                                     Progress* progress);

/// The `count` best rows for each query, best first: by cosine if `means` is empty, else by 2 cosine - means[row],
/// which orders them as CSLS does (Lample et al. 2018): the query's own mean is the same for all. Similarities are
/// these numbers.
std::vector<std::vector<Neighbor>> nearest_rows(const Matrix& queries, const Matrix& rows, std::span<const float> means,
                                                std::size_t count, int threads, Progress* progress);

/// The same by inner products. Rows and queries may have any length.
std::vector<std::vector<Neighbor>> nearest_by_product(const Matrix& queries, const Matrix& rows, std::size_t count,
                                                      int threads, Progress* progress);

}  // namespace equivec
