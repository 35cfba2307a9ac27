#pragma once

#include "equivec/bias/association.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <vector>

namespace equivec {

struct MeanAverageCosine {
  double value;  ///< mean of all distances, from 0 to 2; 1 where targets and attributes have nothing to do with another
  /// Mean of 1 - cosine of a target with the words of an attribute list: a row for each target, list after list, a
  /// number in it for each attribute list. A paired test of two embeddings' rows is the paper's test.
  std::vector<std::vector<double>> distances;
};

/// Mean average cosine similarity, MAC (Manzini, Lim, Black and Tsvetkov 2019, "Black is to Criminal as Caucasian is to
/// Police", NAACL): any number of lists x any number, at least 1 x 1. Whatever its name, it is a distance. A word that
/// stands in several lists counts in each of them.
MeanAverageCosine mean_average_cosine(const Embeddings& embeddings, const AssociationQuery& query);

}  // namespace equivec
