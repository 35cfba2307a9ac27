#pragma once

#include "equivec/base/export.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <vector>

namespace EQUIVEC_EXPORT equivec {

struct RelativeNormDistance {
  double mean, sum;            ///< over the attributes; negative if they are nearer to the first targets
  std::vector<double> values;  ///< for each attribute a: |a - mean of X| - |a - mean of Y|, from -2 to 2
};

/// Relative norm distance (Garg, Schiebinger, Jurafsky and Zou 2018, "Word embeddings quantify 100 years of gender and
/// ethnic stereotypes", PNAS 115, where it is the sum): 2 x 1 lists. Vectors are scaled to length 1, as in the paper;
/// their means are not scaled again.
RelativeNormDistance relative_norm_distance(const Embeddings& embeddings, const AssociationQuery& query);

}  // namespace equivec
