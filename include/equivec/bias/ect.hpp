#pragma once

#include "equivec/bias/association.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <optional>
#include <vector>

namespace equivec {

struct EmbeddingCoherence {
  /// Spearman's correlation of the two rows below, from -1 to 1; 1 where both sets of targets have the attributes in
  /// the same order. Empty for one attribute or where a row is constant.
  std::optional<double> correlation;
  std::vector<std::vector<double>> cosines;  ///< with the mean of X and with that of Y: a number for each attribute
};

/// Embedding coherence test, ECT (Dev and Phillips 2019, "Attenuating Bias in Word Vectors", AISTATS): 2 x 1. The means
/// are of vectors scaled to length 1, so that no word weighs more than another. Cosines that differ by less than 1e-12
/// tie. Error if a mean has no length.
EmbeddingCoherence embedding_coherence(const Embeddings& embeddings, const AssociationQuery& query);

}  // namespace equivec
