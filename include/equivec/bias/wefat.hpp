#pragma once

#include "equivec/base/export.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <optional>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// WEFAT (Caliskan et al. 2017, supplement): of each target, its mean cosine with A minus that with B, in standard
/// deviations of its cosines with A and B together: 1 x 2. With as many words in A as in B from -2 to 2, times
/// sqrt((N - 1) / N) for the sample deviation of N words. Empty for a word whose cosines are all the same to 1e-12.
/// Words that A and B share are an Error. The paper's second step, a correlation with a property of the targets, is
/// pearson() of math/statistics.hpp.
std::vector<std::optional<double>> wefat(const Embeddings& embeddings, const AssociationQuery& query,
                                         Deviation deviation = Deviation::sample);

}  // namespace equivec
