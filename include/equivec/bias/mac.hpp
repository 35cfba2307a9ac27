#pragma once

#include "equivec/base/export.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <vector>

namespace EQUIVEC_EXPORT equivec {

struct MeanAverageCosine {
  double value;  ///< mean of all distances, from 0 to 2; 1 if targets and attributes are unrelated
  /// targets x attribute lists, targets list after list: the mean of 1 - cosine of the target with the words of the
  /// attribute list. The paper's test is a paired test of two embeddings' rows.
  std::vector<std::vector<double>> distances;
};

/// Mean average cosine similarity, MAC (Manzini, Lim, Black and Tsvetkov 2019, "Black is to Criminal as Caucasian is to
/// Police", NAACL): any numbers of lists, at least 1 x 1. Despite its name it is a distance. A word in several lists
/// counts in each of them.
MeanAverageCosine mean_average_cosine(const Embeddings& embeddings, const AssociationQuery& query);

}  // namespace equivec
